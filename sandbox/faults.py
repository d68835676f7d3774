"""Faults on demand: what may go wrong at a provider, for how many requests or seconds.

Three kinds of kinds: those that replace the answer, those that change the prices in it, and those that spoil the connection.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

REPLACING = frozenset({"rate_limit", "rate_limit_silent", "server_error", "error_body", "html", "redirect"})
PRICING = frozenset({"frozen", "times_ten", "swapped", "nulls", "skewed"})
SPOILING = frozenset({"timeout", "slow", "reset", "truncated", "refused", "stopped", "endless"})
KINDS = REPLACING | PRICING | SPOILING


@dataclass(slots=True)
class Fault:
    """One fault of one provider.

    `options` refine it: `match` limits it to requests whose path and query contain a text; the others are the kind's own. `number`
    tells faults apart; `since` is the market's Unix time at which it began.
    """

    kind: str
    number: int
    since: int
    requests_left: int | None = None
    until: float | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def meets(self, target: str) -> bool:
        """Return whether the fault applies to a path with its query."""
        return str(self.options.get("match", "")) in target


class Faults:
    """The faults that are set, at most one per provider."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._numbers = count(1)
        self._set: dict[str, Fault] = {}

    def put(
        self,
        provider: str,
        kind: str,
        *,
        since: int,
        requests: int | None,
        lasting: float | None,
        options: dict[str, Any],
    ) -> Fault:
        """Set a fault in place of the provider's former one; without `requests` and `lasting` it stays until cleared."""
        until = None if lasting is None else self._seconds() + lasting
        self._set[provider] = fault = Fault(kind, next(self._numbers), since, requests, until, options)
        return fault

    def clear(self, provider: str | None = None) -> None:
        """Remove one provider's fault, or all."""
        if provider is None:
            self._set.clear()
        else:
            self._set.pop(provider, None)

    def take(self, provider: str, target: str) -> Fault | None:
        """Return the fault that this request meets, and count it as one of its requests."""
        fault = self.active().get(provider)
        if fault is None or not fault.meets(target):
            return None
        if fault.requests_left is not None:
            fault.requests_left -= 1
        return fault

    def active(self) -> dict[str, Fault]:
        """Return the faults that are neither used up nor past."""
        now = self._seconds()
        self._set = {
            provider: fault
            for provider, fault in self._set.items()
            if fault.requests_left != 0 and (fault.until is None or now < fault.until)
        }
        return dict(self._set)
