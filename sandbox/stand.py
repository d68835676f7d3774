"""What stands in for one provider: its routes over the market, and how it words its errors."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sandbox.faults import Fault
from sandbox.limits import Limit
from sandbox.market import Market
from sandbox.mispricing import mispriced, skew_of
from sandbox.snapshot import Snapshot
from sandbox.view import View, view_of
from sandbox.wire import Answer, Asked


class Scene:
    """The market in one of its steps, as a route sees it; everything is made when it is first asked for.

    `fault` is one that changes facts (`frozen`, `times_ten`, `swapped`, `nulls`, `skewed`), for the route to obey. `seconds` is the
    Unix time of the facts, which `frozen` stops; `said_at` the time that the answer is to claim, which `skewed` moves.
    """

    def __init__(self, market: Market, seconds: int, fault: Fault | None = None) -> None:
        self.market = market
        self.fault = fault
        self.seconds = min(fault.since, seconds) if fault and fault.kind == "frozen" else seconds
        self.said_at = seconds + skew_of(fault)
        self._views: dict[str, View] = {}

    @property
    def moment(self) -> datetime:
        """The time of the facts."""
        return datetime.fromtimestamp(self.seconds, UTC)

    @cached_property
    def snapshot(self) -> Snapshot:
        """The whole market at that moment."""
        return self.market.at(self.moment)

    def view(self, provider: str) -> View:
        """Return what one of the providers of prices shows, any fault in it."""
        if provider not in self._views:
            view = view_of(provider, self.snapshot)
            self._views[provider] = mispriced(provider, view, self.fault) if self.fault else view
        return self._views[provider]


Render = Callable[[Scene, Asked], Answer]


@dataclass(frozen=True, kw_only=True)
class Stand:
    """One provider. Route patterns are paths whose `{name}` segments arrive in `asked.captured`."""

    name: str
    routes: Mapping[str, Render]
    limited: Any
    """The body of its 429; with HTTP 200 it is the fault `error_body`, unless `despite` is given."""
    broken: Any
    """The body of its 500."""
    missing: Any
    """The body of its 404."""
    despite: Any = None
    """Its error with HTTP 200."""
    limit: Limit = field(default_factory=lambda: Limit(600, 60))
    content_type: str = "application/json; charset=utf-8"
    posts: bool = False
    """Whether it is asked by POST, as JSON-RPC is."""


class Routes:
    """Finds the route of a path."""

    def __init__(self, routes: Mapping[str, Render]) -> None:
        self._exact = {pattern: render for pattern, render in routes.items() if "{" not in pattern}
        self._patterns = [(_compiled(pattern), render) for pattern, render in routes.items() if "{" in pattern]

    def find(self, path: str) -> tuple[Render, dict[str, str]] | None:
        """Return the route and the captured segments."""
        if path in self._exact:
            return self._exact[path], {}
        for pattern, render in self._patterns:
            found = pattern.fullmatch(path)
            if found:
                return render, found.groupdict()
        return None


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern))
