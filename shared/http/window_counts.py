"""Where the `limits` library counts: in memory, by our clock. Its own memory storage starts a thread for what has expired."""

from limits.storage import Storage  # noqa: TID253  whoever imports this has need of the library

from shared.core.clock import Clock

_MOST = 5_000
"""Windows; the oldest is given up, and its owner begins anew."""


class WindowCounts(Storage):
    """Counts by name, each with the time it is void."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._counts: dict[str, tuple[int, float]] = {}

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what may go wrong inside: nothing in particular."""
        return LookupError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a count that lives `expiry` seconds from its first addition; return the sum."""
        count, void_at = self._live(key)
        if not count:
            void_at = self._clock.monotonic() + expiry
            self._make_room()
        self._counts[key] = (count + amount, void_at)
        return count + amount

    def get(self, key: str) -> int:
        """Return a count, 0 where there is none."""
        return self._live(key)[0]

    def get_expiry(self, key: str) -> float:
        """Return when a count is void, on the clock that `incr` reads."""
        return self._live(key)[1]

    def check(self) -> bool:
        """Return that memory is there."""
        return True

    def reset(self) -> int:
        """Forget all counts; return how many there were."""
        count = len(self._counts)
        self._counts.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget one count."""
        self._counts.pop(key, None)

    def _live(self, key: str) -> tuple[int, float]:
        now = self._clock.monotonic()
        count, void_at = self._counts.get(key, (0, now))
        return (count, void_at) if now < void_at else (0, now)

    def _make_room(self) -> None:
        while len(self._counts) >= _MOST:
            self._counts.pop(next(iter(self._counts)))
