"""Artemis' wire format: metrics of assets by days, told from some hours after the day on, for a key; a text for what there is not.

Source: https://www.artemis.ai/docs, and the vendor's Python client 0.5.0
"""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox import chains
from sandbox.chains import Facts
from sandbox.limits import Limit
from sandbox.snapshot import DAY, HOUR
from sandbox.stand import Scene, Stand
from sandbox.timeline import iso_seconds
from sandbox.wire import Answer, Asked, answer_json

KEYS = ("sandbox-primary", "sandbox-backup")
LATE = 5 * HOUR
"""After so long a day's numbers are ready."""
_NO_METRIC = "Metric not found."
_NOT_OF_ASSET = "Metric not available for asset."
_NO_STABLECOINS = frozenset({"cardano", "near", "sui", "aptos", "polkadot", "litecoin", "bitcoin"})
_NO_VALUE_LOCKED = frozenset({"litecoin"})
_NO_REVENUE = frozenset({"bitcoin", "litecoin", "cardano"})
_NO_EXCHANGES = frozenset({"ton", "litecoin", "polkadot"})

_METRICS: Mapping[str, tuple[Callable[[Facts], float], frozenset[str]]] = {
    "TVL": (lambda facts: facts.tvl, _NO_VALUE_LOCKED),
    "STABLECOIN_SUPPLY": (lambda facts: facts.stablecoins, _NO_STABLECOINS),
    "FEES": (lambda facts: facts.fees_usd, frozenset()),
    "REVENUE": (lambda facts: facts.revenue_usd, _NO_REVENUE),
    "CHAIN_SPOT_VOLUME": (lambda facts: facts.volume, _NO_EXCHANGES),
    "DAU": (lambda facts: facts.addresses, frozenset()),
    "TXNS": (lambda facts: facts.transactions, frozenset()),
}
"""Each metric, and the chains that it is not had of."""
_SYMBOLS: Mapping[str, str] = {
    "bitcoin": "btc",
    "ethereum": "eth",
    "bsc": "bnb",
    "polygon": "pol",
    "solana": "sol",
    "avalanche": "avax",
    "arbitrum": "arb",
    "optimism": "op",
    "base": "base",
    "tron": "trx",
    "cardano": "ada",
    "litecoin": "ltc",
    "polkadot": "dot",
    "near": "near",
    "ton": "ton",
    "sui": "sui",
    "aptos": "apt",
}
_CHAINS = {symbol: chain for chain, symbol in _SYMBOLS.items()}


def assets(scene: Scene, asked: Asked) -> Answer:
    """Answer /asset/symbols/: every asset with its id and its symbol."""
    if asked.headers.get("x-api-key") not in KEYS:
        return answer_json(_failed("Invalid API key"), 401)
    listed = [
        {"artemis_id": chain, "symbol": symbol, "title": chain.title(), "coingecko_id": None, "color": None}
        for chain, symbol in {**_SYMBOLS, "aave": "aave"}.items()
    ]
    return answer_json({"assets": listed})


def metrics(scene: Scene, asked: Asked) -> Answer:
    """Answer /data/api/{metrics}/: each metric of each symbol between two days."""
    if asked.headers.get("x-api-key") not in KEYS:
        return answer_json(_failed("Invalid API key"), 401)
    start, end = asked.query.get("startDate", ""), asked.query.get("endDate", "")
    if not start or not end:
        return answer_json(_failed("startDate and endDate are required"), 400)
    names = asked.captured["metrics"].split(",")
    told = {
        symbol: {name: _told(scene, _CHAINS[symbol], name, start, end) for name in names}
        for symbol in asked.query.get("symbols", "").split(",")
        if symbol in _CHAINS
    }
    return answer_json({"data": {"symbols": told}})


def _told(scene: Scene, chain: str, name: str, start: str, end: str) -> Any:
    value, without = _METRICS.get(name, (None, frozenset()))
    if value is None:
        return _NO_METRIC
    if chain in without:
        return _NOT_OF_ASSET
    return [
        {"date": date, "val": None if chains.empty(scene) else float(value(facts))}
        for day, facts in chains.days_of(scene, chain)
        if start <= (date := iso_seconds(day)[:10]) <= end and scene.seconds >= day + DAY + LATE
    ]


def _failed(message: str) -> dict[str, str]:
    return {"message": message}


STAND = Stand(
    name="artemis",
    routes={"/asset/symbols/": assets, "/data/api/{metrics}/": metrics},
    limited=_failed("Too Many Requests"),
    broken=_failed("Internal Server Error"),
    missing=_failed("Not Found"),
    despite={"error": "Too many requests"},
    limit=Limit(600, 60),
)
