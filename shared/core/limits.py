"""How many requests each kind of caller may make in a minute: `RATE_LIMITS="anonymous=300,free=600,pro=6000,operator=60000"`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from .errors import SettingsError

ANONYMOUS = "anonymous"
_DEFAULTS = {ANONYMOUS: 300, "free": 600, "pro": 6_000, "operator": 60_000}
_MOST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Requests a minute by plan; those of nobody in particular are `anonymous`, by address."""

    by_plan: Mapping[str, int]

    window_s: ClassVar[int] = 60

    def of(self, plan: str) -> int:
        """Return the requests a minute of a plan."""
        return self.by_plan[plan]

    @classmethod
    def read(cls, text: str) -> "RateLimits":
        """Return the limits that a setting names; those it does not name are the defaults.

        Raises:
            SettingsError: it names no plan of ours, or no whole number above 0.
        """
        found = dict(_DEFAULTS)
        for part in filter(None, (each.strip() for each in text.split(","))):
            plan, _, count = part.partition("=")
            if plan not in _DEFAULTS or not count.isdecimal() or not 0 < int(count[:11]) <= _MOST:
                raise SettingsError("RATE_LIMITS", f"'{part}' is none of {', '.join(_DEFAULTS)} with a number")
            found[plan] = int(count)
        return cls(found)
