"""The circuit breaker: whoever fails is left alone for a while, longer each time, then tried once.

    closed ──2 failures in a row──▶ open ──cooldown over──▶ half-open ──trial succeeds──▶ closed
                                      ▲                         │
                                      └──────trial fails────────┘

One failure alone opens nothing: the replacement has already covered it, and single failures are common. A
cooldown starts at the refresh interval (60 s) and doubles to 15 minutes, so that a long outage costs four
requests an hour and a short one ends within a minute or two. A demand for patience opens the circuit for as
long as was demanded and says nothing of health. All of it is pure.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from shared.records.provider import ProviderState

THRESHOLD = 2
SHORTEST_COOLDOWN = timedelta(seconds=60)
LONGEST_COOLDOWN = timedelta(minutes=15)

Standing = Literal["ready", "trial", "waiting"]


def standing(state: ProviderState, now: datetime) -> Standing:
    """Return whether a provider may be asked, may be tried once, or has to be left alone."""
    if state.open_until is not None and now < state.open_until:
        return "waiting"
    return "ready" if state.circuit == "closed" else "trial"


def trying(state: ProviderState, *, until: datetime) -> ProviderState:
    """Return the state while its one trial is under way; a trial that never ends is over at `until`."""
    return replace(state, circuit="half_open", open_until=until)


def succeeded(state: ProviderState, *, asked_at: datetime) -> ProviderState:
    """Return the state after an answer; what failed since it was asked for still counts."""
    if state.last_failure_at is not None and state.last_failure_at > asked_at:
        return state
    return replace(state, circuit="closed", open_until=None, consecutive_failures=0)


def failed(state: ProviderState, *, at: datetime) -> ProviderState:
    """Return the state after a failure that speaks of ill health."""
    count = state.consecutive_failures + 1
    state = replace(state, consecutive_failures=count)
    if state.circuit == "closed" and count < THRESHOLD:
        return state
    return replace(state, circuit="open", open_until=_later(state.open_until, at + cooldown(count), state))


def patient(state: ProviderState, *, at: datetime, retry_after: timedelta) -> ProviderState:
    """Return the state after a demand for patience."""
    return replace(state, circuit="open", open_until=_later(state.open_until, at + retry_after, state))


def cooldown(consecutive_failures: int) -> timedelta:
    """Return how long to leave alone a provider that failed so many times in a row."""
    doublings = min(max(consecutive_failures - THRESHOLD, 0), 16)
    return min(SHORTEST_COOLDOWN * (1 << doublings), LONGEST_COOLDOWN)


def _later(present: datetime | None, wanted: datetime, state: ProviderState) -> datetime:
    """Keep the longer wait; the end of a trial is none."""
    return wanted if present is None or state.circuit == "half_open" else max(present, wanted)
