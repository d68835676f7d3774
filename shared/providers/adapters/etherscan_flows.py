"""Etherscan: what the known addresses of exchanges sent and received, coins and tokens, address by address."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shared.providers import numbers
from shared.providers.asking import ask, refusing
from shared.providers.contract import Descriptor, Http, Page, Payload
from shared.providers.etherscan import CHAIN_IDS, call, described
from shared.providers.moments import EARLIEST, SKEW, moment
from shared.providers.numbers import Row, Unreadable
from shared.records.flows import BlockSeen, FlowRecord, FlowRequest, Transfer, numbered

ETHERSCAN_FLOWS = described("flows", rank=10)
MOST_ROWS = 1000
MOST_ADDRESSES = 8
"""Hot wallets come first; each costs a call for coins and one for tokens."""
_PACE_S = 0.35
"""The free plan allows three calls a second."""
_ACTIONS = {"native": ("txlist",), "tokens": ("tokentx",), "all": ("txlist", "tokentx")}


@dataclass(frozen=True, slots=True)
class EtherscanFlows:
    """The latest movements of each address; what a busy one moved before its last thousand is not seen."""

    base_url: str
    descriptor: Descriptor = ETHERSCAN_FLOWS

    def serves(self, request: FlowRequest) -> bool:
        """Return whether it is one chain of its own, with addresses to ask about."""
        return len(request.chains) == 1 and request.chain in CHAIN_IDS and bool(request.watched)

    def cost(self, request: FlowRequest) -> int:
        """Return the number of calls."""
        return len(request.watched[:MOST_ADDRESSES]) * len(_ACTIONS[request.assets])

    async def fetch(self, http: Http, request: FlowRequest, key: str | None) -> Payload:
        """Ask about one address after the other.

        Raises:
            NotListedError: the plan does not cover the chain.
            UpstreamError: there was no usable answer.

        Source: https://docs.etherscan.io/api-reference/endpoint/tokentx and …/txlist
        """
        pages: list[Page] = []
        for action in _ACTIONS[request.assets]:
            for address in request.watched[:MOST_ADDRESSES]:
                if pages and self.base_url == self.descriptor.default_url:
                    await asyncio.sleep(_PACE_S)
                asked = {"module": "account", "action": action, "address": address, "sort": "desc"}
                pages.append(
                    await ask(http, call(self.base_url, request.chain, key, **asked, page="1", offset=str(MOST_ROWS)))
                )
        return Payload(tuple(pages))

    def normalise(self, payload: Payload, request: FlowRequest, *, fetched_at: datetime) -> list[FlowRecord]:
        """Reduce the lists to transfers since the moment asked for, each once, and the blocks that they are in.

        Failed transactions, contract creations, tokens that are not watched and what is too small are dropped.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.
        """
        found: dict[str, Transfer] = {}
        blocks: dict[int, BlockSeen] = {}
        for page in payload.pages:
            with refusing(self.descriptor.id, request.chain):
                rows = _rows(page)
                of_page = [each for row in rows if (each := _transfer(row, request, fetched_at)) is not None]
                # Between two watched addresses it stands in both lists.
                found |= {each.id: each for each in numbered(of_page)}
                blocks |= {each.number: each for each in _blocks(of_page)}
        return [*found.values(), *blocks.values()]


def _rows(page: Page) -> list[Row]:
    # "No transactions found" has status 0 and an empty list.
    return numbers.rows_of(numbers.mapping(page.body).get("result"))


def _transfer(row: Row, request: FlowRequest, fetched_at: datetime) -> Transfer | None:
    # A token's row names it and its decimals; the row of a coin has a contract only where it made one.
    of_token = "tokenDecimal" in row
    contract = numbers.text(row, "contractAddress").lower() if of_token else None
    token = request.tokens.get((request.chain, contract)) if contract else request.coins[request.chain]
    at, receiver = moment(row, "timeStamp"), numbers.optional_text(row, "to")
    value = numbers.number(row, "value")
    if at is None or not EARLIEST <= at <= fetched_at + SKEW or value is None or value < 0:
        raise Unreadable("a transfer without time or value")
    if token is None or receiver is None or row.get("isError") == "1" or at < request.since:
        return None
    amount = value.scaleb(-token.decimals)
    if not request.matters(token.token_id, amount):
        return None
    return Transfer(
        chain=request.chain,
        tx_hash=numbers.text(row, "hash").lower(),
        from_address=numbers.text(row, "from").lower(),
        to_address=receiver.lower(),
        token_id=token.token_id,
        amount=Decimal(amount),
        at=at,
        block_number=int(numbers.text(row, "blockNumber")),
        block_hash=numbers.optional_text(row, "blockHash"),
        provider=ETHERSCAN_FLOWS.id,
        fetched_at=fetched_at,
    )


def _blocks(transfers: list[Transfer]) -> Iterator[BlockSeen]:
    for each in transfers:
        if each.block_number is not None and each.block_hash is not None:
            yield BlockSeen(chain=each.chain, number=each.block_number, hash=each.block_hash, at=each.at, scanned=False)
