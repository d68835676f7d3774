"""Whether each series of a file goes one way and tells everything once, looked at by columns."""

from dataclasses import dataclass
from typing import Any

from .plain_csv import NotPlainError


@dataclass(slots=True)
class _Seen:
    last: int
    forwards: bool | None


class StraightOrder:
    """What was read last of each series; `series.Order` for files in which nothing is repeated."""

    def __init__(self) -> None:
        self._seen: dict[int, _Seen] = {}

    def require(self, series: Any, times: Any) -> None:
        """Go on with the next rows, as arrays of numpy: which series, by number, and when.

        Raises:
            NotPlainError: a time is repeated, or a series turns round.
        """
        import numpy

        order = numpy.argsort(series, kind="stable")
        sorted_series, sorted_times = series[order], times[order]
        begins = numpy.flatnonzero(numpy.diff(sorted_series, prepend=-1))
        for begin, end in zip(begins, [*begins[1:], len(series)], strict=True):
            self._require_one(int(sorted_series[begin]), sorted_times[begin:end])

    def _require_one(self, series: int, times: Any) -> None:
        import numpy

        seen = self._seen.get(series)
        steps = numpy.diff(times, prepend=times[:1] if seen is None else seen.last)
        steps = steps[1:] if seen is None else steps
        forwards = None if seen is None else seen.forwards
        if len(steps):
            forwards = bool(steps[0] > 0) if forwards is None else forwards
            if not (steps > 0 if forwards else steps < 0).all():
                raise NotPlainError
        self._seen[series] = _Seen(int(times[-1]), forwards)
