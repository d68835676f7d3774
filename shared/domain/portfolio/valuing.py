"""What a portfolio is worth, what it cost, and what was gained: now."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from shared.core.clock import Clock
from shared.domain.market.service import STALE_AFTER
from shared.records.answer import Answer

from .keeping import Portfolios
from .ledger import Book, Ledger, replayed
from .money import dollars, exactly, per_coin, text_of, text_or_none
from .prices import KnownToken, KnowsPrices
from .showing import iso, written

_NOTHING = Decimal(0)
_DIGITS = 8


class PortfolioValuation:
    """Raises `NotFoundError` for a portfolio that is not the caller's, `NoDataError` when no market data was ever stored, and what the
    stores raise when they do not answer."""

    def __init__(self, portfolios: Portfolios, prices: KnowsPrices, clock: Clock) -> None:
        self._portfolios = portfolios
        self._prices = prices
        self._clock = clock

    async def now(self, uid: str, portfolio_id: str) -> Answer:
        """Return the holdings, the largest first, and the totals."""
        holding = await self._portfolios.whole(uid, portfolio_id)
        ledger = await asyncio.to_thread(replayed, list(holding.rows.values()))
        source = await self._prices.data_source()
        held = {token_id: book for token_id, book in ledger.books.items() if book.quantity}
        known = await self._prices.current(ledger.books)
        now = self._clock.now()
        times = [known[each].priced_at for each in held if each in known and known[each].price_usd is not None]
        as_of = min((each for each in times if each is not None), default=None)
        values = values_of(held, known)
        unpriced = sorted(token_id for token_id in held if values[token_id] is None)
        with exactly():
            shown = {
                "totals": _totals(ledger, values),
                "holdings": [
                    _holding(each, held[each], known.get(each), values, now)
                    for each in sorted(held, key=lambda each: (-(values[each] or _NOTHING), each))
                ],
                "closed": [
                    {"token_id": each, **_closed(book)}
                    for each, book in sorted(ledger.books.items())
                    if not book.quantity
                ],
            }
        return Answer(
            data=written(shown),
            as_of=as_of,
            source=source,
            sources=_sources(held, known),
            stale=as_of is not None and now - as_of > STALE_AFTER,
            meta={"unpriced": unpriced, "partial": bool(unpriced)},
        )


def values_of(held: Mapping[str, Book], known: Mapping[str, KnownToken]) -> dict[str, Decimal | None]:
    """Return what each token's coins are worth, `None` where no price is known."""
    found: dict[str, Decimal | None] = {}
    with exactly():
        for token_id, book in held.items():
            token = known.get(token_id)
            price = token.price_usd if token else None
            found[token_id] = None if price is None else dollars(book.quantity * price)
    return found


def share(part: Decimal, whole: Decimal) -> float | None:
    """Return part ÷ whole to eight digits; `None` of nothing."""
    return round(float(part) / float(whole), _DIGITS) if whole > 0 else None


def _totals(ledger: Ledger, values: Mapping[str, Decimal | None]) -> dict[str, Any]:
    partial = None in values.values()
    value = sum((each for each in values.values() if each is not None), _NOTHING)
    gain = None if partial else value + ledger.returned_usd - ledger.invested_usd
    return {
        "value_usd": text_of(value),
        "partial": partial,
        "invested_usd": text_of(ledger.invested_usd),
        "returned_usd": text_of(ledger.returned_usd),
        "income_usd": text_of(ledger.income_usd),
        "gain_usd": text_or_none(gain),
        "fifo": _total(ledger, values, "fifo"),
        "average_cost": _total(ledger, values, "average"),
    }


def _total(ledger: Ledger, values: Mapping[str, Decimal | None], method: str) -> dict[str, str]:
    costs = {token_id: getattr(book, f"{method}_cost") for token_id, book in ledger.books.items()}
    priced = {token_id: value for token_id, value in values.items() if value is not None}
    return {
        "cost_usd": text_of(sum(costs.values(), _NOTHING)),
        "unrealised_usd": text_of(sum((value - costs[each] for each, value in priced.items()), _NOTHING)),
        "realised_usd": text_of(sum((getattr(book, f"{method}_realised") for book in ledger.books.values()), _NOTHING)),
    }


def _holding(
    token_id: str, book: Book, token: KnownToken | None, values: Mapping[str, Decimal | None], now: datetime
) -> dict[str, Any]:
    value = values[token_id]
    total = sum((each for each in values.values() if each is not None), _NOTHING)
    priced_at = token.priced_at if token and value is not None else None
    age = None if priced_at is None else max(0.0, round((now - priced_at).total_seconds(), 3))
    return {
        "token_id": token_id,
        "symbol": token.symbol if token else None,
        "name": token.name if token else None,
        "quantity": text_of(book.quantity),
        "price_usd": text_or_none(token.price_usd) if token else None,
        "priced_at": None if priced_at is None else iso(priced_at),
        "price_age_s": age,
        "price_stale": None if age is None else age > STALE_AFTER.total_seconds(),
        "value_usd": text_or_none(value),
        "share": None if value is None else share(value, total),
        "fifo": _gains(book, "fifo", value),
        "average_cost": _gains(book, "average", value),
    }


def _gains(book: Book, method: str, value: Decimal | None) -> dict[str, Any]:
    cost: Decimal = getattr(book, f"{method}_cost")
    gain = None if value is None else value - cost
    return {
        "cost_usd": text_of(cost),
        "cost_per_coin_usd": text_of(per_coin(cost, book.quantity)),
        "unrealised_usd": text_or_none(gain),
        "unrealised_share": None if gain is None else share(gain, cost),
        "realised_usd": text_of(getattr(book, f"{method}_realised")),
    }


def _closed(book: Book) -> dict[str, str]:
    return {
        "realised_fifo_usd": text_of(book.fifo_realised),
        "realised_average_cost_usd": text_of(book.average_realised),
    }


def _sources(held: Mapping[str, Book], known: Mapping[str, KnownToken]) -> tuple[str, ...]:
    named = (source for token_id in held if token_id in known for source in known[token_id].sources)
    return tuple(dict.fromkeys(named))
