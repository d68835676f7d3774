"""What the inner layers may know of the request they serve: its id, when it came, and the freshness its route states."""

from collections.abc import Mapping
from typing import Any

from shared.cache.freshness import Freshness
from shared.cache.keys import Pairs
from shared.core.clock import Clock, SystemClock

SCOPE_KEY = "prism.call"


class Call:
    """One request; it travels in the ASGI scope."""

    __slots__ = ("clock", "freshness", "parameters", "request_id", "started")

    def __init__(self, request_id: str, *, clock: Clock, started: float) -> None:
        self.request_id = request_id
        self.clock = clock
        self.started = started
        self.freshness: Freshness | None = None
        self.parameters: Pairs | None = None
        """The query, if the front has read it already."""


def call_of(scope: Mapping[str, Any]) -> Call:
    """Return the scope's call; a route that is asked without our front gets one made on the spot."""
    call = scope.get(SCOPE_KEY)
    if isinstance(call, Call):
        return call
    clock = SystemClock()
    return Call("", clock=clock, started=clock.monotonic())
