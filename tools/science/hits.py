"""Confluence signals as they would have been emitted, in lines of the report: how often they were right, and what that is worth."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from shared.domain.panels.panel import FloatArray
from shared.domain.signals.emitting import is_hit
from shared.domain.signals.numeric.grading import Measured, Record, record_of
from shared.domain.signals.rules import HORIZON_DAYS, STRENGTHS
from shared.records.signals import Graded

from .index import BEAR_YEARS
from .lived import Lived
from .logged import Logged, of_years


def signal_lines(said: Lived, log: Logged, later: Mapping[int, FloatArray]) -> Iterator[str]:
    """Yield the section on signals."""
    graded = list(log.graded)
    lost = sum(each.lost for each in graded)
    week = later[HORIZON_DAYS][np.isfinite(later[HORIZON_DAYS])]
    yield from (
        "## Confluence signals, as they would have been emitted",
        "",
        f"{log.emitted:,} signals would have been emitted, {len(graded):,} are graded, {lost} of these by a last price because no later one is told",
        f"(a set that ends looks like a token that dies). Of all {len(week):,} weeks of all tokens {np.mean(week > 0):.1%} rose, by {100 * week.mean():.2f} % on the mean, the median {100 * np.median(week):.2f} %.",
        "Means are ruled by single leaps of tokens that somebody still tells of. *Any token* is how often the group's signals would have been right of a token",
        "drawn from all of the same day: what a hit rate is above it, choosing the token did; what that is above a half, the market did.",
        "The Brier score is 0.25 for a coin; *known base* is what stating the group's own hit rate every time would have had, which nobody knew then.",
        "",
        "| signals | number | days | hit rate | any token | information coefficient | Brier | known base | return in its direction |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    )
    groups: list[tuple[str, list[Graded]]] = [("all", graded)]
    groups += [(way, [each for each in graded if each.direction == way]) for way in ("bullish", "bearish")]
    groups += [(strength, [each for each in graded if each.strength == strength]) for strength in STRENGTHS]
    bears = list(of_years(graded, BEAR_YEARS, within=True))
    bulls = list(of_years(graded, BEAR_YEARS, within=False))
    for name, part in (("bull years", bulls), ("bear years (2018)", bears)):
        groups += [(name, part)]
        groups += [
            (f"{name}, {way}", [each for each in part if each.direction == way]) for way in ("bullish", "bearish")
        ]
    rose = _share_that_rose(said, later[HORIZON_DAYS])
    yield from (_row(name, part, rose) for name, part in groups if part)
    yield from ("", _verdict(record_of(graded)), "")


def _share_that_rose(said: Lived, later: FloatArray) -> Mapping[date, float]:
    """Return which share of all tokens rose after each close, by the day of it."""
    known = np.isfinite(later)
    up = (later > 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return {
        day: float(share)
        for day, share, count in zip(said.days.astype(object), up, known.sum(axis=1), strict=True)
        if count
    }


def _row(name: str, graded: Sequence[Graded], rose: Mapping[date, float]) -> str:
    record = record_of(graded)
    shares = [(each.direction == "bullish", rose.get(each.emitted_at.date())) for each in graded]
    base = float(np.mean([share if bullish else 1.0 - share for bullish, share in shares if share is not None]))
    rate = float(np.mean([is_hit(each) for each in graded]))
    cells = [_share(record.hit_rate), f"{base:.1%}", _figure(record.information_coefficient), _figure(record.brier)]
    cells += [f"{rate * (1 - rate):.3f}", _percent(record.mean_return_pct)]
    return f"| {name} | {record.graded:,} | {record.days:,} | {' | '.join(cells)} |"


def _verdict(record: Record) -> str:
    """Return in a sentence what the intervals say; written by rule, so that nobody chooses the words."""
    rate, skill = record.hit_rate, record.information_coefficient
    better = rate.low is not None and rate.low > 0.5
    worse = rate.high is not None and rate.high < 0.5
    first = "above a half" if better else "below a half" if worse else "not to be told from a half"
    order = "above 0" if (skill.low or 0) > 0 else "below 0" if (skill.high or 0) < 0 else "not to be told from 0"
    brier = record.brier.value or 0.25
    stated = "better" if brier < 0.25 else "no better"
    return f"**By these intervals the hit rate is {first}, the information coefficient {order}, and stated probabilities were {stated} than a coin's.**"


def _share(found: Measured) -> str:
    return _ends(found, lambda value: f"{value:.1%}")


def _figure(found: Measured) -> str:
    return _ends(found, lambda value: signed(value, 3))


def _percent(found: Measured) -> str:
    return _ends(found, lambda value: f"{signed(value)} %")


def _ends(found: Measured, told: Callable[[float], str]) -> str:
    if found.value is None:
        return "–"
    ends = "" if found.low is None or found.high is None else f" ({told(found.low)} … {told(found.high)})"
    return told(found.value) + ends


def signed(value: float, digits: int = 2) -> str:
    """Return a number with a true minus sign."""
    return f"{value:.{digits}f}".replace("-", "−")
