"""Makes price records with everything that a test does not care about filled in."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from shared.domain.market.known import KnownToken
from shared.records.market import PriceRecord
from tests.clocks import NOON


def record(
    provider: str = "coingecko", price: str = "100", *, at: datetime = NOON, symbol: str = "BTC", **more: Any
) -> PriceRecord:
    values: dict[str, Any] = {
        "provider": provider,
        "provider_id": "bitcoin",
        "symbol": symbol,
        "name": "Bitcoin",
        "price": Decimal(price),
        "quote_currency": "usd",
        "observed_at": at,
        "fetched_at": at,
    }
    return PriceRecord(**values | more)


def token(token_id: str = "bitcoin", symbol: str = "BTC", name: str = "Bitcoin", **more: Any) -> KnownToken:
    return KnownToken(token_id=token_id, symbol=symbol, name=name, **more)
