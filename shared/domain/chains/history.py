"""Series of one metric of one chain, by pages or whole, as they are known now or were known at a time."""

import base64
import binascii
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from shared.core.clock import Clock
from shared.core.errors import InvalidParameterError
from shared.records.answer import Answer, JsonScalar
from shared.records.chains import METRICS, Metric, Resolution
from shared.records.refresh import is_late

from .repository import ChainMetricsRepository, Series, Wanted
from .service import LATE, supported
from .statements import DATASET, Form

DEFAULT_SPAN = {"day": timedelta(days=365), "now": timedelta(days=30)}
"""How far back a series goes when nobody says from when."""
LAG = {"day": timedelta(days=4), "now": LATE}
"""How old the last point may be: a day is stamped at its beginning, and known some hours after its end."""
PAGE = 1_000
EXPORT_PAGE = 5_000
"""Points held in memory at a time while a file is sent."""
CSV_HEADER = "time,value,source,known_at\n"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class ChainHistoryService:
    """Answers with stored series. Every method raises what `ChainMetricsRepository` raises."""

    def __init__(self, repository: ChainMetricsRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    def wanted(
        self,
        chain: str,
        metric: Metric,
        resolution: Resolution,
        start: datetime | None,
        end: datetime | None,
        *,
        as_of: datetime | None = None,
    ) -> Wanted:
        """Return what is asked for, open ends filled in.

        Raises:
            InvalidParameterError: the range is empty, or `as_of` is yet to come.
            NotFoundError: there is no such chain.
            NotSupportedError: nobody tells the metric of it.
        """
        supported(chain, metric)
        now = self._clock.now()
        if as_of is not None and as_of > now:
            raise InvalidParameterError("as_of", "is yet to come", as_of.isoformat())
        end = end or now
        start = start or end - DEFAULT_SPAN[resolution]
        if start >= end:
            raise InvalidParameterError("from", "has to be before 'to', which is now by default", start.isoformat())
        return Wanted(chain, metric, resolution, start, end, as_of or now)

    async def series(self, wanted: Wanted, *, cursor: str | None = None, as_of: datetime | None = None) -> Answer:
        """Return points [time in ms, value], oldest first, from the cursor on.

        Raises:
            InvalidParameterError: the cursor is not one of ours, or of another range.
        """
        start = wanted.start if cursor is None else _after(cursor, wanted)
        found = await self._repository.series("json", wanted, start=start, size=PAGE)
        meta: dict[str, JsonScalar] = {
            "total": found.total,
            "chain": wanted.chain,
            "metric": wanted.metric,
            "unit": METRICS[wanted.metric].unit,
            "resolution": wanted.resolution,
        }
        if as_of is not None:
            meta["known_at"] = _iso(as_of)
        if found.next_at is not None:
            meta |= _following(wanted, found.next_at, as_of)
        return Answer(
            data=found.text,
            as_of=found.stamp.refreshed_at,
            source=found.stamp.data_source,
            sources=found.sources,
            stale=is_late(DATASET, found.stamp.refreshed_at, now=self._clock.now()) or self._is_behind(wanted, found),
            meta=meta,
        )

    async def export(self, wanted: Wanted, form: Form) -> AsyncIterator[str]:
        """Return the whole series as text, a page at a time; what can go wrong at first goes wrong before it."""
        first = await self._repository.series(form, wanted, start=wanted.start, size=EXPORT_PAGE)
        return self._pages(form, wanted, first)

    def _is_behind(self, wanted: Wanted, found: Series) -> bool:
        """Whether a series that should reach the present ends earlier than its source's lag explains."""
        now = self._clock.now()
        lag = LAG[wanted.resolution]
        reaches = found.next_at is None and min(wanted.end, wanted.known) > now - lag
        return reaches and found.last_at is not None and now - found.last_at > lag

    async def _pages(self, form: Form, wanted: Wanted, found: Series) -> AsyncIterator[str]:
        yield (CSV_HEADER if form == "csv" else "") + found.text
        while found.next_at is not None:
            found = await self._repository.series(form, wanted, start=found.next_at, size=EXPORT_PAGE)
            yield found.text


def _following(wanted: Wanted, next_at: datetime, as_of: datetime | None) -> dict[str, JsonScalar]:
    token = _cursor(next_at)
    known = "" if as_of is None else f"&as_of={_milliseconds(as_of)}"
    asked = f"?metric={wanted.metric}&resolution={wanted.resolution}"
    span = f"&from={_milliseconds(wanted.start)}&to={_milliseconds(wanted.end)}"
    return {"cursor": token, "next": f"{asked}{span}{known}&cursor={token}"}


def _cursor(next_at: datetime) -> str:
    microseconds = (next_at - _EPOCH) // _MICROSECOND
    return base64.urlsafe_b64encode(microseconds.to_bytes(8, "big")).decode().rstrip("=")


def _after(cursor: str, wanted: Wanted) -> datetime:
    try:
        content = base64.b64decode(cursor + "=", altchars=b"-_", validate=True)
        start = _EPOCH + int.from_bytes(content, "big") * _MICROSECOND
    except (binascii.Error, ValueError, OverflowError):
        raise InvalidParameterError("cursor", "give one that an answer told", cursor) from None
    if len(content) != 8 or not wanted.start <= start < wanted.end:
        raise InvalidParameterError("cursor", "belongs to another range", cursor)
    return start


def _milliseconds(time: datetime) -> int:
    return (time - _EPOCH) // timedelta(milliseconds=1)


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
