"""Rows in their order: each series goes one way, forwards or backwards, and says everything once."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from shared.records.candles import CandleRecord

from .refusals import BadRow, Tally


@dataclass(slots=True)
class _Seen:
    at: datetime
    facts: Hashable
    forwards: bool | None = None


class Order:
    """What was read last of each series."""

    def __init__(self) -> None:
        self._series: dict[Hashable, _Seen] = {}

    def admits(self, series: Hashable, at: datetime, facts: Hashable) -> bool:
        """Return whether a row is news; `False` when it says once more what the one before said.

        Raises:
            BadRow: it contradicts the one before it, or is out of order.
        """
        seen = self._series.get(series)
        if seen is None:
            self._series[series] = _Seen(at, facts)
            return True
        if at == seen.at:
            if facts == seen.facts:
                return False
            raise BadRow("conflicting", f"{at:%Y-%m-%d %H:%M}")
        forwards = at > seen.at
        if seen.forwards is None:
            seen.forwards = forwards
        elif forwards is not seen.forwards:
            raise BadRow("unordered", f"{at:%Y-%m-%d %H:%M} after {seen.at:%Y-%m-%d %H:%M}")
        seen.at, seen.facts = at, facts
        return True


def without_newest(candles: Iterable[CandleRecord], tally: Tally) -> Iterator[CandleRecord]:
    """Yield all candles but the newest of each series, which an exchange tells before it is over."""
    newest: dict[tuple[str, str], CandleRecord] = {}
    for candle in candles:
        series = (candle.token_id, candle.interval)
        held = newest.get(series)
        if held is None or candle.opened_at > held.opened_at:
            newest[series] = candle
            if held is not None:
                yield held
        else:
            yield candle
    tally.unfinished += len(newest)
