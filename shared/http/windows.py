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


class Window:
    """What is left to one caller until `until`, a monotonic time."""

    __slots__ = ("asked_at", "counted", "left", "name", "policy", "quota", "share", "told", "until")

    def __init__(self, name: str, plan: str, quota: int, *, now: float, length_s: int) -> None:
        self.name = f"{name}@{now}"
        self.quota = quota
        self.until = now + length_s
        self.share = max(1, quota // 10)
        self.left = quota
        self.asked_at = quota - self.share
        """What `left` may come down to without asking."""
        self.counted = False
        self.policy: Header = (b"ratelimit-policy", b'"%b";q=%d;w=%d' % (plan.encode(), quota, length_s))
        self.told = b'"%b";r=%%d;t=%%d' % plan.encode()
        """What every answer says of it, with what is left and in how many seconds there is more.

        Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (-10)
        """

    def retry_after(self, now: float) -> int:
        """Return in how many whole seconds there is a new window."""
        return max(1, math.ceil(self.until - now))


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

    def take(self, window: Window) -> bool:
        """Take one request; return whether there was one left."""
        if window.left <= window.asked_at:
            self._ask(window)
        if window.left <= 0:
            return False
        window.left -= 1
        return True

    def _ask(self, window: Window) -> None:
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
            window.left, window.asked_at = remaining, remaining - granted
        else:
            window.left = window.asked_at = 0

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
