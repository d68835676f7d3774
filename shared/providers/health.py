"""What one attempt does to a provider's state. Pure, so that a write that lost a race can be made again."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.core.errors import KeyRejectedError, NotListedError, RateLimitedError, UpstreamError
from shared.records.provider import ProviderState

from . import circuit, freezing, keys, quota
from .contract import Limit
from .freezing import Fingerprint
from .keys import ApiKey, KeyRing

WEIGHT = 0.2
"""Of the newest attempt in the averages: five attempts ago still counts for a third."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One fetch of one provider and how it went; without an error it gave an answer."""

    asked_at: datetime
    ended_at: datetime
    latency_ms: float
    cost: int
    key: ApiKey | None = None
    error: UpstreamError | None = None
    fingerprint: Fingerprint | None = None


def after(state: ProviderState, attempt: Attempt, *, limits: tuple[Limit, ...], ring: KeyRing) -> ProviderState:
    """Return the state after the attempt."""
    state = replace(state, quotas=quota.spent(limits, state.quotas, attempt.cost, at=attempt.asked_at))
    state = freezing.noted(state, attempt.fingerprint)
    # To say that one does not know a symbol is an answer.
    if attempt.error is None or isinstance(attempt.error, NotListedError):
        return _after_answer(state, attempt)
    state = replace(
        state,
        failures=state.failures + 1,
        last_failure_at=attempt.ended_at,
        last_error=str(attempt.error),
        last_error_code=attempt.error.code,
    )
    return _after_failure(state, attempt, attempt.error, ring)


def _after_answer(state: ProviderState, attempt: Attempt) -> ProviderState:
    state = circuit.succeeded(state, asked_at=attempt.asked_at)
    state = keys.accepted(state, attempt.key)
    return replace(
        state,
        successes=state.successes + 1,
        last_success_at=attempt.ended_at,
        success_rate=_averaged(state.success_rate, 1.0),
        latency_ms=_averaged(state.latency_ms, attempt.latency_ms),
    )


def _after_failure(state: ProviderState, attempt: Attempt, error: UpstreamError, ring: KeyRing) -> ProviderState:
    """Patience and keys say nothing of the provider's health; everything else does."""
    if isinstance(error, RateLimitedError):
        return circuit.patient(state, at=attempt.ended_at, retry_after=error.retry_after)
    if isinstance(error, KeyRejectedError) and attempt.key is not None:
        return keys.rejected(state, ring, attempt.key.digest, at=attempt.ended_at)
    state = replace(state, success_rate=_averaged(state.success_rate, 0.0))
    return circuit.failed(state, at=attempt.ended_at)


def _averaged(mean: float | None, value: float) -> float:
    return value if mean is None else mean + WEIGHT * (value - mean)
