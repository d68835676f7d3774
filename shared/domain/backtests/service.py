"""Answers about a person's backtests, and how one is asked for and called off."""

import json
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.errors import InvalidParameterError, TasksUnavailableError
from shared.core.settings import DataSource
from shared.records.answer import Answer
from shared.records.caller import Caller
from shared.tasks.queue import TaskQueue

from .document import Backtest
from .ledger import BacktestLedger, cancelled

YEARS = timedelta(days=5 * 365)
LONGEST = timedelta(days=3_653)
SHORTEST = timedelta(days=30)
FIRST = date(2010, 1, 1)


class BacktestService:
    """Keeps backtests and hands them to the worker. Every method raises `DocumentsUnavailableError` when the store does not answer."""

    def __init__(self, store: DocumentStore, queue: TaskQueue, clock: Clock, source: DataSource) -> None:
        self._ledger = BacktestLedger(store, clock)
        self._queue = queue
        self._clock = clock
        self._source = source

    async def ask(self, caller: Caller, request: dict[str, Any]) -> tuple[str, Answer]:
        """Keep a backtest and put it into the queue; return its id and what is told of it.

        Raises:
            InvalidParameterError: the days are too few, too many, out of order or yet to come.
            ConflictError: too many are queued or running.
            AllowanceSpentError: too many were asked for today.
            TasksUnavailableError: the queue did not take it; nothing is kept.
        """
        now = self._clock.now()
        asked = request | _span(request, now.date())
        backtest = Backtest(
            id=f"{now:%Y%m%d%H%M%S}-{secrets.token_hex(8)}",
            owner=caller.uid,
            state="queued",
            request=asked,
            created_at=now,
            updated_at=now,
            source=self._source,
        )
        await self._ledger.add(caller, backtest)
        try:
            await self._queue.put(backtest.id, {"owner": caller.uid, "backtest": backtest.id})
        except TasksUnavailableError:
            await self._ledger.remove(backtest)
            raise
        return backtest.id, self._answer(_told(backtest, now))

    async def one(self, caller: Caller, name: str) -> Answer:
        """Return one backtest with its report.

        Raises:
            NotFoundError: the caller has none of this name.
        """
        found = (await self._ledger.of(caller.uid, name)).backtest
        report = await self._ledger.report(caller.uid, name) if found.state == "done" else None
        return self._answer(_told(found, self._clock.now(), report))

    async def listed(self, caller: Caller, *, limit: int) -> Answer:
        """Return the caller's backtests without their reports, newest first."""
        found = await self._ledger.listed(caller.uid, limit=limit)
        now = self._clock.now()
        return self._answer(f"[{','.join(_told(each, now) for each in found)}]", {"total": len(found)})

    async def cancel(self, caller: Caller, name: str) -> Answer:
        """Call a backtest off; the worker stops at its next step.

        Raises:
            NotFoundError: the caller has none of this name.
            ConflictError: it has ended already.
        """
        found = await self._ledger.change(caller.uid, name, cancelled)
        return self._answer(_told(found, self._clock.now()))

    def _answer(self, text: str, meta: dict[str, int] | None = None) -> Answer:
        return Answer(data=text, as_of=None, source=self._source, sources=("cryptoprism",), meta=meta or {})


def _span(request: dict[str, Any], today: date) -> dict[str, str]:
    last = date.fromisoformat(request["to"]) if request.get("to") else today
    if last <= FIRST:
        raise InvalidParameterError("to", f"is not after {FIRST}", last.isoformat())
    first = date.fromisoformat(request["from"]) if request.get("from") else last - YEARS
    if last > today:
        raise InvalidParameterError("to", "is yet to come", last.isoformat())
    if first < FIRST:
        raise InvalidParameterError("from", f"is before {FIRST}", first.isoformat())
    if not SHORTEST <= last - first <= LONGEST:
        raise InvalidParameterError(
            "from", f"has to be {SHORTEST.days} to {LONGEST.days} days before 'to'", first.isoformat()
        )
    return {"from": first.isoformat(), "to": last.isoformat()}


def _told(backtest: Backtest, now: datetime, report: str | None = None) -> str:
    seen = backtest.seen(now)
    told = json.dumps(
        {
            "id": seen.id,
            "state": seen.state,
            "progress": round(seen.progress, 4),
            "created_at": _iso(seen.created_at),
            "updated_at": _iso(seen.updated_at),
            "request": seen.request,
            "detail": seen.detail,
        },
        separators=(",", ":"),
    )
    return f'{told[:-1]},"report":{report or "null"}}}'


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
