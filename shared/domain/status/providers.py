"""From a provider's kept state to what a caller wants to know of it, pure."""

from datetime import datetime, timedelta

from shared.records.provider import Kind, ProviderState, QuotaState

from .models import ErrorFact, ProviderStateName, ProviderStatus, QuotaStatus


def provider_status(
    provider: str,
    family: str,
    state: ProviderState | None,
    *,
    now: datetime,
    kind: Kind | None = "quotes",
    saved: bool = False,
) -> ProviderStatus:
    """Return one provider's status.

    Args:
        provider: Its id.
        family: Its family.
        state: `None` when it was never asked.
        now: The time of asking.
        kind: What it is asked for; `None` when this version does not know it.
        saved: Whether the latest run passed it over to save its quota, of which refreshers leave a part unused.
    """
    kept = state or ProviderState(provider=provider)
    return ProviderStatus(
        id=provider,
        family=family,
        kind=kind,
        state=state_name(kept, now=now, saved=saved),
        circuit=None if _never_asked(kept) else kept.circuit,
        success_rate=kept.success_rate,
        latency_ms=kept.latency_ms,
        successes=kept.successes,
        failures=kept.failures,
        consecutive_failures=kept.consecutive_failures,
        quotas=[_quota(quota, now=now) for quota in kept.quotas],
        cooldown_until=kept.open_until if _resting(kept, now=now) else None,
        last_success_at=kept.last_success_at,
        last_failure_at=kept.last_failure_at,
        last_error=_last_error(kept),
        key_in_use=kept.key_in_use,
        keys_rejected=len(kept.rejected_keys),
        disabled_reason=kept.disabled_reason,
    )


def state_name(state: ProviderState, *, now: datetime, saved: bool = False) -> ProviderStateName:
    """Return the one word for a provider, by the same order in which refreshers decide whom to ask."""
    if state.disabled_reason is not None:
        return "disabled"
    if _never_asked(state):
        return "unknown"
    # During a trial `open_until` is the end of the trial, not of a rest.
    if state.circuit != "half_open" and _resting(state, now=now):
        return "rate_limited" if _asked_for_patience(state) else "open"
    if saved or any(_quota(quota, now=now).left == 0 for quota in state.quotas):
        return "quota_spent"
    return "healthy" if state.circuit == "closed" else "half_open"


def _never_asked(state: ProviderState) -> bool:
    return state.successes + state.failures == 0


def _resting(state: ProviderState, *, now: datetime) -> bool:
    return state.open_until is not None and now < state.open_until


def _asked_for_patience(state: ProviderState) -> bool:
    return state.circuit == "closed" or state.last_error_code == "rate_limited"


def _quota(quota: QuotaState, *, now: datetime) -> QuotaStatus:
    resets_at = quota.window_started_at + timedelta(seconds=quota.per_s)
    running = now < resets_at
    used = quota.used if running else 0
    return QuotaStatus(
        limit=quota.calls,
        window_s=quota.per_s,
        used=used,
        left=max(quota.calls - used, 0),
        resets_at=resets_at if running else None,
    )


def _last_error(state: ProviderState) -> ErrorFact | None:
    if state.last_error_code is None:
        return None
    return ErrorFact(code=state.last_error_code, detail=state.last_error or "", at=state.last_failure_at)
