"""How a portfolio did: time-weighted and money-weighted."""

import math
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from shared.domain.cursors import milliseconds
from shared.records.answer import Answer

from .history import History, Point
from .money import cents, exactly, text_of
from .past import Past, PastReader
from .showing import iso, written
from .xirr import YEAR_DAYS, Rate, money_weighted

_NOTHING = Decimal(0)
_DIGITS = 10
_NO_HISTORY = "no transaction lies before the end of the range"


class PortfolioPerformance:
    """Raises what `PastReader` raises."""

    def __init__(self, past: PastReader) -> None:
        self._past = past

    async def between(self, uid: str, portfolio_id: str, start: datetime | None, end: datetime | None) -> Answer:
        """Return the returns between two moments and the value of each day."""
        past = await self._past.read(uid, portfolio_id, start, end)
        data = _nothing() if past.history is None else performance_of(past.history)
        return Answer(data=written(data), as_of=_as_of(past), source=past.source, meta=past_meta(past))


def performance_of(history: History) -> dict[str, Any]:
    """Return what callers see of a history's returns."""
    points = history.points
    with exactly():
        inflow = sum((each.inflow for each in points), _NOTHING)
        outflow = sum((each.outflow for each in points), _NOTHING)
        gain = points[-1].value - points[0].value - inflow + outflow
    days = (points[-1].at - points[0].at).total_seconds() / 86_400
    return {
        "from": iso(points[0].at),
        "to": iso(points[-1].at),
        "days": round(days, 6),
        "value_start_usd": text_of(points[0].value),
        "value_end_usd": text_of(points[-1].value),
        "inflow_usd": text_of(inflow),
        "outflow_usd": text_of(outflow),
        "gain_usd": text_of(gain),
        "time_weighted": _time_weighted(history, days),
        "money_weighted": _rate(money_weighted(flows_of(points))),
        "daily": [_row(point, index) for point, index in zip(points, indices_of(points), strict=True)],
    }


def flows_of(points: Sequence[Point]) -> list[tuple[float, float]]:
    """Return the cash flows by day, as the holder of the portfolio sees them; what happened on a day counts from its beginning."""
    flows = [(0.0, -float(points[0].value))] if points[0].value else []
    for before, point in pairwise(points):
        day = (before.at - points[0].at).total_seconds() / 86_400
        net = point.outflow - point.inflow
        if net:
            flows.append((day, float(net)))
    first = flows[0][0] if flows else 0.0
    end = (points[-1].at - points[0].at).total_seconds() / 86_400
    return [(day - first, amount) for day, amount in (*flows, (end, float(points[-1].value)))]


def indices_of(points: Sequence[Point]) -> list[float]:
    """Return the growth of one dollar that was there from the beginning."""
    found, level = [], 1.0
    for point in points:
        level *= 1 + (point.gain or 0.0)
        found.append(level)
    return found


def past_meta(past: Past) -> dict[str, Any]:
    """Return what `meta` says of a history's gaps."""
    history = past.history
    excluded = {} if history is None else history.excluded
    return {
        "partial": bool(excluded),
        "excluded": [{"token_id": token_id, "unpriced_at": iso(at)} for token_id, at in sorted(excluded.items())],
        "carried_prices": 0 if history is None else history.carried,
    }


def _as_of(past: Past) -> datetime | None:
    times = [
        token.priced_at
        for token_id, token in past.tokens.items()
        if token.priced_at is not None and past.ledger.books[token_id].quantity
    ]
    return min(times, default=None)


def _time_weighted(history: History, days: float) -> dict[str, Any]:
    if not history.returns:
        return {"total": None, "annualised": None, "reason": "nothing with a price was held"}
    growth = indices_of(history.points)[-1]
    total = _fraction(growth - 1)
    if days < YEAR_DAYS or growth <= 0:
        return {"total": total, "annualised": None, "reason": "annualised only from 365 days on"}
    return {"total": total, "annualised": _fraction(growth ** (YEAR_DAYS / days) - 1), "reason": None}


def _rate(rate: Rate) -> dict[str, Any]:
    return {"annual": None if rate.value is None else _fraction(rate.value), "reason": rate.reason}


def _fraction(value: float) -> float | None:
    return round(value, _DIGITS) if math.isfinite(value) else None


def _row(point: Point, index: float) -> list[object]:
    amounts = [text_of(cents(each)) for each in (point.value, point.inflow, point.outflow)]
    return [milliseconds(point.at), *amounts, round(index, _DIGITS)]


def _nothing() -> dict[str, Any]:
    names = ("from", "to", "days")
    amounts = ("value_start_usd", "value_end_usd", "inflow_usd", "outflow_usd", "gain_usd")
    return {
        **dict.fromkeys(names),
        **dict.fromkeys(amounts, "0"),
        "time_weighted": {"total": None, "annualised": None, "reason": _NO_HISTORY},
        "money_weighted": {"annual": None, "reason": _NO_HISTORY},
        "daily": [],
    }
