"""Large transfers on made-up chains: what flows to exchanges a few hours before prices fall, and from them before they rise.

A pure function of the market's seed and of time, block by block. Some blocks of Bitcoin are replaced a quarter of an hour after
they were made: until then their hash is another, and one of their transfers is not in the block that stays.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sandbox import noise
from sandbox.market import Market

HOUR = 3_600
AHEAD = 6 * HOUR
"""How far ahead those who move coins seem to see."""
REPLACED_AFTER = 900
EXCHANGES = {
    "bitcoin": (
        ("binance", "bc1qm34lsc65zpw79lxes69zkqmk6ee3ewf0j77s3h"),
        ("bitfinex", "1Kr6QSydW9bFQG1mXiPNNu6WpJGmUa9i1g"),
    ),
    "ethereum": (
        ("binance", "0x28c6c06298d514db089934071355e5743bf21d60"),
        ("bitfinex", "0x77134cbc06cb00b66f4c7e623d5fdbf6777635ec"),
        ("kraken", "0x267be1c1d684f78cb4f6a176c4911b741e4ffdc0"),
    ),
    "tron": (("binance", "TV6MuMXfmLbBqPZvBHdwFsDnQeVfnmiuSi"),),
    "solana": (("bitfinex", "FxteHmLwG9nk1eL4pjNve3Eub2goGkkz6g6TbvdmW46a"),),
}
"""Real addresses, as published by the exchanges, so that they are recognised."""
COINS: dict[str, tuple[tuple[str, str, str | None, int], ...]] = {
    "bitcoin": (("bitcoin", "btc", None, 8),),
    "ethereum": (
        ("ethereum", "eth", None, 18),
        ("tether", "usdt", "0xdac17f958d2ee523a2206206994597c13d831ec7", 6),
        ("usd-coin", "usdc", "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", 6),
    ),
    "tron": (("tron", "trx", None, 6), ("tether", "usdt", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", 6)),
    "solana": (("solana", "sol", None, 9),),
}
"""Token id, symbol, contract and decimals."""
BLOCK_S = {"bitcoin": 600, "ethereum": 60, "tron": 300, "solana": 300}
"""Only blocks with large transfers count here, so Ethereum has one a minute."""
_FIRST_NUMBER = {"bitcoin": -2_000_000, "ethereum": 0, "tron": 0, "solana": 0}
_ORPHANED = 0.15


@dataclass(frozen=True, slots=True)
class Moved:
    """One transfer; `amount` is in the coin's smallest unit."""

    chain: str
    block: int
    place: int
    seconds: int
    token_id: str
    symbol: str
    contract: str | None
    decimals: int
    amount: int
    usd: float
    sender: str
    receiver: str
    sender_owner: str | None
    receiver_owner: str | None

    @property
    def hash(self) -> str:
        """Return the transaction's name: its block and place stand in it, so that it is found again."""
        return f"{self.block:08x}{self.place:02x}{_digits(54, self.block, self.place, *map(ord, self.chain))}"


def number_at(chain: str, seconds: int) -> int:
    """Return the number of the newest block of that time."""
    return seconds // BLOCK_S[chain] + _FIRST_NUMBER[chain]


def time_of(chain: str, number: int) -> int:
    """Return when a block was made."""
    return (number - _FIRST_NUMBER[chain]) * BLOCK_S[chain]


def hash_of(market: Market, chain: str, number: int, now: int) -> str:
    """Return a block's name, as it is now: of one that is to be replaced it changes."""
    version = 0 if is_orphan(market, chain, number, now) else 1
    return f"{0:08x}{_digits(56, market.seed, number, version, *map(ord, chain))}"


def is_orphan(market: Market, chain: str, number: int, now: int) -> bool:
    """Return whether the block is one that will be replaced."""
    young = now < time_of(chain, number) + REPLACED_AFTER
    return chain == "bitcoin" and young and noise.unit(market.seed, 41, number) < _ORPHANED


def transfers_of(market: Market, chain: str, number: int, now: int) -> Iterator[Moved]:
    """Yield a block's transfers, as it is now."""
    moved = _all_of(market, chain, number)
    # The block that stays has not the first of those that the replaced one had.
    replaced = chain == "bitcoin" and noise.unit(market.seed, 41, number) < _ORPHANED
    yield from moved[1:] if replaced and not is_orphan(market, chain, number, now) else moved


def transfers_since(market: Market, chain: str, start: int, now: int) -> Iterator[Moved]:
    """Yield the transfers of the blocks made from a time until now, oldest first."""
    for number in range(number_at(chain, start) + 1, number_at(chain, now) + 1):
        yield from transfers_of(market, chain, number, now)


def address_of(chain: str, *parts: int) -> str:
    """Return an address of nobody in particular."""
    if chain == "bitcoin":
        return "bc1q" + _digits(38, *parts).replace("1", "x").replace("b", "z")
    return "0x" + _digits(40, *parts) if chain == "ethereum" else "T" + _digits(33, *parts)


@lru_cache(maxsize=4096)
def _all_of(market: Market, chain: str, number: int) -> tuple[Moved, ...]:
    seed, seconds = market.seed, time_of(chain, number)
    count = 2 + int(noise.unit(seed, 42, number, len(chain)) * 6 * BLOCK_S[chain] / 600 + 0.5)
    prices = market.prices_at(seconds - seconds % 5)
    made = (_moved(market, chain, number, place, seconds, prices) for place in range(count))
    return tuple(each for each in made if each is not None)


def _moved(market: Market, chain: str, number: int, place: int, seconds: int, prices: "noise.Floats") -> Moved | None:
    chance = [noise.unit(market.seed, 43, number, place, len(chain), field) for field in range(6)]
    token_id, symbol, contract, decimals = COINS[chain][int(chance[0] * len(COINS[chain]))]
    position = market.index.get(token_id)
    price = float(prices[position]) if position is not None else math.nan
    if price != price:
        return None
    usd = 120_000.0 * math.exp(4.2 * chance[1] ** 2)
    exchange, address = EXCHANGES[chain][int(chance[2] * len(EXCHANGES[chain]))]
    stranger, other = (address_of(chain, market.seed, number, place, which) for which in (1, 2))
    in_unlabelled = chance[3] < 0.25
    inflow = chance[4] < 0.5 - 0.4 * math.tanh(_ahead(market, seconds // HOUR) / 0.012)
    sender, receiver = (stranger, address) if inflow else (address, stranger)
    return Moved(
        chain=chain,
        block=number,
        place=place,
        seconds=seconds,
        token_id=token_id,
        symbol=symbol,
        contract=contract,
        decimals=decimals,
        amount=int(usd / price * 10**decimals),
        usd=usd,
        sender=stranger if in_unlabelled else sender,
        receiver=other if in_unlabelled else receiver,
        sender_owner=None if in_unlabelled or inflow else exchange,
        receiver_owner=exchange if inflow and not in_unlabelled else None,
    )


@lru_cache(maxsize=4096)
def _ahead(market: Market, hour: int) -> float:
    """Return the market's log change within the hours that follow."""
    return market.level_at(hour * HOUR + AHEAD) - market.level_at(hour * HOUR)


def _digits(count: int, *parts: int) -> str:
    return "".join(f"{noise.mix(*parts, block):016x}" for block in range(-(-count // 16)))[:count]
