"""What the adapters of candles share: rows that are lists, and the record that is made of one."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from shared.core.errors import BadPayloadError, NotListedError, RefusedError, UpstreamError
from shared.providers import numbers
from shared.providers.asking import refusing
from shared.providers.candle_requests import CandleRequest
from shared.providers.contract import Payload
from shared.providers.moments import moment_of
from shared.providers.numbers import JsonValue, Row, Unreadable
from shared.records.candles import INTERVALS, CandleRecord

NO_NUMBER = Decimal(0)
"""Stands for a price that is missing: it is refused with the other impossible ones, and counted."""


def rows_named(value: JsonValue, names: Sequence[str]) -> Iterator[Row]:
    """Yield rows that are lists with their cells named; cells beyond the names are passed over.

    Raises:
        Unreadable: it is no list of lists that are long enough.
    """
    if not isinstance(value, list):
        raise Unreadable("a list of candles was expected")
    for row in value:
        if not isinstance(row, list) or len(row) < len(names):
            raise Unreadable(f"a candle is no list of {len(names)}")
        yield dict(zip(names, row, strict=False))


def candles_in(
    provider: str,
    payload: Payload,
    request: CandleRequest,
    rows: Callable[[JsonValue], Iterator[Row]],
    *,
    fetched_at: datetime,
) -> list[CandleRecord]:
    """Return the candles of all pages that were asked for, oldest first.

    Whether they can be true is checked where they are stored; here only what cannot be read is refused.

    Raises:
        BadPayloadError: a row cannot be read; the whole answer is refused.
    """
    found: list[CandleRecord] = []
    for number, page in enumerate(payload.pages, start=1):
        with refusing(provider, f"page {number}"):
            found += [candle_of(provider, row, request, fetched_at) for row in rows(page.body)]
    return sorted((each for each in found if request.has(each.opened_at)), key=lambda each: each.opened_at)


def candle_of(provider: str, row: Row, request: CandleRequest, fetched_at: datetime) -> CandleRecord:
    """Return the record of a row with the cells `time, open, high, low, close` and, as far as told, `volume, turnover`.

    Raises:
        Unreadable: a cell cannot be read.
    """
    opened_at = moment_of(row.get("time"))
    prices = {name: numbers.number(row, name) for name in ("open", "high", "low", "close")}
    return CandleRecord(
        token_id=request.token_id,
        interval=request.interval,
        opened_at=opened_at,
        open=prices["open"] or NO_NUMBER,
        high=prices["high"] or NO_NUMBER,
        low=prices["low"] or NO_NUMBER,
        close=prices["close"] or NO_NUMBER,
        volume=numbers.number(row, "volume"),
        turnover=numbers.number(row, "turnover"),
        quote_currency=request.markets[provider].quote_currency,
        provider=provider,
        known_at=fetched_at,
        closed=opened_at + INTERVALS[request.interval] <= fetched_at,
    )


def unlisted(error: UpstreamError, *words: str) -> UpstreamError:
    """Return `NotListedError` for an error that only says that a market is unknown, else the error itself."""
    said = isinstance(error, RefusedError | BadPayloadError) and any(word in error.reason for word in words)
    return NotListedError(error.provider, error.reason) if said else error
