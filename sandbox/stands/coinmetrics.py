"""Coin Metrics' wire format: metrics of assets by days, told from a few hours after the day on.

Source: https://docs.coinmetrics.io/api/v4/
"""

from typing import Any

from sandbox import chains
from sandbox.chains import Facts
from sandbox.limits import Limit
from sandbox.snapshot import DAY, HOUR
from sandbox.stand import Scene, Stand
from sandbox.timeline import iso_seconds
from sandbox.wire import Answer, Asked, answer_json

_OURS = {
    "btc": "bitcoin",
    "eth": "ethereum",
    "ltc": "litecoin",
    "doge": "dogecoin",
    "ada": "cardano",
    "bch": "bitcoin-cash",
}
LATE = 4 * HOUR
"""After so long a day's numbers are ready."""


def asset_metrics(scene: Scene, asked: Asked) -> Answer:
    """Answer /v4/timeseries/asset-metrics; a metric that is not had of an asset is left out of its rows."""
    asset, wanted = asked.query.get("assets", ""), asked.query.get("metrics", "").split(",")
    chain = _OURS.get(asset)
    if chain is None:
        return answer_json(_failed("bad_parameter", f"Bad parameter 'assets'. Value '{asset}' is not supported."), 400)
    start = asked.query.get("start_time", "")
    return answer_json(
        {
            "data": [
                {
                    "asset": asset,
                    "time": f"{iso_seconds(day)[:10]}T00:00:00.000000000Z",
                    **_told(scene, chain, facts, wanted),
                }
                for day, facts in chains.days_of(scene, chain)
                if iso_seconds(day)[:10] >= start[:10] and scene.seconds >= day + DAY + LATE
            ]
        }
    )


def _told(scene: Scene, chain: str, facts: Facts, wanted: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "AdrActCnt": facts.addresses,
        "TxCnt": facts.transactions,
        "FeeTotNtv": f"{facts.fees:.8f}",
        "SplyCur": f"{facts.supply:.8f}",
    }
    if facts.hashes:
        values["HashRate"] = f"{facts.hashes / 1e12:.6f}"
    return {name: None if chains.empty(scene) else str(value) for name, value in values.items() if name in wanted}


def _failed(kind: str, message: str) -> dict[str, Any]:
    return {"error": {"type": kind, "message": message}}


STAND = Stand(
    name="coinmetrics",
    routes={"/v4/timeseries/asset-metrics": asset_metrics},
    limited=_failed("rate_limit_exceeded", "Too many requests, rate limit exceeded."),
    broken=_failed("internal_server_error", "Internal server error."),
    missing=_failed("not_found", "Not found."),
    limit=Limit(600, 60),
)
