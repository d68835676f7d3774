"""A backtest as a document: what was asked, how far it is, and what came of it."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

from shared.cache.documents import LARGEST_PAYLOAD, Value
from shared.core.errors import DocumentTooLargeError

COLLECTION = "backtests"
REPORTS = "backtest_reports"
"""Apart from the backtests, which are replaced at every step and listed: a report has hundreds of kilobytes."""
KEPT_FOR = timedelta(days=90)
LOST_AFTER = timedelta(hours=2)
"""What has not moved for so long is over: the queue gives up after an hour."""

State = Literal["queued", "running", "done", "failed", "cancelled"]
ACTIVE: frozenset[State] = frozenset({"queued", "running"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """One backtest of one person."""

    id: str
    owner: str
    state: State
    request: Mapping[str, Any]
    """As it was asked, open ends filled in."""
    created_at: datetime
    updated_at: datetime
    progress: float = 0.0
    detail: str | None = None
    """Why it failed."""
    holder: str | None = None
    """Who is at it."""
    lease_until: datetime | None = None
    source: str = "live"

    def active(self, now: datetime) -> bool:
        """Return whether something is still to be expected of it."""
        return self.state in ACTIVE and now - self.updated_at < LOST_AFTER

    def seen(self, now: datetime) -> "Backtest":
        """Return it as it is told: one that nobody has moved for hours has failed."""
        if self.state in ACTIVE and not self.active(now):
            return replace(self, state="failed", detail="It was lost on its way; ask again")
        return self


def to_fields(backtest: Backtest) -> dict[str, Value]:
    """Return the document's fields."""
    return {
        "owner": backtest.owner,
        "id": backtest.id,
        "state": backtest.state,
        "request": json.dumps(backtest.request),
        "created_at": backtest.created_at,
        "updated_at": backtest.updated_at,
        "progress": backtest.progress,
        "detail": backtest.detail,
        "holder": backtest.holder,
        "lease_until": backtest.lease_until,
        "source": backtest.source,
    }


def from_fields(fields: Mapping[str, Any]) -> Backtest:
    """Return the backtest that `to_fields` wrote."""
    return Backtest(
        id=fields["id"],
        owner=fields["owner"],
        state=cast("State", fields["state"]),
        request=json.loads(fields["request"]),
        created_at=_aware(fields["created_at"]),
        updated_at=_aware(fields["updated_at"]),
        progress=float(fields["progress"]),
        detail=fields.get("detail"),
        holder=fields.get("holder"),
        lease_until=None if fields.get("lease_until") is None else _aware(fields["lease_until"]),
        source=fields.get("source", "live"),
    )


def compressed(path: str, report: Mapping[str, Any]) -> bytes:
    """Return a report as the document holds it.

    Raises:
        DocumentTooLargeError: it is over 900 KB, compressed.
    """
    text = json.dumps(report, separators=(",", ":"), allow_nan=False)
    made = gzip.compress(text.encode(), mtime=0)
    if len(made) > LARGEST_PAYLOAD:
        raise DocumentTooLargeError(path, len(made), LARGEST_PAYLOAD)
    return made


def read(report: bytes) -> str:
    """Return the JSON of a report that `compressed` wrote."""
    return gzip.decompress(report).decode()


def _aware(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
