"""From a row of texts to a candle, by a layout; used for CSV, JSON and Parquet alike."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from shared.core.errors import InvalidParameterError
from shared.domain.candles.checking import HIGHEST_PRICE, LOWEST_PRICE, grid, wrong_with
from shared.records.candles import INTERVALS, CandleRecord, Interval
from shared.records.market import QuoteCurrency

from .asking import Ask, Naming
from .layouts import Layout, Role
from .numbers import number, optional
from .refusals import BadRow, Tally
from .series import Order
from .times import TimeColumn

_BY_LENGTH: Mapping[timedelta, Interval] = MappingProxyType({length: name for name, length in INTERVALS.items()})
_NAMES: Mapping[str, Interval] = MappingProxyType({name: name for name in INTERVALS})
_TIMES_KEPT = 20_000
STAMPED_AT_ITS_END = timedelta(seconds=1)
"""Some write a candle's last second or millisecond instead of its first."""


class CandleRows:
    """Reads the rows of one file.

    Raises:
        InvalidParameterError: neither the file nor the caller says whose candles they are, or how long.
    """

    def __init__(self, layout: Layout, columns: Mapping[Role, int], ask: Ask, tally: Tally) -> None:
        if "token" not in columns and ask.token is None:
            raise InvalidParameterError("token", f"{tally.file} does not say whose candles it holds: give --token")
        if "token" in columns and not layout.names_are_ours and ask.token is None and not ask.names:
            raise InvalidParameterError("token", f"{tally.file} has names of its own: give --token theirs=ours")
        self._interval = ask.interval or layout.interval
        if self._interval is None and not {"interval", "close_time"} & columns.keys():
            raise InvalidParameterError("interval", f"{tally.file} does not say how long its candles are: --interval")
        self._layout = layout
        self._at = columns
        self._tally = tally
        self._known_at = ask.known_at
        self._quote: QuoteCurrency = ask.quote_currency or layout.quote_currency
        self._provider = ask.provider or layout.provider or "file"
        self._name = Naming(ask, tally, ours=layout.names_are_ours)
        self._order = Order()
        self._times = TimeColumn(day_first=layout.day_first, either_unit=layout.either_unit)
        self._ends = TimeColumn(either_unit=layout.either_unit)
        self._opened: dict[tuple[str, Interval], datetime] = {}
        """When candles of a written time and an interval opened; only what passed `wrong_with`."""

    def candle(self, row: Sequence[str]) -> CandleRecord | None:
        """Return a row's candle; `None` when it is repeated, not over yet, or of a token that nobody asked for.

        Raises:
            BadRow: it cannot be right.
        """
        at = self._at
        token_id = self._name(row[at["token"]] if "token" in at else None)
        if token_id is None:
            return None
        interval = self._interval or self._stated(row)
        written = row[at["time"]]
        # Many tokens share their times: each is read and checked once.
        opened_at = self._opened.get((written, interval))
        high, low = number(row[at["high"]]), number(row[at["low"]])
        moved = high > low
        candle = CandleRecord(
            token_id=token_id,
            interval=interval,
            opened_at=opened_at or _begun(self._times.read(written), interval),
            open=number(row[at["open"]]),
            high=high,
            low=low,
            close=number(row[at["close"]]),
            volume=self._amount("volume", row, moved),
            turnover=self._amount("turnover", row, moved),
            quote_currency=self._quote,
            provider=self._provider,
            known_at=self._known_at,
            closed=True,
        )
        if opened_at is None or not _plainly_right(candle):
            self._check(candle, written)
        return candle if self._is_news(candle) else None

    def _check(self, candle: CandleRecord, written: str) -> None:
        wrong = wrong_with(candle, now=self._known_at)
        if wrong is not None:
            raise BadRow(wrong, _shown(candle))
        if len(self._opened) >= _TIMES_KEPT:
            self._opened.clear()
        self._opened[written, candle.interval] = candle.opened_at

    def _is_news(self, candle: CandleRecord) -> bool:
        said = (candle.open, candle.high, candle.low, candle.close, candle.volume, candle.turnover)
        if not self._order.admits((candle.token_id, candle.interval), candle.opened_at, said):
            self._tally.repeated += 1
            return False
        if candle.opened_at > self._known_at - INTERVALS[candle.interval]:
            self._tally.unfinished += 1
            return False
        return True

    def _stated(self, row: Sequence[str]) -> Interval:
        if "interval" in self._at:
            name = row[self._at["interval"]]
            if name in _NAMES:
                return _NAMES[name]
            raise BadRow("interval", repr(name[:20]))
        opened_at = self._times.read(row[self._at["time"]])
        length = self._ends.read(row[self._at["close_time"]]) - opened_at
        # The end is the last millisecond, or microsecond, of the candle.
        whole = timedelta(seconds=round(length.total_seconds()))
        found = _BY_LENGTH.get(whole)
        if found is None:
            raise BadRow("interval", str(whole))
        return found

    def _amount(self, role: Role, row: Sequence[str], moved: bool) -> Decimal | None:
        if role not in self._at:
            return None
        amount = optional(row[self._at[role]])
        # A price that moved was paid for something: then nothing stands for no knowledge.
        return None if amount == 0 and (moved or self._layout.zero_is_unknown) else amount


def _plainly_right(candle: CandleRecord) -> bool:
    """Return whether nothing is wrong with a candle's numbers; `False` says nothing, and `wrong_with` has to be asked."""
    low, high = candle.low, candle.high
    if not (LOWEST_PRICE <= low <= candle.open <= high <= HIGHEST_PRICE and low <= candle.close <= high):
        return False
    volume, turnover = candle.volume, candle.turnover
    return (volume is None or volume >= 0) and (turnover is None or turnover >= 0)


def _begun(moment: datetime, interval: Interval) -> datetime:
    begun = grid(moment, interval)
    if begun != moment and moment - begun >= INTERVALS[interval] - STAMPED_AT_ITS_END:
        return begun
    return moment


def _shown(candle: CandleRecord) -> str:
    prices = f"open {candle.open}, high {candle.high}, low {candle.low}, close {candle.close}"
    return f"{candle.opened_at:%Y-%m-%d %H:%M:%S}: {prices}, volume {candle.volume}, turnover {candle.turnover}"
