"""Windows of time in which so many requests are allowed, by the `limits` library, taken from it by the tenth.

A request costs the library 12 µs and its import 0.1 s; a cached answer costs less than either. So each caller is given a tenth of
their allowance at once, the first unasked; whoever needs more is counted by the library.
"""

import math
from typing import TYPE_CHECKING

from shared.cache.entry import Header
from shared.core.clock import Clock
from shared.core.limits import RateLimits

if TYPE_CHECKING:
    from limits import RateLimitItemPerMinute
    from limits.strategies import FixedWindowRateLimiter


_DIGITS = 1_000
_PLAIN = tuple(b"%d" % number for number in range(_DIGITS))
_PADDED = tuple(b"%03d" % number for number in range(_DIGITS))
_SECONDS = tuple(b";t=%d" % number for number in range(RateLimits.window_s + 1))

Told = tuple[Header, Header]
"""`RateLimit-Policy` and `RateLimit`."""


class Window:
    """What is left to one caller until `until`, a monotonic time, and what answers say of it.

    The headers are put together from texts that are there: formatting them costs as much as all the rest of counting. So what is left is
    kept as what is left above `_base`, a multiple of a thousand or where somebody has to be asked, and everything that does not
    change with each request is made by `_turn`: when the second is over, or nothing is left above the base.
    """

    __slots__ = (
        "_base",
        "_begun",
        "_digits",
        "_offset",
        "_said",
        "_tail",
        "asked_at",
        "counted",
        "name",
        "policy",
        "quota",
        "rest",
        "share",
        "tick",
        "until",
    )

    def __init__(self, name: str, plan: str, quota: int, *, now: float, length_s: int) -> None:
        self.name = f"{name}@{now}"
        self.quota = quota
        self.until = now + length_s
        self.share = max(1, quota // 10)
        self.asked_at = quota - self.share
        """What `left` may come down to without asking."""
        self.counted = False
        self.policy: Header = (b"ratelimit-policy", b'"%b";q=%d;w=%d' % (plan.encode(), quota, length_s))
        self.rest = self._base = 0
        self.tick = now
        """When the texts are to be made anew."""
        self._said = b'"%b";r=' % plan.encode()
        self.allow(quota, asked_at=self.asked_at, now=now)

    @property
    def left(self) -> int:
        """Return how many requests are left."""
        return self._base + self.rest

    def allow(self, left: int, *, asked_at: int, now: float) -> None:
        """Let so many be left, of which those above `asked_at` need not be asked for."""
        self.asked_at = asked_at
        self._base, self.rest = 0, left
        self._turn(now)

    def take(self, now: float) -> Told | None:
        """Take one request and return what its answer says; `None`, and nothing taken, where somebody has to be asked."""
        if now >= self.tick or not self.rest:
            if now >= self.until or self.left <= self.asked_at:
                return None
            self._turn(now)
        self.rest = rest = self.rest - 1
        return self.policy, (b"ratelimit", self._begun + self._digits[rest + self._offset] + self._tail)

    def told(self, now: float) -> Told:
        """Return what an answer says that takes nothing."""
        left, seconds = self.left, max(0, int(self.until - now + 0.999))
        return self.policy, (b"ratelimit", b"%b%d;t=%d" % (self._said, left, seconds))

    def retry_after(self, now: float) -> int:
        """Return in how many whole seconds there is a new window."""
        return max(1, math.ceil(self.until - now))

    def _turn(self, now: float) -> None:
        left = self.left
        thousands = max(0, left - 1) // _DIGITS
        self._base = max(self.asked_at, thousands * _DIGITS) if left > self.asked_at else left
        self.rest = left - self._base
        self._offset = self._base - thousands * _DIGITS
        self._begun = b"%b%d" % (self._said, thousands) if thousands else self._said
        self._digits = _PADDED if thousands else _PLAIN
        # `t` is rounded up: it changes a millisecond after the whole seconds that are left.
        seconds = max(0, min(RateLimits.window_s, int(self.until - now + 0.999)))
        self._tail = _SECONDS[seconds]
        self.tick = min(self.until, self.until - seconds + 0.999)


class Windows:
    """Opens windows, and counts what is taken from them beyond the first share."""

    def __init__(self, limits: RateLimits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._library: FixedWindowRateLimiter | None = None
        self._items: dict[int, RateLimitItemPerMinute] = {}

    def open(self, name: str, plan: str, now: float) -> Window:
        """Return a new window of somebody."""
        return Window(name, plan, self._limits.of(plan), now=now, length_s=self._limits.window_s)

    def take(self, window: Window, now: float) -> tuple[Told, bool]:
        """Take one request; return what its answer says, and whether there was one left."""
        told = window.take(now)
        if told is None:
            self._ask(window, now)
            told = window.take(now)
        return (window.told(now), False) if told is None else (told, True)

    def _ask(self, window: Window, now: float) -> None:
        """Have another share counted, as large as what is left allows."""
        if window.left <= 0:
            return
        library, item = self._limiter(), self._item(window.quota)
        if not window.counted:
            library.hit(item, window.name, cost=window.share)
            window.counted = True
        remaining = library.get_window_stats(item, window.name).remaining
        granted = min(window.share, remaining)
        if granted and library.hit(item, window.name, cost=granted):
            window.allow(remaining, asked_at=remaining - granted, now=now)
        else:
            window.allow(0, asked_at=0, now=now)

    def _limiter(self) -> "FixedWindowRateLimiter":
        if self._library is None:
            from limits.strategies import FixedWindowRateLimiter

            from .window_counts import WindowCounts

            self._library = FixedWindowRateLimiter(WindowCounts(self._clock))
        return self._library

    def _item(self, quota: int) -> "RateLimitItemPerMinute":
        if quota not in self._items:
            from limits import RateLimitItemPerMinute

            self._items[quota] = RateLimitItemPerMinute(quota)
        return self._items[quota]
