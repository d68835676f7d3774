"""Whether a new revision may have more traffic: decided from what it and the old one did at the same time. Pure."""

import math
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

STEPS = (10, 50, 100)
"""Percent of the traffic, one after the other."""
BAKE = timedelta(minutes=5)
"""How long a step is watched at least: metrics arrive up to three minutes late."""
PATIENCE = timedelta(minutes=20)
"""How long a step may take to show enough; then what is there decides."""
ENOUGH_REQUESTS = 200
"""So many answers of the new revision tell a failure rate of 1.5 % from none, and a 95th percentile at all."""
FAILURES_ALLOWED = 0.005
"""Share by which the new revision may fail more often than the old one, noise aside."""
FEWEST_FAILURES = 3
"""One or two may be anybody's."""
SLOWER_ALLOWED = 1.25
SLOWER_ALLOWED_MS = 50.0
"""The new 95th percentile may be a quarter and 50 ms above the old one: buckets are coarse, and instances cold."""
_SURE = 1.645
"""Standard deviations for being 95 % sure, one-sided."""


class Verdict(Enum):
    """What to do with a step."""

    PROMOTE = "promote"
    WAIT = "wait"
    ROLL_BACK = "roll back"


@dataclass(frozen=True, slots=True)
class Window:
    """What one revision did since the step began; `p95_ms` is `None` without answers."""

    requests: int
    failures: int
    p95_ms: float | None

    @property
    def failure_rate(self) -> float:
        """Return the share of answers with 5xx."""
        return self.failures / self.requests if self.requests else 0.0


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict, and why, for the log and the release's record."""

    verdict: Verdict
    reason: str


def decide(old: Window | None, new: Window | None, *, probes: int, watched: timedelta) -> Decision:
    """Return what to do with a step.

    Args:
        old: What the old revision did; `None` when its metrics cannot be had. Nothing at all is a quiet function.
        new: The same of the new revision.
        probes: Requests that the release itself sent to the new revision: as many at least must be in its metrics.
        watched: Time since the step began.
    """
    if new is None or old is None or new.requests < probes:
        return _blind(new, probes, watched)
    if (worse := _worse(old, new)) is not None:
        return Decision(Verdict.ROLL_BACK, worse)
    if watched < BAKE:
        return Decision(Verdict.WAIT, f"watched for {_minutes(watched)} of {_minutes(BAKE)}")
    if new.requests >= ENOUGH_REQUESTS:
        return Decision(Verdict.PROMOTE, _good(old, new))
    if watched < PATIENCE:
        return Decision(Verdict.WAIT, f"{new.requests} of {ENOUGH_REQUESTS} answers")
    return _quiet(old, new)


def _blind(new: Window | None, probes: int, watched: timedelta) -> Decision:
    seen = 0 if new is None else new.requests
    what = f"metrics show {seen} answers of the new revision, which was sent {probes}"
    if watched < PATIENCE:
        return Decision(Verdict.WAIT, what)
    return Decision(Verdict.ROLL_BACK, f"{what}: nobody can tell how it does")


def _worse(old: Window, new: Window) -> str | None:
    least = _least_rate(new.failures, new.requests)
    if new.failures >= FEWEST_FAILURES and least > old.failure_rate + FAILURES_ALLOWED:
        return f"{new.failure_rate:.1%} of {new.requests} answers failed, of the old revision's {old.failure_rate:.1%}"
    if new.requests < ENOUGH_REQUESTS or new.p95_ms is None or old.p95_ms is None:
        return None
    allowed = max(old.p95_ms * SLOWER_ALLOWED, old.p95_ms + SLOWER_ALLOWED_MS)
    if new.p95_ms > allowed:
        return f"95 % of answers within {new.p95_ms:.0f} ms; {old.p95_ms:.0f} ms at the old revision"
    return None


def _quiet(old: Window, new: Window) -> Decision:
    """Hardly anybody calls: then every answer counts."""
    if new.failures and new.failure_rate > old.failure_rate:
        return Decision(Verdict.ROLL_BACK, f"{new.failures} of only {new.requests} answers failed")
    return Decision(Verdict.PROMOTE, f"hardly any traffic, {new.requests} answers, {new.failures} failed")


def _good(old: Window, new: Window) -> str:
    latency = "" if new.p95_ms is None else f", 95 % within {new.p95_ms:.0f} ms"
    return f"{new.failures} of {new.requests} answers failed (old: {old.failures} of {old.requests}){latency}"


def _least_rate(failures: int, requests: int) -> float:
    """Return the rate that the true one is at least, 95 % sure.

    Source: Wilson, Probable inference, the law of succession, and statistical inference (1927).
    """
    if not failures:
        return 0.0
    rate, square = failures / requests, _SURE**2
    middle = rate + square / (2 * requests)
    spread = _SURE * math.sqrt(rate * (1 - rate) / requests + square / (4 * requests**2))
    return (middle - spread) / (1 + square / requests)


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:.0f} min"
