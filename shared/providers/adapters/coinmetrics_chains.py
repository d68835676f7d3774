"""Coin Metrics' community data: addresses, transactions, fees, supply and hashes, day by day, a few hours after the day.

Numbers are texts, hashes are counted in terahashes. A metric that the community data lack of a chain is absent from the rows.

Source: https://docs.coinmetrics.io/api/v4/ (timeseries/asset-metrics), https://docs.coinmetrics.io/packages/coin-metrics-community-data
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from shared.providers import numbers
from shared.providers.asking import Call
from shared.providers.chain_frame import ChainAdapter, ChainRequest, Reading, day_of, described, named, present, scaled
from shared.providers.contract import Limit, Payload
from shared.records.chains import Metric

# Source: https://docs.coinmetrics.io/api/v4/#section/Rate-Limits (community: 10 in 6 seconds)
COINMETRICS = described("coinmetrics", "https://community-api.coinmetrics.io/v4", Limit(10, 6, "community"), rank=1)

NAMES = named("bitcoin:btc ethereum:eth litecoin:ltc dogecoin:doge cardano:ada bitcoin-cash:bch")
FIELDS: Mapping[Metric, tuple[str, Decimal]] = {
    "active_addresses": ("AdrActCnt", Decimal(1)),
    "transactions": ("TxCnt", Decimal(1)),
    "fees_native": ("FeeTotNtv", Decimal(1)),
    "supply": ("SplyCur", Decimal(1)),
    "hash_rate": ("HashRate", Decimal("1e12")),
}
_MINED = frozenset({"bitcoin", "litecoin", "dogecoin", "bitcoin-cash"})


class CoinMetrics(ChainAdapter):
    """The past of one chain."""

    __slots__ = ()

    def serves(self, request: ChainRequest) -> bool:
        """Return whether it is about the past network of one of its chains."""
        return request.topic == "network" and request.resolution == "day" and request.chain in NAMES

    def calls(self, request: ChainRequest, key: str | None) -> Sequence[Call]:
        """Return the one call."""
        chain = request.chain or ""
        fields = [field for metric, (field, _) in FIELDS.items() if metric != "hash_rate" or chain in _MINED]
        wanted = {"assets": NAMES[chain], "metrics": ",".join(fields), "frequency": "1d", "page_size": "1000"}
        if request.since is not None:
            wanted["start_time"] = f"{request.since:%Y-%m-%d}"
        wanted["ignore_unsupported_errors"] = "true"
        return [Call(self.descriptor.id, f"{self.base_url}/timeseries/asset-metrics", wanted)]

    def readings(self, payload: Payload, request: ChainRequest) -> Iterator[Reading]:
        """Yield the metrics of every day."""
        chain = request.chain or ""
        for row in numbers.rows_of(numbers.mapping(payload.pages[0].body).get("data")):
            # Nanoseconds, which Python does not read.
            day = day_of(str(present(row, "time"))[:10])
            for metric, (field, factor) in FIELDS.items():
                # Bitcoin's hash rate comes from those who only count hashes.
                if metric != "hash_rate" or chain != "bitcoin":
                    yield Reading(chain, metric, scaled(row, field, by=factor), day)
