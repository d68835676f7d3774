"""A node of Solana: supply, and transactions from its samples of the last hours, votes left out.

Old nodes tell no transactions without votes; then none are told, because votes are most of them.

Source: https://solana.com/docs/rpc/http/getrecentperformancesamples, https://solana.com/docs/rpc/http/getsupply
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from shared.providers import numbers
from shared.providers.asking import Call, refusing
from shared.providers.chain_frame import ChainAdapter, ChainRequest, Reading, described, per_day, scaled
from shared.providers.contract import Http, Limit, Payload
from shared.providers.json_rpc import Method, ask_rpc, results

# Source: https://solana.com/docs/references/clusters (100 requests in 10 seconds)
SOLANA_RPC = described("solana_rpc", "https://api.mainnet-beta.solana.com", Limit(100, 10, "public"), rank=20)
SAMPLES = 720
"""As many as a node keeps: twelve hours."""
_METHODS = (
    Method("getRecentPerformanceSamples", (SAMPLES,)),
    Method("getSupply", ({"excludeNonCirculatingAccountsList": True},)),
)


class SolanaRpc(ChainAdapter):
    """Solana's present."""

    __slots__ = ()

    def serves(self, request: ChainRequest) -> bool:
        """Return whether it is about Solana's present."""
        return request.topic == "network" and request.resolution == "now" and request.chain == "solana"

    def calls(self, request: ChainRequest, key: str | None) -> Sequence[Call]:
        """Return the one call, which holds all questions."""
        return [Call(self.descriptor.id, self.base_url)]

    async def fetch(self, http: Http, request: ChainRequest, key: str | None) -> Payload:
        """Ask everything in one batch.

        Raises:
            UpstreamError: there was no usable answer.
        """
        return Payload((await ask_rpc(http, self.calls(request, key)[0], _METHODS),))

    def readings(self, payload: Payload, request: ChainRequest) -> Iterator[Reading]:
        """Yield transactions a day, seconds between slots, and the circulating supply."""
        with refusing(self.descriptor.id, "results"):
            samples, supply = results(payload.pages[0].body, len(_METHODS))
        rows = numbers.rows_of(samples)
        seconds, slots, count = (
            _total(rows, name) for name in ("samplePeriodSecs", "numSlots", "numNonVoteTransactions")
        )
        if seconds and count:
            yield Reading("solana", "transactions", per_day(count, seconds))
        if seconds and slots:
            yield Reading("solana", "block_time_s", (seconds / slots).quantize(Decimal("0.001")))
        value = numbers.mapping(numbers.mapping(supply).get("value"))
        yield Reading("solana", "supply", scaled(value, "circulating", by=Decimal("1e-9")))


def _total(rows: Sequence[numbers.Row], name: str) -> Decimal | None:
    """Return the sum over all samples, `None` when one does not tell it."""
    found = [numbers.amount(row, name) for row in rows]
    known = [value for value in found if value is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(found) else None
