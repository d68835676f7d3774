"""Answers with candles: pages of a series, its gaps, and what was known at an earlier time."""

import base64
import binascii
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from shared.core.clock import Clock
from shared.core.errors import InvalidParameterError, NotFoundError
from shared.domain.naming import shared_symbol
from shared.records.answer import Answer, JsonField
from shared.records.candles import INTERVALS, Interval
from shared.records.refresh import is_late

from .checking import grid
from .merge import TABLE_OF
from .repository import Asked, CandleRepository, Found
from .statements import Fill, Form, Shape

EXPORT_PAGE = 10_000
"""Candles held in memory at a time while a file is sent; a year of hours is one page."""
COUNTED_UP_TO = 20_000
"""Candles that a range may hold for them to be counted, or filled."""
CSV_HEADER = "time,open,high,low,close,volume,is_closed,filled\n"
REFRESH = "refresh_candles"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MILLISECOND = timedelta(milliseconds=1)
_SHORTEST_DELAY, _LONGEST_DELAY = timedelta(minutes=3), timedelta(hours=1)
"""How late a closed candle may be: minutes are asked for each minute, hours of all tokens within the next hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which candles are asked for, open ends filled in."""

    name: str
    by: Literal["id", "symbol"]
    interval: Interval
    start: datetime | None
    """`None` for the newest `limit` places up to the newest candle before `end`."""
    end: datetime
    limit: int
    fill: Fill
    then: datetime | None
    """The time at which it was known."""

    @property
    def step(self) -> timedelta:
        """Return how long a candle is."""
        return INTERVALS[self.interval]

    @property
    def span(self) -> int:
        """Return how many candles the range may hold."""
        return self.limit if self.start is None else (self.end - self.start) // self.step + 1


