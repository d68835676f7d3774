"""A clock that moves only when told to."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class SteppingClock:
    """Stands still at `at` until `advance` is called; both of its clocks move together."""

    def __init__(self, at: datetime = NOON) -> None:
        self._now = at
        self._seconds = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._seconds

    def advance(self, by: timedelta | float) -> None:
        step = by if isinstance(by, timedelta) else timedelta(seconds=by)
        self._now += step
        self._seconds += step.total_seconds()
