"""How a portfolio may fall: as it did, and as what is held now would have."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from shared.core.clock import Clock
from shared.records.answer import Answer

from .history import History, midnight
from .measures import (
    correlations,
    deepest,
    expected_shortfall,
    sharpe,
    sortino,
    value_at_risk,
    volatility,
)
from .past import PastReader
from .performing import indices_of, past_meta
from .prices import KnowsPrices
from .showing import iso, written
from .valuing import values_of

LEAST_RETURNS = 30
LEAST_DAYS = 60
MOST_TOKENS = 20
"""Of the correlation matrix, the largest holdings first."""
LEAST_COVERED = 0.9
"""Of the value, that has prices for the days looked at: below it, what is left says nothing of the whole."""
_DIGITS = 8
_DAY = timedelta(days=1)

DailyReturns = dict[str, dict[date, float]]


class PortfolioRisk:
    """Raises what `PastReader` raises."""

    def __init__(self, past: PastReader, prices: KnowsPrices, clock: Clock) -> None:
        self._past = past
        self._prices = prices
        self._clock = clock

    async def over(self, uid: str, portfolio_id: str, days: int) -> Answer:
        """Return the measures over the last so many days."""
        today = midnight(self._clock.now())
        past = await self._past.read(uid, portfolio_id, today - timedelta(days=days), None)
        held = {token_id: book for token_id, book in past.ledger.books.items() if book.quantity}
        values = {name: value for name, value in values_of(held, past.tokens).items() if value}
        first = (today - timedelta(days=days)).date()
        prices = await self._prices.daily(values, first, today.date())
        data = risk_of(past.history, values, _returns_of(prices))
        unpriced = sorted(set(held) - set(values))
        times = [past.tokens[each].priced_at for each in values]
        as_of = min((each for each in times if each is not None), default=None)
        meta = past_meta(past) | {"unpriced": unpriced, "days": days}
        return Answer(data=written(data), as_of=as_of, source=past.source, meta=meta)


def risk_of(history: History | None, values: Mapping[str, Decimal], returns: DailyReturns) -> dict[str, Any]:
    """Return what callers see.

    Args:
        history: The portfolio's own.
        values: What its holdings are worth now.
        returns: Daily returns of the holdings.
    """
    return {
        "own": _own(history),
        "holdings_now": _simulated(values, returns),
        "concentration": _concentration(values),
        "correlation": _correlation(values, returns),
    }


def _own(history: History | None) -> dict[str, Any]:
    """Return measures of the portfolio's own whole days."""
    whole = [] if history is None else [each for each in history.points if each.at == midnight(each.at)]
    returns = [each.gain for each in whole if each.gain is not None]
    if len(returns) < LEAST_RETURNS:
        names = ("volatility", "sharpe", "sortino", "max_drawdown", "drawdown_now")
        reason = f"{len(returns)} whole days with a return, of at least {LEAST_RETURNS}"
        return {**dict.fromkeys(names), "days": len(returns), "reason": reason}
    levels = indices_of(whole)
    worst = deepest(levels)
    back = worst.recovered
    return {
        "volatility": _rounded(volatility(returns)),
        "sharpe": _rounded(sharpe(returns)),
        "sortino": _rounded(sortino(returns)),
        "max_drawdown": {
            "depth": _rounded(worst.depth),
            "peak_at": iso(whole[worst.peak].at),
            "bottom_at": iso(whole[worst.bottom].at),
            "recovered_at": None if back is None else iso(whole[back].at),
        },
        "drawdown_now": _rounded(levels[-1] / max(levels) - 1),
        "days": len(returns),
        "reason": None,
    }


def _simulated(values: Mapping[str, Decimal], returns: DailyReturns) -> dict[str, Any]:
    """Return what the holdings of now would have lost on the days looked at, at their present shares."""
    total = float(sum(values.values()))
    long = {name: value for name, value in values.items() if len(returns.get(name, ())) >= LEAST_DAYS}
    covered = float(sum(long.values())) / total if total else 0.0
    left_out = sorted(set(values) - set(long))
    days = _common(returns, long)
    if covered < LEAST_COVERED or len(days) < LEAST_DAYS:
        reason = f"{len(days)} days on which {covered:.0%} of the value have prices, of at least {LEAST_DAYS} with {LEAST_COVERED:.0%}"
        return {"levels": None, "volatility": None, "days": len(days), "left_out": left_out, "reason": reason}
    weights = {name: float(value) / total / covered for name, value in long.items()}
    series = [sum(weight * returns[name][day] for name, weight in weights.items()) for day in days]
    return {
        "levels": [_level(series, level, total) for level in (0.95, 0.99)],
        "volatility": _rounded(volatility(series)),
        "days": len(days),
        "left_out": left_out,
        "reason": None,
    }


def _level(series: Sequence[float], level: float, total: float) -> dict[str, Any]:
    at_risk, shortfall = -value_at_risk(series, 1 - level), -expected_shortfall(series, 1 - level)
    return {
        "confidence": level,
        "value_at_risk": _rounded(at_risk),
        "value_at_risk_usd": f"{at_risk * total:.2f}",
        "expected_shortfall": _rounded(shortfall),
        "expected_shortfall_usd": f"{shortfall * total:.2f}",
    }


def _concentration(values: Mapping[str, Decimal]) -> dict[str, Any]:
    total = float(sum(values.values()))
    if not total:
        return {
            **dict.fromkeys(("hhi", "effective_tokens", "top_token", "top_share")),
            "reason": "nothing with a price is held",
        }
    shares = {name: float(value) / total for name, value in values.items()}
    hhi = sum(each**2 for each in shares.values())
    top = max(shares, key=lambda name: (shares[name], name))
    return {
        "hhi": _rounded(hhi),
        "effective_tokens": _rounded(1 / hhi),
        "top_token": top,
        "top_share": _rounded(shares[top]),
        "reason": None,
    }


def _correlation(values: Mapping[str, Decimal], returns: DailyReturns) -> dict[str, Any]:
    largest = sorted(values, key=lambda name: (-values[name], name))[:MOST_TOKENS]
    names = [name for name in largest if len(returns.get(name, ())) >= LEAST_RETURNS]
    days = _common(returns, names)
    if len(names) < 2 or len(days) < LEAST_RETURNS:
        reason = f"{len(names)} holdings with {len(days)} days in common, of at least 2 with {LEAST_RETURNS}"
        return {"tokens": names, "matrix": None, "days": len(days), "reason": reason}
    matrix = correlations({name: [returns[name][day] for day in days] for name in names})
    rounded = [[_rounded(each) for each in row] for row in matrix]
    return {"tokens": names, "matrix": rounded, "days": len(days), "reason": None}


def _returns_of(prices: Mapping[str, Mapping[date, Decimal]]) -> DailyReturns:
    """Return the change over each day at whose beginning and end a price is known, by the day's end."""
    return {
        name: {
            day: float(price) / float(known[day - _DAY]) - 1
            for day, price in sorted(known.items())
            if day - _DAY in known
        }
        for name, known in prices.items()
    }


def _common(returns: DailyReturns, names: Mapping[str, object] | Sequence[str]) -> list[date]:
    days = [set(returns[name]) for name in names]
    return sorted(set.intersection(*days)) if days else []


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
