"""The components of our fear and greed index, each from 0 (fear) to 100 (greed). Pure; docs/decisions/0011-fear-and-greed.md.

Each is monotone in what it measures, 50 where that is as usual, and `None` where too little is known of it.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

SHORT_DAYS, LONG_DAYS = 30, 90
"""Falls of the last thirty days against the volatility of the last ninety."""
LEAST_CHANGES = 75
"""Of the ninety: days on which nothing was stored are left out."""
VOLUME_DAYS = 30
LEAST_DOMINANCE_DAYS = 7
LEAST_BREADTH = 8
"""Below so many moving tokens a share of them says little."""
LEAST_ARTICLES = 5
_USUAL_DRAWDOWN = 0.4
"""As a logarithm: 33 % below the highest price scores 100 / e."""
_USUAL_7D, _USUAL_30D = 0.10, 0.20
"""Log changes of bitcoin that are usual in 7 and in 30 days, and so score 73."""
_USUAL_DOMINANCE = 2.0
"""Percentage points."""


def volatility_score(closes: Sequence[float]) -> float | None:
    """Return how little prices fell: the mean of a score of the drawdown and one of the falls' share in all volatility.

    100 at the highest price of 90 days and without a falling day in 30; 50 for 24 % below the highest, or when the last
    30 days fell as much as half of the volatility of 90 days explains.

    Args:
        closes: Daily prices, oldest first, above zero; the last 91 count.
    """
    known = closes[-LONG_DAYS - 1 :]
    changes = log_changes(known)
    usual = math.fsum(change * change for change in changes) / max(len(changes), 1)
    if len(changes) < LEAST_CHANGES or usual == 0:
        return None
    falls = math.fsum(min(change, 0.0) ** 2 for change in changes[-SHORT_DAYS:]) / SHORT_DAYS
    calm = 1 / (1 + (2 * falls / usual) ** 2)
    height = float((known[-1] / max(known)) ** (1 / _USUAL_DRAWDOWN))
    return 50 * (calm + height)


def momentum_score(change_7d_pct: float | None, change_30d_pct: float | None) -> float | None:
    """Return how far prices rose within a week and a month, in percent each; both have to be known."""
    if change_7d_pct is None or change_30d_pct is None or min(change_7d_pct, change_30d_pct) <= -100:
        return None
    week, month = (math.log1p(change / 100) for change in (change_7d_pct, change_30d_pct))
    return logistic((week / _USUAL_7D + month / _USUAL_30D) / 2)


def volume_score(closes: Sequence[float], volumes: Sequence[float | None]) -> float | None:
    """Return the share of the last 30 days' volume that was traded on days whose price rose.

    Args:
        closes: Daily prices, oldest first.
        volumes: What was traded on the same days; `None` and 0 stand for unknown.
    """
    days = [
        (later > earlier, volume)
        for (earlier, later), volume in zip(pairwise(closes), volumes[1:], strict=True)
        if volume and later != earlier
    ][-VOLUME_DAYS:]
    if len(days) < VOLUME_DAYS // 2:
        return None
    rising = math.fsum(volume for rose, volume in days if rose)
    return min(100.0, 100 * rising / math.fsum(volume for _, volume in days))


def dominance_score(shares_pct: Sequence[float]) -> float | None:
    """Return how little bitcoin's share of the market grew: fear flees into bitcoin.

    Args:
        shares_pct: One a day, oldest first, in percent; the last stands against the mean of up to 30 before it.
    """
    before = shares_pct[:-1][-SHORT_DAYS:]
    if len(before) < LEAST_DOMINANCE_DAYS:
        return None
    return logistic((fmean(before) - shares_pct[-1]) / _USUAL_DOMINANCE)


def breadth_score(rising: int, falling: int) -> float | None:
    """Return the share of the large tokens that rose within a week, of those that moved."""
    moved = rising + falling
    return None if moved < LEAST_BREADTH else 100 * rising / moved


def news_score(mood: float, articles: int) -> float | None:
    """Return a mean over articles from −1 to 1 as a score; too few articles have none."""
    return None if articles < LEAST_ARTICLES else 50 + 50 * min(1.0, max(-1.0, mood))


def log_changes(closes: Sequence[float]) -> list[float]:
    """Return the logarithm of each price over the one before."""
    return [math.log(later / earlier) for earlier, later in pairwise(closes)]


def logistic(usual: float) -> float:
    """Return 50 for 0, 73 for what is usual (1), and towards 0 and 100 beyond."""
    return 100 / (1 + math.exp(-max(-50.0, min(50.0, usual))))
