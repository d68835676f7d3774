"""Nodes of chains that run Ethereum's machine: height, time between blocks, and transactions estimated from a sample.

A node knows blocks, not days: the transactions of sixteen blocks spread over the last 24 hours, times the blocks in a day.
Blocks differ, so the estimate is good to some ten percent; the daily series of others are exact.

Source: https://ethereum.github.io/execution-apis/api-documentation/
Source: https://developers.tron.network/reference/json-rpc-api-overview (TRON speaks the same)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from shared.providers import numbers
from shared.providers.asking import Call, refusing
from shared.providers.chain_frame import DAY_S, ChainRequest, per_day
from shared.providers.contract import MINUTE_S, Descriptor, Http, Limit, Payload
from shared.providers.evm_rpc import RPC_URLS, addresses, described
from shared.providers.json_rpc import Method, ask_in_turn, quantity, results
from shared.providers.moments import moment_of, observed
from shared.providers.numbers import JsonValue, Unreadable
from shared.records.chains import ChainMetric, Metric

TRON_RPC = Descriptor(
    id="tron_rpc",
    family="tron_rpc",
    kind="chains",
    rank=20,
    default_url="https://api.trongrid.io/jsonrpc",
    url_setting="TRON_RPC_URL",
    # Source: https://developers.tron.network/docs/rate-limits (without a key)
    limits=(Limit(60, MINUTE_S, "courtesy"),),
    limits_setting="TRON_RPC_LIMITS",
)
EVM_RPC_CHAINS = (*(described(chain, "chains", rank=rank) for rank, chain in enumerate(RPC_URLS, start=10)), TRON_RPC)

BLOCK_S: Mapping[str, float] = MappingProxyType(
    {
        "ethereum": 12.0,
        "bsc": 0.75,
        "polygon": 2.0,
        "avalanche": 1.5,
        "arbitrum": 0.25,
        "optimism": 2.0,
        "base": 2.0,
        "tron": 3.0,
    }
)
"""About how long a block takes: how many to go back for a day. What is told is measured between the two blocks."""
SAMPLES = 16
PATIENCE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class EvmRpcChains:
    """One chain's nodes."""

    urls: tuple[str, ...]
    descriptor: Descriptor

    @classmethod
    def of(cls, listed: str, descriptor: Descriptor) -> "EvmRpcChains":
        """Read the addresses.

        Raises:
            SettingsError: one is no http address.
        """
        return cls(addresses(descriptor, listed), descriptor)

    @property
    def chain(self) -> str:
        """Return whose nodes these are."""
        return "tron" if self.descriptor is TRON_RPC or self.descriptor.id == TRON_RPC.id else self.descriptor.id[8:]

    def serves(self, request: ChainRequest) -> bool:
        """Return whether it is about the present of this chain."""
        return request.topic == "network" and request.resolution == "now" and request.chain == self.chain

    def cost(self, request: ChainRequest) -> int:
        """Return the number of questions."""
        return SAMPLES + 3

    async def fetch(self, http: Http, request: ChainRequest, key: str | None) -> Payload:
        """Ask for the newest block, for the one of a day ago, and how many transactions the ones between have.

        Raises:
            UpstreamError: none of the addresses gave a usable answer.
        """
        calls = [Call(self.descriptor.id, url) for url in self.urls]
        newest = await ask_in_turn(http, calls, (Method("eth_blockNumber"),), patience=PATIENCE)
        with refusing(self.descriptor.id, "eth_blockNumber"):
            height = quantity(results(newest.body, 1)[0])
        told = await ask_in_turn(http, calls, self._about(height), patience=PATIENCE)
        return Payload((newest, told))

    def _about(self, height: int) -> Sequence[Method]:
        back = min(height, round(DAY_S / BLOCK_S[self.chain]))
        sampled = [height - back * number // SAMPLES for number in range(SAMPLES)]
        return (
            Method("eth_getBlockByNumber", (hex(height), False)),
            Method("eth_getBlockByNumber", (hex(height - back), False)),
            *(Method("eth_getBlockTransactionCountByNumber", (hex(block),)) for block in sampled),
        )

    def normalise(self, payload: Payload, request: ChainRequest, *, fetched_at: datetime) -> list[ChainMetric]:
        """Reduce the blocks to height, time between blocks and transactions a day.

        Raises:
            BadPayloadError: a block or a count cannot be read, or the blocks are out of order.
        """
        _, told = payload.pages
        with refusing(self.descriptor.id, self.chain):
            newest, oldest, *counts = results(told.body, SAMPLES + 2)
            height, at, passed = between(newest, oldest)
            at = observed(at, dated=told.dated, fetched_at=fetched_at)
            found = _metrics(height, passed, counts)
        return [
            ChainMetric(
                chain=self.chain,
                metric=metric,
                resolution="now",
                observed_at=at,
                known_at=fetched_at,
                value=value,
                source=self.descriptor.id,
            )
            for metric, value in found.items()
        ]


def between(newest: JsonValue, oldest: JsonValue) -> tuple[int, datetime, Decimal]:
    """Return the height and time of the newest block, and the mean seconds between blocks since the other.

    Raises:
        Unreadable: one is no block, or they are out of order.
    """
    (last, last_s), (first, first_s) = _block(newest), _block(oldest)
    if last <= first or last_s <= first_s:
        raise Unreadable("the blocks are out of order")
    return last, moment_of(last_s), Decimal(last_s - first_s) / (last - first)


def _block(body: JsonValue) -> tuple[int, int]:
    block = numbers.mapping(body)
    return quantity(block.get("number"), "number"), quantity(block.get("timestamp"), "timestamp")


def _metrics(height: int, passed: Decimal, counts: Sequence[JsonValue]) -> Mapping[Metric, Decimal]:
    found: dict[Metric, Decimal] = {
        "block_height": Decimal(height),
        "block_time_s": passed.quantize(Decimal("0.001")),
    }
    # A node that has forgotten a block answers null.
    known = [quantity(count, "transactions") for count in counts if count is not None]
    mean = Decimal(sum(known)) / len(known) if known else None
    estimate = None if not mean else per_day(mean, passed)
    return found if estimate is None else found | {"transactions": estimate}
