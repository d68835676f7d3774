"""What is asked on the tour: for most operations their parameters are enough, what is made first and removed last is written out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

Operation = tuple[str, str]
"""Method in capitals and path as documented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One request; texts like `{portfolio_id}` stand for what was kept of an earlier answer."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    keep: Mapping[str, str] = field(default_factory=dict)
    """What later stops need: a name, and where it stands in the answer, as `data.0.id`."""
    at_once: bool = False
    """Whether something is deleted where this stands, and not at the end."""
    or_status: int | None = None
    """Another answer that is as it should be, by what happened meanwhile."""

    @property
    def operation(self) -> Operation:
        """Return what of the document it visits."""
        return self.method, self.path


NAMES: Mapping[str, str] = MappingProxyType(
    {"token_id": "bitcoin", "chain": "ethereum", "index_id": "btc-hold", "model_id": "none-yet"}
)
"""Path parameters that are the same everywhere."""

PARAMETERS: Mapping[str, str] = MappingProxyType(
    {"limit": "3", "metric": "tvl_usd", "levels": "5", "q": "bitcoin", "ids": "bitcoin,ethereum"}
)
"""Query parameters that are given wherever an operation takes them."""


_TRADING = "/api/v1/trading/accounts"
_ALERT = {
    "name": "Bitcoin over a million",
    "condition": {"measure": "price_usd", "subject": "bitcoin", "direction": "above", "threshold": "1000000"},
    "webhook_url": "https://hooks.example.org/prism",
}

STOPS: tuple[Stop, ...] = (
    Stop(method="GET", path="/api/v1/market/categories", keep={"category_id": "data.0.id"}),
    Stop(method="GET", path="/api/v1/prices/{token_id}/at", query={"time": "{now_s}"}),
    Stop(
        method="GET",
        path="/api/v1/tokens",
        query={"chain": "ethereum", "limit": "3"},
        keep={"address": "data.0.contracts.0.address"},
    ),
    Stop(method="GET", path="/api/v1/market/ohlc", query={"id": "bitcoin", "interval": "1h", "limit": "3"}),
    Stop(method="GET", path="/api/market/ohlc", query={"id": "bitcoin", "interval": "1d", "limit": "3"}),
    Stop(method="GET", path="/api/v1/market/depth", query={"id": "bitcoin", "levels": "5"}),
    Stop(
        method="POST",
        path=_TRADING,
        body={"name": "Tour", "starting_cash_usd": "100000"},
        keep={"account_id": "data.id"},
    ),
    Stop(
        method="POST",
        path=f"{_TRADING}/{{account_id}}/orders",
        body={"token_id": "bitcoin", "side": "buy", "type": "limit", "quantity": "0.1", "limit_price": "100"},
        keep={"order_id": "data.id"},
    ),
    Stop(method="DELETE", path=f"{_TRADING}/{{account_id}}/orders/{{order_id}}"),
    Stop(method="DELETE", path=f"{_TRADING}/{{account_id}}"),
    Stop(method="POST", path="/api/v1/auth/keys", body={"name": "Tour"}, keep={"key_id": "data.id"}),
    Stop(method="POST", path="/api/v1/alerts", body=_ALERT, keep={"alert_id": "data.id"}),
    Stop(method="PUT", path="/api/v1/alerts/{alert_id}", body=_ALERT),
    Stop(method="POST", path="/api/v1/alerts/{alert_id}/test"),
    Stop(method="POST", path="/api/v1/portfolios", body={"name": "Savings"}, keep={"portfolio_id": "data.id"}),
    Stop(
        method="POST",
        path="/api/v1/portfolios/{portfolio_id}/transactions",
        body={"at": "2026-01-15T10:30:00Z", "kind": "buy", "token_id": "bitcoin", "quantity": "0.05", "price": "52000"},
        keep={"transaction_id": "data.id"},
    ),
    Stop(
        method="PUT",
        path="/api/v1/portfolios/{portfolio_id}/transactions/{transaction_id}",
        body={
            "at": "2026-01-15T10:30:00Z",
            "kind": "buy",
            "token_id": "bitcoin",
            "quantity": "0.05",
            "price": "52000",
            "fee": "3.9",
        },
    ),
    Stop(
        method="POST",
        path="/api/v1/portfolios/{portfolio_id}/imports",
        body={"text": "time,kind,token_id,quantity,price\n2026-02-01T08:00:00Z,buy,ethereum,1.5,2400\n"},
    ),
    Stop(method="PATCH", path="/api/v1/portfolios/{portfolio_id}", body={"name": "Long run"}),
    Stop(method="DELETE", path="/api/v1/portfolios/{portfolio_id}/transactions/{transaction_id}"),
    Stop(
        method="POST",
        path="/api/v1/indices/backtests",
        body={"name": "Top 20, always invested", "universe": {"top": 20}},
        keep={"backtest_id": "data.id"},
    ),
    # A young place has too little history for a model.
    Stop(method="GET", path="/api/v1/ml/models", keep={"model_id": "data.0.id"}, or_status=503),
    Stop(method="GET", path="/api/v1/ml/models/{model_id}", or_status=503),
    Stop(method="GET", path="/api/v1/ml/predictions", query={"limit": "3"}, or_status=503),
    Stop(method="GET", path="/api/v1/ml/predictions/{token_id}", or_status=503),
    Stop(method="GET", path="/api/v1/ml/predict", or_status=503),
    Stop(
        method="POST",
        path="/api/v1/ml/predict",
        body={"features": {"return_7d": 4.2, "return_30d": 11.9, "rsi_14": 58.0, "volatility_30": 61.5}},
        or_status=503,
    ),
    # A quick worker may have done it already.
    Stop(method="DELETE", path="/api/v1/indices/backtests/{backtest_id}", at_once=True, or_status=409),
    Stop(
        method="POST",
        path="/api/v1/indices/backtests",
        body={"name": "Top 20, always invested", "universe": {"top": 20}},
        keep={"backtest_id": "data.id"},
    ),
)
"""Asked in this order and before all others, which follow as they are documented; those that DELETE come last."""


def tour_of(document: Mapping[str, Any]) -> list[Stop]:
    """Return every operation of an OpenAPI document in an order in which each finds what it needs."""
    written = {stop.operation for stop in STOPS}
    derived = [
        _derived(method.upper(), path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if (method.upper(), path) not in written
    ]
    stops = [*STOPS, *derived]
    return sorted(stops, key=lambda stop: stop.method == "DELETE" and not stop.at_once)


def _derived(method: str, path: str, operation: Mapping[str, Any]) -> Stop:
    taken = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}
    return Stop(method=method, path=path, query={name: PARAMETERS[name] for name in PARAMETERS if name in taken})