class CandleService:
    """Answers with stored candles. Every method raises what `CandleRepository` raises."""

    def __init__(self, repository: CandleRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    def wanted(
        self,
        *,
        token_id: str | None,
        symbol: str | None,
        interval: Interval,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        fill: Fill,
        then: datetime | None,
    ) -> Wanted:
        """Return what is asked for: without `start` the newest candles, back from the newest one by `limit` places.

        Raises:
            InvalidParameterError: not exactly one of id and symbol, an empty or too long range, or a time to come.
        """
        now = self._clock.now()
        if (token_id is None) == (symbol is None):
            raise InvalidParameterError("symbol", "give either 'symbol' or 'id'", symbol)
        if then is not None and then > now:
            raise InvalidParameterError("as_of", "is yet to come", then.isoformat())
        ends = end or then or now
        if start is not None and start >= ends:
            raise InvalidParameterError("from", "has to be before 'to', which is now by default", start.isoformat())
        name = (token_id or symbol or "").replace("\x00", "\ufffd")
        wanted = Wanted(
            name=name,
            by="symbol" if token_id is None else "id",
            interval=interval,
            start=start,
            end=ends,
            limit=limit,
            fill=fill,
            then=then,
        )
        if fill == "ffill" and wanted.span > COUNTED_UP_TO:
            raise InvalidParameterError("fill", f"only ranges of up to {COUNTED_UP_TO} candles are filled", fill)
        return wanted

    async def page(self, wanted: Wanted, *, cursor: str | None = None) -> Answer:
        """Return candles, oldest first, from the cursor on.

        Raises:
            InvalidParameterError: the cursor is not one of ours, or of another range.
            NotFoundError: there is no such token.
        """
        start = wanted.start if cursor is None else _after(cursor, wanted)
        found = await self._page("json", wanted, start, wanted.limit)
        return Answer(
            data="[]" if found.matches > 1 else found.text,
            as_of=found.as_of,
            source=found.data_source,
            sources=found.sources,
            stale=self._is_stale(wanted, found),
            meta=self._ambiguous(wanted, found) if found.matches > 1 else self._meta(wanted, found),
        )

    async def export(self, wanted: Wanted, form: Form) -> AsyncIterator[str]:
        """Return the whole range as text, a page at a time; what can go wrong at first goes wrong before it.

        Raises:
            InvalidParameterError: several tokens have the symbol: a file cannot list them.
            NotFoundError: there is no such token.
        """
        first = await self._page(form, wanted, wanted.start, EXPORT_PAGE)
        if first.matches > 1:
            shown = ", ".join(str(each["id"]) for each in first.candidates[:10])
            raise InvalidParameterError("symbol", f"several tokens have it, give an 'id': {shown}", wanted.name)
        return self._pages(form, wanted, first)

    async def _pages(self, form: Form, wanted: Wanted, found: Found) -> AsyncIterator[str]:
        yield (CSV_HEADER if form == "csv" else "") + found.text
        while found.next_at is not None and found.last_at is not None:
            found = await self._page(form, wanted, found.last_at + wanted.step, EXPORT_PAGE)
            yield found.text

    async def _page(self, form: Form, wanted: Wanted, start: datetime | None, size: int) -> Found:
        shape = Shape(
            form=form,
            table="candles" if TABLE_OF[wanted.interval] == "candles" else "intraday_candles",
            by=wanted.by,
            fill=wanted.fill,
            then=wanted.then is not None,
            counted=form == "json" and wanted.span <= COUNTED_UP_TO,
            newest=start is None,
        )
        asked = Asked(
            name=wanted.name,
            interval=wanted.step,
            first=wanted.start,
            start=start,
            end=wanted.end,
            size=size,
            places=wanted.limit,
            then=wanted.then,
        )
        found = await self._repository.page(shape, asked)
        if not found.matches:
            raise NotFoundError("token" if wanted.by == "id" else "symbol", wanted.name)
        return found

    def _ambiguous(self, wanted: Wanted, found: Found) -> dict[str, JsonField]:
        return {**shared_symbol(wanted.name, found.candidates), "total": 0, "interval": wanted.interval}

    def _meta(self, wanted: Wanted, found: Found) -> dict[str, JsonField]:
        gaps = [*self._gaps(wanted, found)]
        meta: dict[str, JsonField] = {
            "id": found.token_id,
            "ambiguous": False,
            "interval": wanted.interval,
            "quote_currency": found.currencies[0] if len(found.currencies) == 1 else None,
            "quote_currencies": list(found.currencies),
            "is_closed": found.is_closed,
            "gaps": [
                {"from": _ms(begins), "to": _ms(ends), "missing": (ends - begins) // wanted.step}
                for begins, ends in gaps
            ],
            "gaps_total": max(found.gap_count, len(gaps)),
            "fill": wanted.fill,
            "filled": found.filled,
        }
        if found.total is not None:
            meta["total"] = found.total
        if wanted.then is not None:
            meta["known_at"] = wanted.then.isoformat().replace("+00:00", "Z")
        if found.next_at is not None and found.last_at is not None:
            meta["cursor"] = _cursor(found.last_at + wanted.step)
            meta["next"] = _next(wanted, wanted.start or found.started_at, str(meta["cursor"]))
        return meta

    def _gaps(self, wanted: Wanted, found: Found) -> Iterator[tuple[datetime, datetime]]:
        """Yield the gaps of the page; the last one may reach to where the newest candle should be by now."""
        yield from ((begins, ends) for begins, ends in found.gaps if found.last_at is None or begins <= found.last_at)
        last = found.last_at or (found.before_at and max(found.before_at, found.started_at - wanted.step))
        if last is None or found.next_at is not None:
            return
        present = wanted.then or self._clock.now()
        begins = grid(last, wanted.interval) + wanted.step
        ends = min(wanted.end, grid(present - _delay(wanted), wanted.interval))
        if begins < ends:
            yield begins, grid(ends - _MICROSECOND, wanted.interval) + wanted.step

    def _is_stale(self, wanted: Wanted, found: Found) -> bool:
        """Whether nothing was refreshed for three promises, or a series that should reach the present ends before it."""
        now = self._clock.now()
        if is_late(REFRESH, found.refreshed_at, now=now):
            return True
        reaches = wanted.then is None and wanted.end > now - wanted.step and found.next_at is None
        last = found.last_at or found.before_at
        if last is None:
            return reaches and found.known
        return reaches and now - (last + wanted.step) > wanted.step + _delay(wanted)


def _delay(wanted: Wanted) -> timedelta:
    return max(_SHORTEST_DELAY, min(wanted.step, _LONGEST_DELAY))


def _next(wanted: Wanted, start: datetime, cursor: str) -> str:
    query = f"?{wanted.by}={wanted.name}&interval={wanted.interval}&from={_ms(start)}&to={_ms(wanted.end)}"
    query += f"&limit={wanted.limit}" + (f"&fill={wanted.fill}" if wanted.fill != "none" else "")
    return query + (f"&as_of={_ms(wanted.then)}" if wanted.then else "") + f"&cursor={cursor}"


def _cursor(next_at: datetime) -> str:
    microseconds = (next_at - _EPOCH) // _MICROSECOND
    return base64.urlsafe_b64encode(microseconds.to_bytes(8, "big")).decode().rstrip("=")


def _after(cursor: str, wanted: Wanted) -> datetime:
    try:
        content = base64.b64decode(cursor + "=", altchars=b"-_", validate=True)
        start = _EPOCH + int.from_bytes(content, "big") * _MICROSECOND
    except (binascii.Error, ValueError, OverflowError):
        raise InvalidParameterError("cursor", "give one that an answer told", cursor) from None
    # Only ranges with a beginning have a second page, and its address states it.
    if len(content) != 8 or wanted.start is None or not wanted.start <= start < wanted.end:
        raise InvalidParameterError("cursor", "belongs to another range", cursor)
    return start


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND
