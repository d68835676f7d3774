"""Watches the children: one that ends by itself is reported and started again, but not for ever."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from shared.core.clock import Clock

from .child import Child

RESTARTS = 5
WITHIN_S = 120.0
_LONGEST_PAUSE_S = 10.0


@dataclass(slots=True)
class _Watched:
    child: Child
    falls: deque[float] = field(default_factory=deque)
    due: float | None = None
    given_up: bool = False


class Supervisor:
    """Looks at each child whenever `look` is called; holds no thread and never sleeps."""

    def __init__(self, children: Iterable[Child], clock: Clock, report: Callable[[str], None]) -> None:
        self._watched = [_Watched(child) for child in children]
        self._clock = clock
        self._report = report

    @property
    def given_up(self) -> list[str]:
        """Return the names of the children that fell too often and stay down."""
        return [watched.child.name for watched in self._watched if watched.given_up]

    def look(self) -> None:
        """Notice the fallen, start again those whose pause is over."""
        now = self._clock.monotonic()
        for watched in self._watched:
            if watched.given_up:
                continue
            if watched.due is not None:
                self._start_again(watched, now)
            elif watched.child.ended_with is not None:
                self._fallen(watched, now)

    def _fallen(self, watched: _Watched, now: float) -> None:
        child = watched.child
        status = child.ended_with
        child.kill()
        watched.falls.append(now)
        while watched.falls[0] < now - WITHIN_S:
            watched.falls.popleft()
        if len(watched.falls) > RESTARTS:
            watched.given_up = True
            self._report(f"{child.name} ended with status {status} again and stays down; see {child.program.log}")
            return
        pause = min(_LONGEST_PAUSE_S, 0.5 * 2 ** (len(watched.falls) - 1))
        watched.due = now + pause
        self._report(f"{child.name} ended with status {status}; starting it again in {pause:g} s")

    def _start_again(self, watched: _Watched, now: float) -> None:
        if watched.due is not None and now >= watched.due:
            watched.due = None
            watched.child.start()
