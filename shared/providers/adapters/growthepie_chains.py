"""growthepie: addresses, transactions, fees and stablecoins of ethereum and its layers, day by day.

One answer holds all chains and all metrics of the last year, so it is asked for once and read for the chain that is wanted.

Source: https://docs.growthepie.com/api
"""

from collections.abc import Iterator, Mapping, Sequence

from shared.providers import numbers
from shared.providers.asking import Call
from shared.providers.chain_frame import ChainAdapter, ChainRequest, Reading, day_of, described, named, present
from shared.providers.contract import MINUTE_S, Limit, Payload
from shared.records.chains import Metric

GROWTHEPIE = described("growthepie", "https://api.growthepie.com/v1", Limit(10, MINUTE_S, "free"), rank=4)

NAMES = named("ethereum:ethereum arbitrum:arbitrum optimism:optimism base:base")
FIELDS: Mapping[str, Metric] = {
    "daa": "active_addresses",
    "txcount": "transactions",
    "fees_paid_usd": "fees_usd",
    "stables_mcap": "stablecoin_supply_usd",
}
_LAYERS = frozenset(NAMES) - {"ethereum"}


class GrowThePie(ChainAdapter):
    """The past of ethereum and three of its layers, all at once."""

    __slots__ = ()

    def serves(self, request: ChainRequest) -> bool:
        """Return whether it is about the past networks of all chains at once."""
        return request.topic == "network" and request.resolution == "day" and request.chain is None

    def calls(self, request: ChainRequest, key: str | None) -> Sequence[Call]:
        """Return the one call."""
        return [Call(self.descriptor.id, f"{self.base_url}/fundamentals.json")]

    def readings(self, payload: Payload, request: ChainRequest) -> Iterator[Reading]:
        """Yield the metrics of every day; those of other chains and other metrics are left out."""
        ours = {theirs: chain for chain, theirs in NAMES.items()}
        for row in numbers.rows_of(payload.pages[0].body):
            chain = ours.get(numbers.text(row, "origin_key"))
            metric = FIELDS.get(numbers.text(row, "metric_key"))
            if chain is None or metric is None or (metric == "stablecoin_supply_usd" and chain not in _LAYERS):
                continue
            yield Reading(chain, metric, numbers.amount(row, "value"), day_of(present(row, "date")))
