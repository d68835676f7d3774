"""The work on one backtest, step by step; after each step its document says how far it is, or that nobody wants it any more."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.core.clock import Clock
from shared.core.errors import (
    DocumentTooLargeError,
    InvalidParameterError,
    NoDataError,
    NotFoundError,
    UnavailableError,
)
from shared.domain.backtests.document import Backtest, compressed
from shared.domain.backtests.ledger import BacktestLedger, Held, path_of
from shared.domain.backtests.numeric.asking import daily_sharpe, question_of
from shared.domain.backtests.rules import rules_of, span_of
from shared.domain.indices.numeric.loading import MarketLoader
from shared.domain.indices.numeric.reporting import Progress, Report, backtested

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
"""Longer than any step; whoever still holds it then is dead, and the next delivery goes on."""
LOOKBACK = timedelta(days=800)
"""Days before the first one, for means and breakouts; the longest that may be asked for is 730."""
_TOLD_EVERY_S = 1.0


class _UnwantedError(Exception):
    """The backtest was called off, or somebody else took it over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestWorker:
    """Does the tasks."""

    ledger: BacktestLedger
    loader: MarketLoader
    clock: Clock
    on_step: Callable[[float], None] = lambda _: None

    async def work(self, task: object) -> Mapping[str, Any]:
        """Run the backtest that a task names, unless that was done, and return its state.

        Raises:
            InvalidParameterError: the task names none.
            UnavailableError: another delivery is at it, or something that is needed is away.
        """
        owner, name = _named(task)
        try:
            held = await self.ledger.of(owner, name)
        except NotFoundError:
            return {"state": "unknown"}
        if not held.backtest.active(self.clock.now()):
            return {"state": held.backtest.state}
        claimed = await self._claim(held)
        try:
            return await self._run(claimed)
        except _UnwantedError:
            return {"state": (await self.ledger.of(owner, name)).backtest.state}
        except UnavailableError as error:
            if isinstance(error, NoDataError):
                return await self._fail(claimed, str(error))
            await self._release(claimed)
            raise

    async def _claim(self, held: Held) -> Backtest:
        now, backtest = self.clock.now(), held.backtest
        if backtest.lease_until is not None and backtest.lease_until > now:
            raise UnavailableError("Another delivery is at it", backtest.lease_until - now)
        holder = secrets.token_hex(8)
        changed = replace(backtest, state="running", holder=holder, lease_until=now + LEASE, updated_at=now)
        if not await self.ledger.replace(held, changed):
            raise UnavailableError("Another delivery took it", timedelta(seconds=5))
        return changed

    async def _run(self, backtest: Backtest) -> Mapping[str, Any]:
        rules = rules_of(backtest.request)
        first, last = span_of(backtest.request)
        loaded = await self.loader.load(
            as_of=self.clock.now(), since=first - LOOKBACK, until=last, also=(*rules.only, *rules.never)
        )
        await self._tell(backtest, 0.01)
        try:
            question = question_of(loaded, rules, first, await self.ledger.earlier_sharpes(backtest))
            report = await self._reported(backtest, backtested(question))
            content = compressed(path_of(backtest.owner, backtest.id), report)
        except (ValueError, DocumentTooLargeError) as error:
            return await self._fail(backtest, str(error))
        held = await self._mine(backtest)
        done = replace(_ended(held.backtest, self.clock.now()), state="done", progress=1.0)
        if not await self.ledger.finish(held, done, report=content, sharpe=daily_sharpe(report)):
            raise _UnwantedError
        log.info("backtest.done", extra={"backtest": backtest.id})
        return {"state": "done"}

    async def _reported(self, backtest: Backtest, making: Progress) -> Report:
        told_at = self.clock.monotonic()
        while True:
            share, report = await asyncio.to_thread(_advanced, making)
            if report is not None:
                return report
            self.on_step(share)
            if self.clock.monotonic() - told_at >= _TOLD_EVERY_S:
                await self._tell(backtest, share)
                told_at = self.clock.monotonic()

    async def _tell(self, backtest: Backtest, share: float) -> None:
        held = await self._mine(backtest)
        now = self.clock.now()
        changed = replace(held.backtest, progress=share, updated_at=now, lease_until=now + LEASE)
        if not await self.ledger.replace(held, changed):
            raise _UnwantedError

    async def _mine(self, backtest: Backtest) -> Held:
        held = await self.ledger.of(backtest.owner, backtest.id)
        if held.backtest.state != "running" or held.backtest.holder != backtest.holder:
            raise _UnwantedError
        return held

    async def _fail(self, backtest: Backtest, why: str) -> Mapping[str, Any]:
        held = await self._mine(backtest)
        failed = replace(_ended(held.backtest, self.clock.now()), state="failed", detail=why)
        if not await self.ledger.finish(held, failed):
            raise _UnwantedError
        return {"state": "failed", "detail": why}

    async def _release(self, backtest: Backtest) -> None:
        held = await self._mine(backtest)
        await self.ledger.replace(held, replace(held.backtest, state="queued", holder=None, lease_until=None))


def _named(task: object) -> tuple[str, str]:
    if isinstance(task, Mapping):
        owner, name = task.get("owner"), task.get("backtest")
        if isinstance(owner, str) and isinstance(name, str):
            return owner, name
    raise InvalidParameterError("body", "names no backtest")


def _advanced(making: Progress) -> tuple[float, Report | None]:
    try:
        return next(making), None
    except StopIteration as end:
        report: Report = end.value
        return 1.0, report


def _ended(backtest: Backtest, now: datetime) -> Backtest:
    return replace(backtest, updated_at=now, holder=None, lease_until=None)
