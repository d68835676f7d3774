"""Transfers of coins on chains, in the normal form of every source."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Literal

Assets = Literal["native", "tokens", "all"]
"""The chain's own coin, the tokens on it that are watched, or both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One movement of one coin from one address to another."""

    chain: str
    tx_hash: str
    position: int = 0
    """Tells apart several movements of the same coin between the same two in one transaction, from 0 in their order."""
    from_address: str | None
    """`None` where a source does not tell it."""
    to_address: str | None
    token_id: str
    amount: Decimal
    """In coins, above zero."""
    at: datetime
    """Time of the block."""
    block_number: int | None = None
    block_hash: str | None = None
    """`None` where the source does not tell its block: such a transfer cannot be seen to be reorganised away."""
    from_owner: str | None = None
    """The exchange that the address belongs to, as the source says."""
    to_owner: str | None = None
    provider: str
    fetched_at: datetime

    @property
    def id(self) -> str:
        """Return what names the movement, whoever tells of it."""
        parts = (self.chain, self.tx_hash, self.token_id, self.from_address, self.to_address, str(self.position))
        return sha256("|".join(part or "" for part in parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSeen:
    """A block that is on the chain now."""

    chain: str
    number: int
    hash: str
    at: datetime
    scanned: bool
    """Whether its transfers are in the same answer, as far as they are large enough."""


FlowRecord = Transfer | BlockSeen


@dataclass(frozen=True, slots=True)
class WatchedToken:
    """A token on a chain."""

    token_id: str
    symbol: str
    """In lower case, as Whale Alert writes it."""
    decimals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRequest:
    """What moved on chains, or on one of them."""

    chains: tuple[str, ...]
    """Several only where one source tells of all of them at once."""
    assets: Assets
    coins: Mapping[str, WatchedToken]
    """Each chain's own coin."""
    tokens: Mapping[tuple[str, str], WatchedToken]
    """By chain and contract address in lower case."""
    watched: tuple[str, ...]
    """Addresses of exchanges, for sources that are asked address by address."""
    least: Mapping[str, Decimal]
    """By token id, the smallest amount that matters; a token that is not in it has no price, and is left out."""
    since: datetime
    until: datetime
    scanned: Mapping[int, str]
    """Hashes of the blocks that were scanned lately, by number."""

    @property
    def chain(self) -> str:
        """Return the one chain, or the first of several."""
        return self.chains[0]

    def matters(self, token_id: str, amount: Decimal) -> bool:
        """Return whether a movement is large enough."""
        least = self.least.get(token_id)
        return least is not None and amount >= least


def numbered(transfers: Iterable[Transfer]) -> Iterator[Transfer]:
    """Yield transfers with their positions, in the order in which they stand in their transaction."""
    seen: dict[str, int] = {}
    for transfer in transfers:
        position = seen.get(transfer.id, 0)
        seen[transfer.id] = position + 1
        yield replace(transfer, position=position) if position else transfer
