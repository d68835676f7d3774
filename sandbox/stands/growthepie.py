"""growthepie's wire format: one list of (metric, chain, date, value) for everything.

Source: https://docs.growthepie.com/api
"""

from typing import Any

from sandbox import chains
from sandbox.limits import Limit
from sandbox.stand import Scene, Stand
from sandbox.timeline import iso_seconds
from sandbox.wire import Answer, Asked, answer_json

_CHAINS = ("ethereum", "arbitrum", "optimism", "base")
_METRICS = {
    "daa": "addresses",
    "txcount": "transactions",
    "fees_paid_usd": "fees_usd",
    "stables_mcap": "stablecoins",
    "tvl": "tvl",
}


def fundamentals(scene: Scene, asked: Asked) -> Answer:
    """Answer /v1/fundamentals.json: the last year; chains that nobody here knows stand among them."""
    rows: list[dict[str, Any]] = [{"metric_key": "daa", "origin_key": "zora", "date": "2025-01-01", "value": 1234.0}]
    for chain in _CHAINS:
        for day, facts in chains.days_of(scene, chain, most=365):
            date = iso_seconds(day)[:10]
            rows += [
                {
                    "metric_key": metric,
                    "origin_key": chain,
                    "date": date,
                    "value": None if chains.empty(scene) else float(getattr(facts, field)),
                }
                for metric, field in _METRICS.items()
            ]
    return answer_json(rows)


STAND = Stand(
    name="growthepie",
    routes={"/v1/fundamentals.json": fundamentals},
    limited={"message": "Too Many Requests"},
    broken={"message": "Internal Server Error"},
    missing={"message": "Not Found"},
    despite={"error": "Too many requests"},
    limit=Limit(600, 60),
)
