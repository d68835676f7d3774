"""Backtests in the document store: each change replaces the version it was made from, or is made again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from shared.cache.documents import Document, DocumentStore, Put, Removal, Value
from shared.cache.owned import owned
from shared.core.clock import Clock
from shared.core.errors import ConflictError, NotFoundError
from shared.records.caller import Caller

from . import allowance as allowances
from . import document as documents
from .allowance import Allowance
from .document import Backtest

ATTEMPTS = 5
_PAGE = 1_000
_PAGES = 10


@dataclass(frozen=True, slots=True)
class Held:
    """A backtest and the version to replace."""

    backtest: Backtest
    version: str


def path_of(uid: str, name: str) -> str:
    """Return the path of a person's backtest."""
    return f"{documents.COLLECTION}/{owned(uid, name)}"


class BacktestLedger:
    """Keeps backtests. Every method raises `DocumentsUnavailableError` when the store does not answer."""

    def __init__(self, store: DocumentStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def add(self, caller: Caller, backtest: Backtest) -> None:
        """Keep a new backtest, if the caller may have one more.

        Raises:
            ConflictError: too many are queued or running, or the caller asks for many at this moment.
            AllowanceSpentError: too many were asked for today.
        """
        for _ in range(ATTEMPTS):
            found, allowance = await self._allowance(caller.uid)
            still = await self._still_active(allowance)
            changed = allowance.with_one_more(backtest.id, now=self._clock.now(), still_active=still, plan=caller.plan)
            new = Put(
                path=path_of(caller.uid, backtest.id),
                fields=documents.to_fields(backtest),
                new=True,
                expires_at=backtest.created_at + documents.KEPT_FOR,
            )
            if await self._store.commit([new, _put(changed, found)]):
                return
        raise ConflictError("busy", "Others of your requests were at it at the same moment; ask again")

    async def remove(self, backtest: Backtest) -> None:
        """Forget a backtest that never came into the queue; the day's count stays."""
        for _ in range(ATTEMPTS):
            found, allowance = await self._allowance(backtest.owner)
            gone = Removal(path=path_of(backtest.owner, backtest.id))
            if await self._store.commit([gone, _put(allowance.with_trial(backtest.id, None), found)]):
                return

    async def of(self, uid: str, name: str) -> Held:
        """Return a person's backtest.

        Raises:
            NotFoundError: they have none of this name.
        """
        found = await self._store.get(path_of(uid, name))
        if found is None or found.fields["owner"] != uid:
            raise NotFoundError("backtest", name)
        return Held(documents.from_fields(found.fields), found.version)

    async def listed(self, uid: str, *, limit: int) -> list[Backtest]:
        """Return a person's backtests, newest first."""
        found: list[Backtest] = []
        after = ""
        for _ in range(_PAGES):
            page = await self._store.list(documents.COLLECTION, prefix=owned(uid), after=after, limit=_PAGE)
            found += [documents.from_fields(each.fields) for each in page]
            if len(page) < _PAGE:
                break
            after = page[-1].path.rpartition("/")[2]
        return sorted(found, key=lambda one: one.created_at, reverse=True)[:limit]

    async def report(self, uid: str, name: str) -> str | None:
        """Return the JSON of a report, `None` where there is none."""
        found = await self._store.get(_report_path(uid, name))
        content = None if found is None else found.fields["content"]
        return documents.read(content) if isinstance(content, bytes) else None

    async def change(self, uid: str, name: str, how: Callable[[Backtest, datetime], Backtest]) -> Backtest:
        """Return the backtest as `how` changed it.

        Raises:
            NotFoundError: there is none of this name.
            ConflictError: somebody else changed it each time.
        """
        for _ in range(ATTEMPTS):
            held = await self.of(uid, name)
            changed = how(held.backtest, self._clock.now())
            if changed == held.backtest or await self.replace(held, changed):
                return changed
        raise ConflictError("busy", "The backtest is changing; ask again")

    async def replace(self, held: Held, changed: Backtest) -> bool:
        """Return whether the backtest was replaced: nobody had changed it."""
        return await self._store.replace(
            path_of(changed.owner, changed.id),
            documents.to_fields(changed),
            version=held.version,
            expires_at=changed.created_at + documents.KEPT_FOR,
        )

    async def earlier_sharpes(self, backtest: Backtest) -> tuple[float, ...]:
        """Return the Sharpe ratios of what its owner tried before."""
        _, allowance = await self._allowance(backtest.owner)
        return tuple(sharpe for name, sharpe in allowance.trials.items() if name != backtest.id)

    async def finish(
        self, held: Held, changed: Backtest, *, report: bytes | None = None, sharpe: float | None = None
    ) -> bool:
        """Replace a backtest that ended, keep its report and count it as a trial, all or nothing; return whether that was done."""
        reports = [] if report is None else [_report_put(changed, report)]
        for _ in range(ATTEMPTS):
            found, allowance = await self._allowance(changed.owner)
            ended = Put(
                path=path_of(changed.owner, changed.id),
                fields=documents.to_fields(changed),
                version=held.version,
                expires_at=changed.created_at + documents.KEPT_FOR,
            )
            if await self._store.commit([ended, *reports, _put(allowance.with_trial(changed.id, sharpe), found)]):
                return True
            now = await self.of(changed.owner, changed.id)
            if now.version != held.version:
                return False
        return False

    async def _allowance(self, uid: str) -> tuple[Document | None, Allowance]:
        found = await self._store.get(f"{allowances.COLLECTION}/{owned(uid, allowances.NAME)}")
        if found is None:
            return None, Allowance(owner=uid, day=self._clock.now().date())
        return found, allowances.from_fields(found.fields)

    async def _still_active(self, allowance: Allowance) -> tuple[str, ...]:
        paths = {path_of(allowance.owner, name): name for name in allowance.active}
        found = await self._store.get_many(list(paths)) if paths else {}
        now = self._clock.now()
        return tuple(paths[path] for path, each in found.items() if documents.from_fields(each.fields).active(now))


def _report_path(uid: str, name: str) -> str:
    return f"{documents.REPORTS}/{owned(uid, name)}"


def _report_put(backtest: Backtest, report: bytes) -> Put:
    fields: dict[str, Value] = {"owner": backtest.owner, "content": report}
    expires_at = backtest.created_at + documents.KEPT_FOR
    return Put(path=_report_path(backtest.owner, backtest.id), fields=fields, expires_at=expires_at)


def _put(allowance: Allowance, found: Document | None) -> Put:
    path = f"{allowances.COLLECTION}/{owned(allowance.owner, allowances.NAME)}"
    fields = allowances.to_fields(allowance)
    if found is None:
        return Put(path=path, fields=fields, new=True)
    return Put(path=path, fields=fields, version=found.version)


def cancelled(backtest: Backtest, now: datetime) -> Backtest:
    """Return a backtest that its owner no longer wants.

    Raises:
        ConflictError: it has ended already.
    """
    if backtest.state == "cancelled":
        return backtest
    if not backtest.active(now):
        raise ConflictError("backtest_ended", f"The backtest is {backtest.seen(now).state} already")
    return replace(backtest, state="cancelled", updated_at=now, holder=None, lease_until=None)
