"""Which candles a run asks for, pure: a function of the time and of what is stored.

    each minute      minutes of the largest tokens, from the newest stored one to now; every fifth of them also hour and day
    after the hour   hours of all other tokens that an exchange lists, so many a run, largest first
    after midnight   days that could not be built from their hours
    always           a few gaps

Whatever is not reached in one run is what the next one begins with.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.candles.checking import grid
from shared.domain.candles.recall import CandleToken, Known
from shared.domain.candles.writing import Hole
from shared.providers.candle_requests import CandleRequest, Market
from shared.records.candles import INTERVALS, Interval

from .mapping import Markets

COARSE_A_RUN = 60
"""Requests for hours and days of the other tokens: 2,400 within the forty minutes after the hour."""
GAPS_A_RUN = 10
FIRST: Mapping[Interval, int] = {"1m": 180, "1h": 336, "1d": 365}
"""How many candles a new series begins with."""
MOST = 700
"""Candles in one request: all venues have them, Kraken no more."""
ASKED_LATELY = timedelta(minutes=10)
DAYS_AFTER = timedelta(minutes=90)
"""By then days have been built from their hours, where those are complete."""
EVERY = 5
"""One in so many of the largest tokens is asked for its open hour and day in one run."""


@dataclass(frozen=True, slots=True)
class Task:
    """One request and, if it is to fill one, the gap."""

    request: CandleRequest
    hole: Hole | None = None


def plan(known: Known, markets: Markets, gaps: Sequence[Hole], *, top: int, now: datetime) -> list[Task]:
    """Return what to ask for, most important first."""
    listed = [token for token in known.tokens if markets.venues(token.token_id)]
    largest, others = listed[:top], listed[top:]
    tasks = [Task(_from_newest(token, "1m", known, markets, now)) for token in largest]
    turn = int(now.timestamp() // 60) % EVERY
    for token in largest[turn::EVERY]:
        tasks += [Task(_from_newest(token, interval, known, markets, now)) for interval in ("1h", "1d")]
    coarse = [request for token in [*largest, *others] for request in _due(token, known, markets, now)]
    asked = {(task.request.token_id, task.request.interval) for task in tasks}
    tasks += [Task(each) for each in coarse if (each.token_id, each.interval) not in asked][:COARSE_A_RUN]
    tasks += [task for hole in gaps if (task := _filling(hole, markets, now)) is not None][:GAPS_A_RUN]
    return tasks


def _due(token: CandleToken, known: Known, markets: Markets, now: datetime) -> Iterator[CandleRequest]:
    for interval in ("1h", "1d"):
        if _is_due(token.token_id, interval, known, now):
            yield _from_newest(token, interval, known, markets, now)


def _is_due(token_id: str, interval: Interval, known: Known, now: datetime) -> bool:
    progress = known.series.get((token_id, interval))
    if progress is None:
        return True
    last_closed = grid(now, interval) - INTERVALS[interval]
    behind = progress.newest_at is None or progress.newest_at < last_closed
    waiting = interval == "1d" and now - grid(now, "1d") < DAYS_AFTER
    return behind and not waiting and now - progress.refreshed_at >= ASKED_LATELY


def _from_newest(
    token: CandleToken, interval: Interval, known: Known, markets: Markets, now: datetime
) -> CandleRequest:
    step = INTERVALS[interval]
    progress = known.series.get((token.token_id, interval))
    newest = progress.newest_at if progress else None
    if newest is None:
        start = grid(now, interval) - step * FIRST[interval]
    else:
        start = max(newest + step, grid(now, interval) - step * MOST)
    return _request(token.token_id, interval, min(start, grid(now, interval)), now, markets.of(token.token_id), now)


def _filling(hole: Hole, markets: Markets, now: datetime) -> Task | None:
    if not markets.venues(hole.token_id):
        return None
    begins = max(hole.begins_at, hole.ends_at - INTERVALS[hole.interval] * MOST)
    # A gap says nothing about the present, so a market that is not proven yet is of no use here.
    proven = markets.of(hole.token_id, proven=True)
    request = _request(hole.token_id, hole.interval, begins, hole.ends_at, proven, now)
    return Task(request, Hole(hole.token_id, hole.interval, begins, hole.ends_at))


def _request(
    token_id: str,
    interval: Interval,
    start: datetime,
    end: datetime,
    markets: Mapping[str, Market],
    now: datetime,
) -> CandleRequest:
    # `end` is the present for what reaches to it: the open candle is the one that opened before it.
    ends = end if end > start else start + INTERVALS[interval]
    return CandleRequest(token_id, interval, start, ends, now, markets)
