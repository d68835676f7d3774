"""A node's own memory of fees: what the tips were in the newest blocks, and the base fee of the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median_low

from shared.providers import numbers
from shared.providers.asking import Call, refusing
from shared.providers.contract import Descriptor, GasRequest, Http, Payload
from shared.providers.evm_rpc import RPC_URLS, addresses, described, provider_name
from shared.providers.json_rpc import Method, ask_in_turn, quantity, results
from shared.providers.moments import observed
from shared.providers.numbers import JsonValue, Row, Unreadable
from shared.records.gas import GasRecord

from .gas_prices import in_order

EVM_RPC_GAS = tuple(described(chain, "gas", rank=rank) for rank, chain in enumerate(RPC_URLS, start=1))
BLOCKS = 10
PERCENTILES = (10, 50, 90)
"""Of the tips within a block: what the patient, the usual and the hurried paid."""
PATIENCE = timedelta(seconds=0.5)
"""A node that has not answered by then makes the caller wait too long for the one behind it."""
_METHODS = (
    Method("eth_feeHistory", (hex(BLOCKS), "latest", list(PERCENTILES))),
    Method("eth_gasPrice"),
)


@dataclass(frozen=True, slots=True)
class EvmRpcGas:
    """One chain's nodes."""

    urls: tuple[str, ...]
    descriptor: Descriptor

    @classmethod
    def of(cls, listed: str, descriptor: Descriptor) -> "EvmRpcGas":
        """Read the addresses.

        Raises:
            SettingsError: one is no http address.
        """
        return cls(addresses(descriptor, listed), descriptor)

    def serves(self, request: GasRequest) -> bool:
        """Return whether these are nodes of the chain."""
        return provider_name(request.chain) == self.descriptor.id

    def cost(self, request: GasRequest) -> int:
        """Return one call, which may go to each of the addresses."""
        return 1

    async def fetch(self, http: Http, request: GasRequest, key: str | None) -> Payload:
        """Ask one address after the other for the fees of the newest blocks.

        Raises:
            UpstreamError: none of them gave a usable answer.

        Source: https://ethereum.github.io/execution-apis/api-documentation/ (eth_feeHistory, eth_gasPrice)
        """
        calls = [Call(self.descriptor.id, url) for url in self.urls]
        return Payload((await ask_in_turn(http, calls, _METHODS, patience=PATIENCE),))

    def normalise(self, payload: Payload, request: GasRequest, *, fetched_at: datetime) -> list[GasRecord]:
        """Reduce the answer to one record: the next base fee and, on top, the middle of the blocks' tips.

        Empty blocks tell no tips and do not count. A node that keeps no history, or no tips, tells one price only.

        Raises:
            BadPayloadError: something cannot be read, or prices are out of order.
        """
        page = payload.pages[0]
        with refusing(self.descriptor.id, request.chain):
            history, gas_price = results(page.body, len(_METHODS))
            at = observed(None, dated=page.dated, fetched_at=fetched_at)
            tips = [] if history is None else tips_of(numbers.mapping(history))
            return [in_order(self._record(request.chain, history, gas_price, tips, at))]

    def _record(
        self, chain: str, history: JsonValue, gas_price: JsonValue, tips: Sequence[int], at: datetime
    ) -> GasRecord:
        fees = None if history is None else numbers.mapping(history)
        base = None if fees is None else next_base_fee(fees)
        slow, average, fast = (_gwei((base or 0) + tip) for tip in tips) if tips else (None, _price(gas_price), None)
        return GasRecord(
            provider=self.descriptor.id,
            chain=chain,
            unit="gwei",
            slow=slow,
            average=average or Decimal(0),
            fast=fast,
            base_fee=None if base is None else _gwei(base),
            block=None if fees is None else newest_block(fees),
            observed_at=at,
        )


def tips_of(history: Row) -> list[int]:
    """Return the median over the blocks of each percentile's tip in wei; none where no block had a transaction.

    Raises:
        Unreadable: a block tells other percentiles than were asked for.
    """
    rewards, used = history.get("reward"), history.get("gasUsedRatio")
    if rewards is None:
        return []
    if not isinstance(rewards, list) or not isinstance(used, list) or len(used) != len(rewards):
        raise Unreadable("tips of other blocks than were asked for")
    blocks = [_tips(row) for row, share in zip(rewards, used, strict=True) if share != 0]
    return [median_low(column) for column in zip(*blocks, strict=True)]


def next_base_fee(history: Row) -> int:
    """Return the base fee of the next block in wei: the list has one more than there are blocks.

    Raises:
        Unreadable: there is none.
    """
    fees = history.get("baseFeePerGas")
    if not isinstance(fees, list) or not fees:
        raise Unreadable("no base fee")
    return quantity(fees[-1], "baseFeePerGas")


def newest_block(history: Row) -> int:
    """Return the number of the newest block in the history.

    Raises:
        Unreadable: it cannot be read.
    """
    fees = history.get("baseFeePerGas")
    return quantity(history.get("oldestBlock"), "oldestBlock") + (len(fees) - 2 if isinstance(fees, list) else 0)


def _tips(row: JsonValue) -> list[int]:
    if not isinstance(row, list) or len(row) != len(PERCENTILES):
        raise Unreadable("a block without its tips")
    return [quantity(tip, "reward") for tip in row]


def _price(gas_price: JsonValue) -> Decimal:
    return _gwei(quantity(gas_price, "eth_gasPrice"))


def _gwei(wei: int) -> Decimal:
    return Decimal(wei).scaleb(-9)
