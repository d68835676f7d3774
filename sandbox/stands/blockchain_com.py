"""Blockchain.com's wire format: statistics and charts of bitcoin.

Source: https://www.blockchain.com/explorer/api/charts_api
"""

from typing import Any

from sandbox import chains
from sandbox.chains import Facts
from sandbox.limits import Limit
from sandbox.stand import Scene, Stand
from sandbox.timeline import iso_seconds
from sandbox.wire import Answer, Asked, answer_json

_CHARTS = {
    "n-unique-addresses": ("Unique Addresses Used", "Addresses", lambda facts: facts.addresses),
    "n-transactions": ("Confirmed Transactions Per Day", "Transactions", lambda facts: facts.transactions),
    "transaction-fees-usd": ("Total Transaction Fees (USD)", "USD", lambda facts: round(facts.fees_usd, 2)),
    "transaction-fees": ("Total Transaction Fees (BTC)", "BTC", lambda facts: round(facts.fees, 8)),
    "hash-rate": ("Hash Rate", "Hash Rate TH/s", lambda facts: facts.hashes / 1e12),
}


def stats(scene: Scene, asked: Asked) -> Answer:
    """Answer /stats: satoshis, gigahashes, milliseconds."""
    facts = chains.facts_of(scene, "bitcoin")
    told: dict[str, Any] = {
        "market_price_usd": round(facts.price, 2),
        "hash_rate": facts.hashes / 1e9,
        "total_fees_btc": round(facts.fees * 1e8),
        "n_btc_mined": 45_000_000_000,
        "n_tx": facts.transactions,
        "n_blocks_mined": 144,
        "minutes_between_blocks": chains.CHAINS["bitcoin"].block_s / 60,
        "totalbc": round(facts.supply * 1e8),
        "n_blocks_total": chains.height_of("bitcoin", scene.seconds),
        "difficulty": facts.hashes * 600 / 2**32,
    }
    if chains.empty(scene):
        told = dict.fromkeys(told)
    return answer_json({"timestamp": scene.said_at * 1000, **told})


def chart(scene: Scene, asked: Asked) -> Answer:
    """Answer /charts/{name}."""
    found = _CHARTS.get(asked.captured["name"])
    if found is None:
        return answer_json({"error": "not-found-exception", "message": "Chart not found"}, 404)
    name, unit, value = found
    start = asked.query.get("start", "")
    days = chains.days_of(scene, "bitcoin")
    values = [{"x": day, "y": _told(scene, value, facts)} for day, facts in days if iso_seconds(day)[:10] >= start]
    about = {"status": "ok", "name": name, "unit": unit, "period": "day", "description": name}
    return answer_json({**about, "values": values})


def _told(scene: Scene, value: Any, facts: Facts) -> Any:
    return None if chains.empty(scene) else value(facts)


STAND = Stand(
    name="blockchain_com",
    routes={"/stats": stats, "/charts/{name}": chart},
    limited={"error": "rate-limited", "message": "You have been rate limited. Please try again later."},
    broken={"error": "internal-server-error", "message": "Internal Server Error"},
    missing={"error": "not-found-exception", "message": "Not Found"},
    limit=Limit(600, 60),
)
