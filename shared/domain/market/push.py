"""The small public document that browsers listen to instead of asking again and again."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from shared.cache.documents import Value
from shared.records.market import Quote

PUSH_PATH = "live/market"
PUSHED_TOKENS = 50
"""A listener is billed for the bytes of each change; fifty rows stay below 10 KB."""


def market_push(quotes: Sequence[Quote], *, source: str, now: datetime) -> dict[str, Value]:
    """Return the fields of `live/market`: the largest tokens with their prices.

    Numbers are text, digit for digit as the API answers them: Firestore's own numbers are binary floats.
    """
    ranked = sorted(quotes, key=lambda quote: quote.facts.market_cap_usd or Decimal(0), reverse=True)
    rows: list[Value] = [_row(quote) for quote in ranked[:PUSHED_TOKENS]]
    return {"source": source, "refreshed_at": now, "quotes": rows}


def _row(quote: Quote) -> dict[str, Value]:
    return {
        "id": quote.token_id,
        "symbol": quote.symbol,
        "price": _text(quote.price_usd),
        "change_24h_pct": _text(quote.facts.change_24h_pct),
        "as_of": quote.as_of,
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"
