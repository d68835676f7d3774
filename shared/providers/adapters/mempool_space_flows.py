"""mempool.space: the large transactions of Bitcoin's newest blocks.

A block's summary tells what each of its transactions moves in all; only the largest are then asked for one by one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from shared.providers import numbers
from shared.providers.asking import Call, ask, ask_all, refusing
from shared.providers.contract import Descriptor, Http, Page, Payload
from shared.providers.moments import EARLIEST, SKEW, moment
from shared.providers.numbers import JsonValue, Row, Unreadable
from shared.records.flows import BlockSeen, FlowRecord, FlowRequest, Transfer

from .mempool_space_gas import MEMPOOL_SPACE

MEMPOOL_SPACE_FLOWS = replace(MEMPOOL_SPACE, kind="flows", rank=0)
MOST_BLOCKS = 4
"""Newest first, the others with the next runs; a block comes every ten minutes."""
_LATE = timedelta(hours=2)
"""A block may be dated so long before it comes."""
MOST_TRANSACTIONS = 40
"""Of a block, the largest."""
_COIN = "bitcoin"
_SATOSHIS = 8


@dataclass(frozen=True, slots=True)
class MempoolSpaceFlows:
    """Blocks that were not scanned yet."""

    base_url: str
    descriptor: Descriptor = MEMPOOL_SPACE_FLOWS

    def serves(self, request: FlowRequest) -> bool:
        """Return whether it is Bitcoin."""
        return request.chains == (_COIN,)

    def cost(self, request: FlowRequest) -> int:
        """Return about how many calls a new block costs."""
        return MOST_TRANSACTIONS // 2

    async def fetch(self, http: Http, request: FlowRequest, key: str | None) -> Payload:
        """Ask for the newest blocks, the summaries of those that are new, and their large transactions.

        Raises:
            UpstreamError: there was no usable answer.

        Source: https://mempool.space/docs/api/rest#get-blocks and #get-transaction; `block/:hash/summary` in its source,
            https://github.com/mempool/mempool/blob/master/backend/src/api/bitcoin/bitcoin.routes.ts
        """
        newest = await ask(http, self._call("v1/blocks"))
        with refusing(self.descriptor.id, "blocks"):
            wanted = [block for block in _blocks(newest, request, http.now()) if block.scanned]
        summaries = await ask_all(http, [self._call(f"v1/block/{block.hash}/summary") for block in wanted])
        with refusing(self.descriptor.id, "summary"):
            names = [name for page in summaries.pages for name in _large(page, request)]
        transactions = await ask_all(http, [self._call(f"tx/{name}") for name in names])
        return Payload((newest, *transactions.pages))

    def normalise(self, payload: Payload, request: FlowRequest, *, fetched_at: datetime) -> list[FlowRecord]:
        """Reduce the transactions to what each receiver got, from the sender that gave most; change is left out.

        An output to an address that also is an input is change. Change to a fresh address cannot be told from a payment and
        counts as one, so amounts are upper bounds. The newest fifteen blocks come along, so that one that was replaced shows.

        Raises:
            BadPayloadError: something cannot be read; the whole answer is refused.
        """
        provider = self.descriptor.id
        with refusing(provider, "blocks"):
            blocks = list(_blocks(payload.pages[0], request, fetched_at))
        found: list[FlowRecord] = [*blocks]
        for page in payload.pages[1:]:
            with refusing(provider, "tx"):
                found += _transfers(numbers.mapping(page.body), request, fetched_at)
        return found

    def _call(self, path: str) -> Call:
        return Call(self.descriptor.id, f"{self.base_url}/{path}")


def _blocks(page: Page, request: FlowRequest, now: datetime) -> Iterator[BlockSeen]:
    """Yield the newest blocks; those to be scanned are the newest that were not yet."""
    left = MOST_BLOCKS
    for row in numbers.rows_of(page.body):
        number, at = _whole(row, "height"), moment(row, "timestamp")
        if at is None or not EARLIEST <= at <= now + SKEW * 12:
            # A miner may date a block up to two hours ahead.
            raise Unreadable("a block of no time")
        name = _hash(row, "id")
        scanned = left > 0 and request.scanned.get(number) != name and at >= request.since - _LATE
        left -= scanned
        yield BlockSeen(chain=_COIN, number=number, hash=name, at=min(at, now), scanned=scanned)


def _large(page: Page, request: FlowRequest) -> list[str]:
    """Return the transactions that move enough, largest first; the first of a block makes new coins and moves none."""
    moved = [(_coins(row, "value"), _hash(row, "txid")) for row in numbers.rows_of(page.body)[1:]]
    large = sorted((each for each in moved if request.matters(_COIN, each[0])), reverse=True)
    return [name for _, name in large[:MOST_TRANSACTIONS]]


def _transfers(transaction: Row, request: FlowRequest, fetched_at: datetime) -> Iterator[Transfer]:
    status = numbers.mapping(transaction.get("status"))
    at = moment(status, "block_time")
    if at is None or not EARLIEST <= at <= fetched_at + SKEW * 12:
        raise Unreadable("a transaction without a block")
    given = _sums(numbers.mapping(each).get("prevout") for each in _list(transaction, "vin"))
    taken = _sums(_list(transaction, "vout"))
    for receiver, amount in taken.items():
        if receiver not in given and request.matters(_COIN, amount):
            yield Transfer(
                chain=_COIN,
                tx_hash=_hash(transaction, "txid"),
                from_address=_sender(given, request.watched),
                to_address=receiver,
                token_id=_COIN,
                amount=amount,
                at=min(at, fetched_at),
                block_number=_whole(status, "block_height"),
                block_hash=_hash(status, "block_hash"),
                provider=MEMPOOL_SPACE_FLOWS.id,
                fetched_at=fetched_at,
            )


def _sender(given: Mapping[str, Decimal], watched: tuple[str, ...]) -> str | None:
    """Return a known address among the inputs, else the one that gave most."""
    known = [address for address in given if address in watched]
    return known[0] if known else max(given, key=lambda address: given[address], default=None)


def _sums(outputs: "Iterator[JsonValue] | list[JsonValue]") -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for each in outputs:
        output = numbers.mapping(each)
        address = numbers.optional_text(output, "scriptpubkey_address")
        # Scripts without an address (data, bare keys) are nobody's that we could name.
        if address is not None:
            sums[address] = sums.get(address, Decimal(0)) + _coins(output, "value")
    return sums


def _coins(row: Row, name: str) -> Decimal:
    return Decimal(_whole(row, name)).scaleb(-_SATOSHIS)


def _whole(row: Row, name: str) -> int:
    value = row.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Unreadable(f"'{name}' is no whole number")
    return value


def _hash(row: Row, name: str) -> str:
    value = numbers.text(row, name)
    if len(value) != 64 or not set(value) <= set("0123456789abcdef"):
        raise Unreadable(f"'{name}' is no hash")
    return value


def _list(row: Row, name: str) -> list[JsonValue]:
    value = row.get(name)
    if not isinstance(value, list):
        raise Unreadable(f"'{name}' is no list")
    return value
