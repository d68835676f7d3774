"""Figures of a series of daily returns; a year has 365 days. Those of `empyrical` where it has them."""

from dataclasses import dataclass

import numpy as np

from shared.domain.panels.panel import DayArray, FloatArray

DAYS_A_YEAR = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a strategy made and risked; `None` where the days do not suffice or the divisor is 0."""

    days: int
    total_return: float | None
    cagr: float | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    calmar: float | None
    max_drawdown: float | None
    worst_month: float | None
    best_month: float | None
    worst_day: float | None
    turnover_a_year: float | None
    """How often the whole was bought and sold in a year, one-way: half of what was traded."""
    time_in_market: float | None
    """Share of days on which something was held."""
    mean_invested: float | None
    costs_a_year: float | None
    """Share of the value lost to fees, slippage and penalties in a year."""


@dataclass(frozen=True, slots=True)
class Drawdown:
    """From a peak to the value's return to it; `None` while it has not returned."""

    peak: np.datetime64
    bottom: np.datetime64
    recovered: np.datetime64 | None
    depth: float


def figures(
    days: DayArray, returns: FloatArray, invested: FloatArray, traded: FloatArray, costs: FloatArray
) -> Figures:
    """Return the figures.

    Args:
        days: (D,) of the returns.
        returns: (D,) simple daily returns.
        invested: (D,) share that is not USDC.
        traded: (D,) share of the whole that was traded.
        costs: (D,) share of the whole lost to costs.
    """
    size = returns.size
    if size == 0:
        return Figures(days=0, **dict.fromkeys(_AFTER_DAYS))
    growth = np.cumprod(1.0 + returns)
    total, cagr = float(growth[-1] - 1.0), _cagr(float(growth[-1]), size)
    deepest = max_drawdown(returns)
    months = monthly(days, returns)
    years = size / DAYS_A_YEAR
    return Figures(
        days=size,
        total_return=total,
        cagr=cagr,
        volatility=volatility(returns),
        sharpe=sharpe(returns),
        sortino=sortino(returns),
        calmar=None if cagr is None or deepest == 0.0 else cagr / -deepest,
        max_drawdown=deepest,
        worst_month=float(months.min()),
        best_month=float(months.max()),
        worst_day=float(returns.min()),
        turnover_a_year=float(traded.sum()) / 2.0 / years,
        time_in_market=float((invested > 1e-9).mean()),
        mean_invested=float(invested.mean()),
        costs_a_year=float(costs.sum()) / years,
    )


_AFTER_DAYS = tuple(name for name in Figures.__dataclass_fields__ if name != "days")


def _cagr(growth: float, days: int) -> float | None:
    with np.errstate(over="ignore"):
        result = float(np.float64(max(growth, 0.0)) ** (DAYS_A_YEAR / days) - 1.0)
    return result if np.isfinite(result) else None


def volatility(returns: FloatArray) -> float | None:
    """Return the annual standard deviation."""
    return float(returns.std(ddof=1) * np.sqrt(DAYS_A_YEAR)) if returns.size > 1 else None


def sharpe(returns: FloatArray) -> float | None:
    """Return the annual Sharpe ratio against 0; `None` for less than two days or without any movement."""
    deviation = returns.std(ddof=1) if returns.size > 1 else 0.0
    return float(returns.mean() / deviation * np.sqrt(DAYS_A_YEAR)) if deviation > 0 else None


def sortino(returns: FloatArray) -> float | None:
    """Return the annual Sortino ratio against 0; `None` without any loss."""
    downside = float(np.sqrt((np.minimum(returns, 0.0) ** 2).mean()))
    return float(returns.mean() * np.sqrt(DAYS_A_YEAR) / downside) if returns.size > 1 and downside > 0 else None


def max_drawdown(returns: FloatArray) -> float:
    """Return the deepest fall below a former peak, 0 to −1; the beginning counts as a peak."""
    values = np.concatenate([[1.0], np.cumprod(1.0 + returns)])
    return float((values / np.maximum.accumulate(values) - 1.0).min())


def monthly(days: DayArray, returns: FloatArray) -> FloatArray:
    """Return the returns of the calendar months that the days lie in."""
    return grouped(days.astype("datetime64[M]").astype(np.int64), returns)


def grouped(keys: "np.ndarray[tuple[int], np.dtype[np.int64]]", returns: FloatArray) -> FloatArray:
    """Return the compounded returns of runs of equal keys, in order."""
    begins = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    result: FloatArray = np.multiply.reduceat(1.0 + returns, begins) - 1.0
    return result


def drawdowns(days: DayArray, returns: FloatArray, *, most: int = 5) -> list[Drawdown]:
    """Return the deepest drawdowns, deepest first, that do not overlap."""
    values = np.concatenate([[1.0], np.cumprod(1.0 + returns)])
    times = np.concatenate([[days[0] - np.timedelta64(1, "D")], days]) if days.size else days
    peaks = np.maximum.accumulate(values)
    under = values < peaks
    found: list[Drawdown] = []
    at = 0
    while at < values.size:
        if not under[at]:
            at += 1
            continue
        end = at
        while end < values.size and under[end]:
            end += 1
        bottom = at + int(np.argmin(values[at:end]))
        back = times[end] if end < values.size else None
        found.append(Drawdown(times[at - 1], times[bottom], back, float(values[bottom] / peaks[bottom] - 1.0)))
        at = end
    return sorted(found, key=lambda each: each.depth)[:most]
