"""A provider is passed over before its published limit is reached."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.providers import quota
from shared.providers.contract import DAY_S, MONTH_S, Limit
from shared.records.provider import QuotaState
from tests.clocks import NOON

MINUTELY = Limit(30, 60, "Demo")
MONTHLY = Limit(20_000, MONTH_S, "Free")
WEEK_IN = quota._EPOCH + timedelta(days=30 * 700 + 7)


def test_a_fresh_window_is_open() -> None:
    assert quota.spent_until((MINUTELY,), (), 24, now=NOON) is None


def test_the_last_tenth_of_a_limit_stays_unused() -> None:
    used = quota.spent((MINUTELY,), (), 24, at=NOON)

    assert quota.spent_until((MINUTELY,), used, 3, now=NOON) is None
    assert quota.spent_until((MINUTELY,), used, 4, now=NOON) == NOON + timedelta(minutes=1)


def test_a_new_window_begins_empty() -> None:
    used = quota.spent((MINUTELY,), (), 27, at=NOON)

    later = quota.spent((MINUTELY,), used, 1, at=NOON + timedelta(minutes=1))

    assert [each.used for each in later] == [1]


def test_the_tightest_of_several_limits_decides() -> None:
    limits = (Limit(100, 60, "a"), Limit(100, DAY_S, "a"))
    used = quota.spent(limits, (), 90, at=NOON)

    assert quota.spent_until(limits, used, 1, now=NOON + timedelta(hours=1)) == NOON + timedelta(hours=12)


def test_a_months_calls_open_hour_by_hour() -> None:
    opened = [quota.usable(20_000, MONTH_S, timedelta(hours=hours)) for hours in (0, 1, 24, 720)]

    assert opened == [25, 50, 625, 18_000]


def test_a_spent_hour_of_a_month_says_when_the_next_call_fits() -> None:
    used = (
        QuotaState(calls=20_000, per_s=MONTH_S, used=18_000 // 30 * 8, window_started_at=WEEK_IN - timedelta(days=7)),
    )

    until = quota.spent_until((MONTHLY,), used, 1, now=WEEK_IN)

    assert until is not None
    assert timedelta(0) < until - WEEK_IN < timedelta(days=1)
    assert quota.spent_until((MONTHLY,), used, 1, now=until + timedelta(minutes=3)) is None


def test_a_fetch_that_is_larger_than_the_limit_never_fits() -> None:
    assert quota.spent_until((MINUTELY,), (), 28, now=NOON) is not None


def test_what_another_plan_counted_in_the_same_window_still_counts() -> None:
    used = quota.spent((MINUTELY,), (), 20, at=NOON)

    assert quota.spent_until((Limit(20, 60, "smaller"),), used, 1, now=NOON) is not None


@given(
    st.integers(1, 500),
    st.sampled_from([1, 60, 3600, DAY_S, MONTH_S]),
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 7200)), max_size=80),
)
def test_whoever_asks_first_never_uses_more_than_the_limit(
    calls: int, per_s: int, asked: list[tuple[int, int]]
) -> None:
    limits, now = (Limit(calls, per_s, "any"),), NOON
    quotas: tuple[QuotaState, ...] = ()
    for cost, seconds in asked:
        now += timedelta(seconds=seconds)
        if quota.spent_until(limits, quotas, cost, now=now) is None:
            quotas = quota.spent(limits, quotas, cost, at=now)
            assert quotas[0].used <= max(1, calls * 0.9)
            assert quotas[0].window_started_at <= now < quotas[0].window_started_at + timedelta(seconds=per_s)
