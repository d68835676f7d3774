"""The money-weighted return: the yearly rate at which what was paid in and out, and what is there now, are worth nothing together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

YEAR_DAYS = 365
_WIDEST = 14.0
"""Of the logarithm of 1 + rate: from losing all but a millionth in a year to a millionfold gain."""
_STEPS = 280
_FARTHEST = 700.0
"""Of an exponent; e^709 is the largest float."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A yearly rate as a fraction, or why there is none."""

    value: float | None
    reason: str | None = None


def money_weighted(flows: Sequence[tuple[float, float]]) -> Rate:
    """Return the rate of cash flows (days since the first, amount: below zero what was paid in, above it what came back).

    The present value is looked at on a grid over the logarithm of 1 + rate, so that no root is missed as by Newton's method, and the
    only change of its sign is halved down to 1e-13. With several roots none of them is the return, and none is told.

    Source: https://support.microsoft.com/en-us/office/xirr-function-de1242ec-6477-445b-b11b-a303ad9adc9d (days ÷ 365)
    """
    largest = max((abs(amount) for _, amount in flows), default=0.0)
    if not largest or min(amount for _, amount in flows) >= 0 or max(amount for _, amount in flows) <= 0:
        return Rate(None, "there is no rate unless money both went in and came back or is there")
    if max(days for days, _ in flows) < 1:
        return Rate(None, "the history is shorter than a day")
    scaled = [(days / YEAR_DAYS, amount / largest) for days, amount in flows]
    grid = [-_WIDEST + step * 2 * _WIDEST / _STEPS for step in range(_STEPS + 1)]
    values = [_present(scaled, place) for place in grid]
    spans = [step for step in range(_STEPS) if (values[step] > 0) != (values[step + 1] > 0)]
    if len(spans) != 1:
        return Rate(None, "no rate fits" if not spans else "several rates fit, so none of them is the return")
    return Rate(math.expm1(_halved(scaled, grid[spans[0]], grid[spans[0] + 1])))


def _halved(flows: Sequence[tuple[float, float]], low: float, high: float) -> float:
    rising = _present(flows, high) > _present(flows, low)
    while high - low > 1e-13:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if (_present(flows, middle) > 0) == rising:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def _present(flows: Sequence[tuple[float, float]], log_rate: float) -> float:
    return math.fsum(amount * math.exp(max(-_FARTHEST, min(_FARTHEST, -log_rate * years))) for years, amount in flows)
