"""Blockchain.com: bitcoin's statistics of the last day, and its charts day by day.

Coins are counted in satoshis, hashes in gigahashes (statistics) or terahashes (charts). `total_fees_btc` has been below zero:
then it is left out.

Source: https://www.blockchain.com/explorer/api/charts_api
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from shared.providers import numbers
from shared.providers.asking import Call
from shared.providers.chain_frame import ChainAdapter, ChainRequest, Reading, day_of, described, present, scaled
from shared.providers.contract import MINUTE_S, Limit, Payload
from shared.providers.moments import moment_of
from shared.records.chains import Metric

# One request in ten seconds is what its terms ask for.
BLOCKCHAIN_COM = described("blockchain_com", "https://api.blockchain.info", Limit(20, MINUTE_S, "free"), rank=2)

_COIN = Decimal("1e-8")
_STATS: Mapping[Metric, tuple[str, Decimal]] = {
    "transactions": ("n_tx", Decimal(1)),
    "supply": ("totalbc", _COIN),
    "hash_rate": ("hash_rate", Decimal("1e9")),
    "difficulty": ("difficulty", Decimal(1)),
    "block_time_s": ("minutes_between_blocks", Decimal(60)),
    "block_height": ("n_blocks_total", Decimal(1)),
}
CHARTS: Mapping[Metric, tuple[str, Decimal]] = {
    "active_addresses": ("n-unique-addresses", Decimal(1)),
    "transactions": ("n-transactions", Decimal(1)),
    "fees_usd": ("transaction-fees-usd", Decimal(1)),
    "fees_native": ("transaction-fees", Decimal(1)),
    "hash_rate": ("hash-rate", Decimal("1e12")),
}


class BlockchainCom(ChainAdapter):
    """Bitcoin alone."""

    __slots__ = ()

    def serves(self, request: ChainRequest) -> bool:
        """Return whether it is about bitcoin's network."""
        return request.topic == "network" and request.chain == "bitcoin"

    def calls(self, request: ChainRequest, key: str | None) -> Sequence[Call]:
        """Return the statistics, or every chart."""
        if request.resolution == "now":
            return [Call(self.descriptor.id, f"{self.base_url}/stats", {"format": "json"})]
        start = f"{request.since:%Y-%m-%d}" if request.since else "2009-01-03"
        wanted = {"timespan": "2years", "start": start, "format": "json", "sampled": "false"}
        return [Call(self.descriptor.id, f"{self.base_url}/charts/{chart}", wanted) for chart, _ in CHARTS.values()]

    def readings(self, payload: Payload, request: ChainRequest) -> Iterator[Reading]:
        """Yield the statistics, or every point of every chart."""
        if request.resolution == "now":
            yield from _statistics(numbers.mapping(payload.pages[0].body))
            return
        for (metric, (_, factor)), page in zip(CHARTS.items(), payload.pages, strict=True):
            for row in numbers.rows_of(numbers.mapping(page.body).get("values")):
                yield Reading("bitcoin", metric, scaled(row, "y", by=factor), day_of(present(row, "x")))


def _statistics(row: numbers.Row) -> Iterator[Reading]:
    at = moment_of(present(row, "timestamp"))
    for metric, (field, factor) in _STATS.items():
        yield Reading("bitcoin", metric, scaled(row, field, by=factor), at)
    fees = numbers.number(row, "total_fees_btc")
    yield Reading("bitcoin", "fees_native", fees * _COIN if fees is not None and fees > 0 else None, at)
