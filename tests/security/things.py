"""How to make something of one's own, for each id that stands in a private path: one line each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Made:
    """What is posted to have one, and where in the answer its id stands."""

    path: str
    """May hold ids of the things around it."""
    body: Mapping[str, Any] = field(default_factory=dict)
    id: str = "id"


THINGS: Mapping[tuple[str, str], Made] = {
    ("auth", "key_id"): Made("/api/v1/auth/keys", {"name": "mine"}),
    ("portfolio", "portfolio_id"): Made("/api/v1/portfolios", {"name": "mine"}),
    ("portfolio", "transaction_id"): Made(
        "/api/v1/portfolios/{portfolio_id}/transactions",
        {"at": "2025-01-01", "kind": "buy", "token_id": "bitcoin", "quantity": "1", "price": "100"},
    ),
    ("trading", "account_id"): Made("/api/v1/trading/accounts", {"name": "mine", "starting_cash_usd": "1000"}),
    ("trading", "order_id"): Made(
        "/api/v1/trading/accounts/{account_id}/orders",
        {"token_id": "bitcoin", "side": "buy", "type": "limit", "quantity": "1", "limit_price": "1"},
    ),
    ("indices", "backtest_id"): Made("/api/v1/indices/backtests", {"name": "mine", "universe": {"top": 20}}),
    ("alerts", "alert_id"): Made(
        "/api/v1/alerts",
        {
            "name": "mine",
            "condition": {"measure": "price_usd", "subject": "bitcoin", "direction": "above", "threshold": "1"},
            "webhook_url": "https://hooks.example.org/prism",
        },
    ),
}
"""By function and the name of the parameter."""
