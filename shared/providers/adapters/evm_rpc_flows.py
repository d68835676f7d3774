"""Ethereum's nodes: every large transfer of its coin, block by block; the tokens on it are Etherscan's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from shared.providers import numbers
from shared.providers.asking import Call, refusing
from shared.providers.contract import Descriptor, Http, Page, Payload
from shared.providers.evm_rpc import addresses, described
from shared.providers.json_rpc import Method, ask_in_turn, quantity, results
from shared.providers.moments import EARLIEST, SKEW, moment_of
from shared.providers.numbers import JsonValue, Row, Unreadable
from shared.records.flows import BlockSeen, FlowRecord, FlowRequest, Transfer

EVM_RPC_FLOWS = described("ethereum", "flows", rank=5)
MOST_BLOCKS = 30
"""Newest first: six minutes of blocks, one more than lie between two runs. What was missed before is not made up for."""
RECHECKED = 6
"""So many blocks that were scanned before are looked at again, for one may have been replaced."""
AT_A_TIME = 5
"""Blocks in one answer; each has some 300 kB."""
MOST_RECEIPTS = 100
PATIENCE = timedelta(seconds=10)
_CHAIN = "ethereum"
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class EvmRpcFlows:
    """Blocks that were not scanned yet."""

    urls: tuple[str, ...]
    descriptor: Descriptor

    @classmethod
    def of(cls, listed: str, descriptor: Descriptor) -> "EvmRpcFlows":
        """Read the addresses.

        Raises:
            SettingsError: one is no http address.
        """
        return cls(addresses(descriptor, listed), descriptor)

    def serves(self, request: FlowRequest) -> bool:
        """Return whether it is Ethereum's own coin."""
        return request.chains == (_CHAIN,) and request.assets == "native"

    def cost(self, request: FlowRequest) -> int:
        """Return the number of questions, receipts not counted."""
        return 1 + MOST_BLOCKS + RECHECKED

    async def fetch(self, http: Http, request: FlowRequest, key: str | None) -> Payload:
        """Ask for the newest block, those not scanned yet, and the receipts of their large transfers.

        Raises:
            UpstreamError: there was no usable answer.

        Source: https://ethereum.org/en/developers/docs/apis/json-rpc/ (eth_getBlockByNumber, eth_getTransactionReceipt)
        """
        newest = await self._ask(http, [Method("eth_blockNumber")])
        with refusing(self.descriptor.id, "height"):
            plan = _plan(newest, request)
        pages = [newest]
        for part in _parts(plan, AT_A_TIME):
            asked = [Method("eth_getBlockByNumber", (hex(number), whole)) for number, whole in part]
            pages.append(await self._ask(http, asked))
        with refusing(self.descriptor.id, "blocks"):
            names = [each.tx_hash for each in _sent(pages[1:], plan, request, http.now())][:MOST_RECEIPTS]
        if names:
            pages.append(await self._ask(http, [Method("eth_getTransactionReceipt", (name,)) for name in names]))
        return Payload(tuple(pages))

    def normalise(self, payload: Payload, request: FlowRequest, *, fetched_at: datetime) -> list[FlowRecord]:
        """Reduce the blocks to transfers that succeeded, and to the blocks themselves.

        A transaction that failed moved nothing, which only its receipt tells; one without a receipt is left out. What contracts
        move within a transaction is not seen.

        Raises:
            BadPayloadError: something cannot be read; the whole answer is refused.
        """
        with refusing(self.descriptor.id, "blocks"):
            plan = _plan(payload.pages[0], request)
            count = -(-len(plan) // AT_A_TIME)
            blocks, receipts = payload.pages[1 : 1 + count], payload.pages[1 + count :]
            succeeded = {name for page in receipts for name in _succeeded(page)}
            sent = [each for each in _sent(blocks, plan, request, fetched_at) if each.tx_hash in succeeded]
            return [*sent, *_seen(blocks, plan, fetched_at)]

    async def _ask(self, http: Http, methods: Sequence[Method]) -> Page:
        calls = [Call(self.descriptor.id, url) for url in self.urls]
        return await ask_in_turn(http, calls, methods, patience=PATIENCE)


def _plan(newest: Page, request: FlowRequest) -> list[tuple[int, bool]]:
    """Return which blocks are asked for, oldest first, and whether with their transactions."""
    head = quantity(results(newest.body, 1)[0])
    span = range(max(0, head - MOST_BLOCKS + 1), head + 1)
    whole = [number for number in span if number not in request.scanned]
    again = [number for number in span if number in request.scanned][-RECHECKED:]
    return sorted([(number, True) for number in whole] + [(number, False) for number in again])


def _parts(listed: Sequence[Part], size: int) -> Iterator[Sequence[Part]]:
    for first in range(0, len(listed), size):
        yield listed[first : first + size]


def _rows(pages: Sequence[Page]) -> list[JsonValue]:
    return [each for page in pages for each in results(page.body, len(page.body) if isinstance(page.body, list) else 1)]


def _blocks(pages: Sequence[Page], plan: Sequence[tuple[int, bool]], now: datetime) -> Iterator[tuple[BlockSeen, Row]]:
    for (number, whole), value in zip(plan, _rows(pages), strict=True):
        if value is None:
            # A node may be a block or two behind the one that told the height; an older block is there or the answer is wrong.
            if number < plan[-1][0] - 1:
                raise Unreadable("a block is missing")
            continue
        row = numbers.mapping(value)
        at = moment_of(quantity(row.get("timestamp"), "timestamp"))
        if quantity(row.get("number"), "number") != number or not EARLIEST <= at <= now + SKEW:
            raise Unreadable("another block than was asked for, or one of no time")
        yield BlockSeen(chain=_CHAIN, number=number, hash=numbers.text(row, "hash"), at=at, scanned=whole), row


def _seen(pages: Sequence[Page], plan: Sequence[tuple[int, bool]], now: datetime) -> Iterator[BlockSeen]:
    return (block for block, _ in _blocks(pages, plan, now))


def _sent(
    pages: Sequence[Page], plan: Sequence[tuple[int, bool]], request: FlowRequest, now: datetime
) -> Iterator[Transfer]:
    for block, row in _blocks(pages, plan, now):
        for each in numbers.rows_of(row.get("transactions")) if block.scanned else ():
            transfer = _transfer(each, block, request, now)
            if transfer is not None:
                yield transfer


def _transfer(row: Row, block: BlockSeen, request: FlowRequest, now: datetime) -> Transfer | None:
    coin = request.coins[_CHAIN]
    amount = Decimal(quantity(row.get("value"), "value")).scaleb(-coin.decimals)
    receiver = numbers.optional_text(row, "to")
    if receiver is None or not request.matters(coin.token_id, amount):
        return None
    return Transfer(
        chain=_CHAIN,
        tx_hash=numbers.text(row, "hash").lower(),
        from_address=numbers.text(row, "from").lower(),
        to_address=receiver.lower(),
        token_id=coin.token_id,
        amount=amount,
        at=block.at,
        block_number=block.number,
        block_hash=block.hash,
        provider=EVM_RPC_FLOWS.id,
        fetched_at=now,
    )


def _succeeded(page: Page) -> Iterator[str]:
    for value in _rows([page]):
        row = numbers.mapping(value) if value is not None else {}
        if row.get("status") == "0x1":
            yield numbers.text(row, "transactionHash").lower()
