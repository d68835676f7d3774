"""The quota guard: a provider is passed over before one of its published limits is reached, not after.

Of every limit a tenth stays unused, for what others at the same address, or instances that overlap, spend unseen.
Limits longer than a day open hour by hour: a month's calls spent in its first half would leave one source fewer
for the second. What an hour leaves unused stays open. Windows are aligned to the epoch, so all instances mean the
same one; providers align theirs as they like, and 429 has the last word. Keys of one account share its limits,
so the limits are the provider's, whichever key is in use. All of it is pure.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from shared.records.provider import QuotaState

from .contract import DAY_S, Limit

USABLE = 0.9
HEAD_START = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def spent(limits: Sequence[Limit], quotas: Sequence[QuotaState], cost: int, *, at: datetime) -> tuple[QuotaState, ...]:
    """Return the quotas after `cost` more; the limits of another plan than before start with what is known of them."""
    present = (_present(limit, quotas, at) for limit in limits)
    return tuple(
        QuotaState(
            calls=quota.calls, per_s=quota.per_s, used=quota.used + cost, window_started_at=quota.window_started_at
        )
        for quota in present
    )


def spent_until(limits: Sequence[Limit], quotas: Sequence[QuotaState], cost: int, *, now: datetime) -> datetime | None:
    """Return when `cost` fits into every limit again, or `None` when it fits now."""
    waits = [_free_at(_present(limit, quotas, now), cost, now) for limit in limits]
    return max((wait for wait in waits if wait is not None), default=None)


def usable(calls: int, per_s: int, elapsed: timedelta) -> int:
    """Return how many calls of a window are open to us so long after its start."""
    whole = max(1, int(calls * USABLE))
    if per_s <= DAY_S:
        return whole
    return min(whole, int(whole * (elapsed + HEAD_START) / timedelta(seconds=per_s)))


def _present(limit: Limit, quotas: Sequence[QuotaState], now: datetime) -> QuotaState:
    """Return the window that `now` falls into, with what is known of its use; one that began later is as good."""
    period = timedelta(seconds=limit.per_s)
    start = _EPOCH + (now - _EPOCH) // period * period
    known = next((quota for quota in quotas if quota.per_s == limit.per_s and quota.window_started_at >= start), None)
    used, started = (known.used, known.window_started_at) if known else (0, start)
    return QuotaState(calls=limit.calls, per_s=limit.per_s, used=used, window_started_at=started)


def _free_at(quota: QuotaState, cost: int, now: datetime) -> datetime | None:
    elapsed = max(now - quota.window_started_at, timedelta(0))
    if quota.used + cost <= usable(quota.calls, quota.per_s, elapsed):
        return None
    period = timedelta(seconds=quota.per_s)
    whole = max(1, int(quota.calls * USABLE))
    if quota.per_s > DAY_S and quota.used + cost <= whole:
        return quota.window_started_at + period * ((quota.used + cost) / whole) - HEAD_START
    return quota.window_started_at + period
