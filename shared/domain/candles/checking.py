"""Which candles may be stored, pure: for what providers answer and for what a file holds alike.

A candle that cannot be true is left out and counted by what is wrong with it; nothing is mended. Out of order is not wrong,
as every candle says when it was: rows are put in order, and how many had to be is told.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal

from shared.records.candles import INTERVALS, CandleRecord, Interval

Reason = Literal[
    "impossible_time",
    "future",
    "off_grid",
    "bad_price",
    "high_below_low",
    "outside_range",
    "negative_volume",
    "bad_volume",
    "contradicted",
]

EARLIEST = datetime(2009, 1, 3, tzinfo=UTC)
"""The first block of Bitcoin: a candle before it is seconds read as milliseconds."""
SKEW = timedelta(minutes=2)
"""Clocks differ; a candle that opens further ahead of ours than this is none."""
HIGHEST_PRICE = Decimal("1e12")
LOWEST_PRICE = Decimal("1e-30")
_LARGEST_AMOUNT = Decimal("1e40")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
_MILLISECONDS_FROM = 10**11
_MICROSECONDS_FROM = 10**14
_WEEK: Interval = "1w"


@dataclass(frozen=True, slots=True)
class Checked:
    """Candles that may be stored, and what became of the others."""

    records: tuple[CandleRecord, ...]
    """By series and then by time, ascending, each once."""
    rejected: Mapping[Reason, int] = field(default_factory=dict)
    repeated: int = 0
    """Rows that said once more what another one said."""
    reordered: int = 0
    """Rows that were older than the row before them."""


def check(records: Iterable[CandleRecord], *, now: datetime) -> Checked:
    """Return the candles that may be stored.

    Args:
        records: In any order, of any series.
        now: The time of asking. A candle that is not over by then is open, whatever its source says.

    Returns:
        Of rows that agree on a candle one; of a candle that rows contradict each other on, none.
    """
    rejected: dict[Reason, int] = defaultdict(int)
    found: dict[tuple[str, Interval], dict[datetime, CandleRecord]] = {}
    disputed: Counter[tuple[str, Interval, datetime]] = Counter()
    repeated = reordered = 0
    before: dict[tuple[str, Interval], datetime] = {}
    for record in records:
        reason = wrong_with(record, now=now)
        if reason is not None:
            rejected[reason] += 1
            continue
        series = (record.token_id, record.interval)
        reordered += record.opened_at < before.get(series, _EPOCH)
        before[series] = record.opened_at
        known = found.setdefault(series, {})
        other = known.setdefault(record.opened_at, record)
        if other is record:
            continue
        if _said(other) == _said(record):
            repeated += 1
        else:
            disputed[(*series, record.opened_at)] += 1
    for (token_id, interval, opened_at), more in disputed.items():
        del found[token_id, interval][opened_at]
        rejected["contradicted"] += more + 1
    kept = tuple(_opened(known[at], now) for _, known in sorted(found.items()) for at in sorted(known))
    return Checked(kept, dict(rejected), repeated, reordered)


def wrong_with(record: CandleRecord, *, now: datetime) -> Reason | None:
    """Return why a candle cannot be true, or `None`."""
    if not _plain(record):
        reason = _wrong_price(record) or _wrong_volume(record)
        if reason is not None:
            return reason
    return _wrong_time(record, now)


def grid(moment: datetime, interval: Interval) -> datetime:
    """Return when the candle that a moment falls into opened."""
    return moment - (moment - origin_of(interval)) % INTERVALS[interval]


def origin_of(interval: Interval) -> datetime:
    """Return a moment from which candles are a whole number of intervals away."""
    return _FIRST_MONDAY if interval == _WEEK else _EPOCH


def instant(number: int | Decimal) -> datetime | None:
    """Return the time of a Unix time in seconds, milliseconds or microseconds, told apart by its size; `None` if absurd."""
    size = abs(Decimal(number))
    unit = 1_000_000 if size >= _MICROSECONDS_FROM else 1_000 if size >= _MILLISECONDS_FROM else 1
    try:
        return _EPOCH + timedelta(microseconds=int(number * 1_000_000 / unit))
    except (OverflowError, ArithmeticError, ValueError):
        return None


def _plain(record: CandleRecord) -> bool:
    """Return whether nothing is wrong with the numbers, in the fewest comparisons: files hold millions."""
    low, high = record.low, record.high
    try:
        sound = LOWEST_PRICE <= low <= record.open <= high <= HIGHEST_PRICE and low <= record.close <= high
        return sound and _least(record.volume) and _least(record.turnover)
    except InvalidOperation:
        return False


def _least(amount: Decimal | None) -> bool:
    return amount is None or 0 <= amount <= _LARGEST_AMOUNT


def _wrong_time(record: CandleRecord, now: datetime) -> Reason | None:
    if record.opened_at < EARLIEST:
        return "impossible_time"
    if record.opened_at > now + SKEW:
        return "future"
    return None if grid(record.opened_at, record.interval) == record.opened_at else "off_grid"


def _wrong_price(record: CandleRecord) -> Reason | None:
    prices = (record.open, record.high, record.low, record.close)
    # Not a number compares with nothing: it has to be asked first.
    if not all(price.is_finite() and LOWEST_PRICE <= price <= HIGHEST_PRICE for price in prices):
        return "bad_price"
    if record.high < record.low:
        return "high_below_low"
    inside = record.low <= min(record.open, record.close) and max(record.open, record.close) <= record.high
    return None if inside else "outside_range"


def _wrong_volume(record: CandleRecord) -> Reason | None:
    amounts = [amount for amount in (record.volume, record.turnover) if amount is not None]
    if not all(amount.is_finite() and amount <= _LARGEST_AMOUNT for amount in amounts):
        return "bad_volume"
    return "negative_volume" if any(amount < 0 for amount in amounts) else None


def _said(record: CandleRecord) -> tuple[object, ...]:
    return (record.open, record.high, record.low, record.close, record.volume, record.turnover, record.quote_currency)


def _opened(record: CandleRecord, now: datetime) -> CandleRecord:
    over = record.opened_at + INTERVALS[record.interval] <= now
    return replace(record, closed=False) if record.closed and not over else record
