"""Asking for candles: a few requests at a time, and again elsewhere when an answer cannot be believed."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.domain.market.identity import ProviderName
from shared.providers.candle_requests import CandleRequest
from shared.providers.candles import CandleRun
from shared.providers.sources import Found
from shared.records.candles import CandleRecord

from .mapping import Markets, behind
from .planning import Task

AT_ONCE = 6
LEAST = 0.3
"""Of the time for everything, what has to be left for a request to be begun."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One task and what was answered to it."""

    task: Task
    found: Found[CandleRecord]


@dataclass(slots=True)
class Gathered:
    """What a run was told."""

    answers: list[Answered] = field(default_factory=list)
    in_vain: list[Task] = field(default_factory=list)
    """Tasks to which nobody that may be believed had an answer."""
    late: int = 0
    """Tasks for which there was no time."""
    disproved: set[tuple[str, str]] = field(default_factory=set)
    """(provider, its name) of markets that turned out to be another token's."""
    proven: list[ProviderName] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    """Providers some of whose answers were not believed: `frozen` or `implausible`."""


async def gather(
    run: CandleRun, tasks: Sequence[Task], markets: Markets, *, now: datetime, within: timedelta
) -> Gathered:
    """Ask for everything within the time there is; what is doubtful is asked for once more, elsewhere.

    Args:
        run: Of the sources of candles.
        tasks: Most important first.
        markets: What tells whether an answer is about the token.
        now: When the run began.
        within: For everything; tasks that are not begun by then stay unanswered.
    """
    ends = asyncio.get_running_loop().time() + within.total_seconds()
    gathered = Gathered()
    first = await _asked(run, tasks, ends, within, gathered)
    answers = _by_provider(first)
    for provider in behind(answers, now):
        gathered.refused[provider] = "frozen"
    again = _judged(gathered, first, markets, now)
    second = await _asked(run, again, ends, within, gathered)
    gathered.in_vain += _judged(gathered, second, markets, now)
    return gathered


async def _asked(
    run: CandleRun, tasks: Sequence[Task], ends: float, within: timedelta, gathered: Gathered
) -> list[tuple[Task, Found[CandleRecord] | None]]:
    loop = asyncio.get_running_loop()
    turnstile = asyncio.Semaphore(AT_ONCE)

    async def one(task: Task) -> tuple[Task, Found[CandleRecord] | None] | None:
        async with turnstile:
            left = timedelta(seconds=ends - loop.time())
            # A request that is begun too late would fail for want of time, and its provider be thought ill.
            if left < within * LEAST:
                gathered.late += 1
                return None
            return task, await run.first(task.request, within=left)

    return [each for each in await asyncio.gather(*map(one, tasks)) if each is not None]


def _judged(
    gathered: Gathered,
    asked: Sequence[tuple[Task, Found[CandleRecord] | None]],
    markets: Markets,
    now: datetime,
) -> list[Task]:
    """Take over what can be believed, and return the rest to be asked without the provider that cannot."""
    doubtful: list[Task] = []
    for task, found in asked:
        if found is None:
            gathered.in_vain.append(task)
            continue
        fine, name = markets.judge(task.request, found.provider, found.records, now)
        if fine and gathered.refused.get(found.provider) != "frozen":
            gathered.answers.append(Answered(task, found))
            gathered.proven += [name] if name else []
            continue
        if not fine and found.provider in markets.of(task.request.token_id, proven=True):
            gathered.refused.setdefault(found.provider, "implausible")
        elif not fine and markets.comparable(task.request, found.records, now):
            gathered.disproved.add((found.provider, task.request.markets[found.provider].name))
        doubtful.append(replace(task, request=_without(task.request, found.provider)))
    return doubtful


def _without(request: CandleRequest, provider: str) -> CandleRequest:
    return replace(request, markets={name: each for name, each in request.markets.items() if name != provider})


def _by_provider(
    asked: Sequence[tuple[Task, Found[CandleRecord] | None]],
) -> dict[str, list[tuple[CandleRequest, Sequence[CandleRecord]]]]:
    answers: dict[str, list[tuple[CandleRequest, Sequence[CandleRecord]]]] = defaultdict(list)
    for task, found in asked:
        if found is not None:
            answers[found.provider].append((task.request, found.records))
    return answers
