"""Every state a provider can be in has one name."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.status.providers import provider_status, state_name
from shared.records.provider import ProviderState, QuotaState
from tests.clocks import NOON

MINUTE = timedelta(minutes=1)
ASKED = ProviderState(provider="coingecko", successes=9, failures=1, success_rate=0.9, latency_ms=120.0)
SPENT = QuotaState(calls=30, per_s=60, used=30, window_started_at=NOON - timedelta(seconds=10))
STATES = {
    "healthy": ASKED,
    "half_open": replace(ASKED, circuit="half_open"),
    "open": replace(ASKED, circuit="open", open_until=NOON + MINUTE, last_error_code="server_failed"),
    "rate_limited": replace(ASKED, circuit="open", open_until=NOON + MINUTE, last_error_code="rate_limited"),
    "quota_spent": replace(ASKED, quotas=(SPENT,)),
    "disabled": replace(ASKED, disabled_reason="no API key"),
    "unknown": ProviderState(provider="coingecko"),
}


@pytest.mark.parametrize(("name", "state"), STATES.items(), ids=STATES)
def test_each_kept_state_has_its_name(name: str, state: ProviderState) -> None:
    assert state_name(state, now=NOON) == name
    assert provider_status("coingecko", "coingecko", state, now=NOON).state == name


def test_patience_asked_for_while_the_circuit_is_closed_is_a_rate_limit() -> None:
    assert state_name(replace(ASKED, open_until=NOON + MINUTE), now=NOON) == "rate_limited"


def test_an_open_circuit_whose_cooldown_has_passed_gets_a_trial_next() -> None:
    rested = replace(ASKED, circuit="open", open_until=NOON)

    status = provider_status("coingecko", "coingecko", rested, now=NOON)

    assert status.state == "half_open"
    assert status.circuit == "open"
    assert status.cooldown_until is None


def test_a_trial_under_way_is_no_rest() -> None:
    assert state_name(replace(ASKED, circuit="half_open", open_until=NOON + MINUTE), now=NOON) == "half_open"


def test_a_provider_saved_by_the_latest_run_is_not_called_healthy() -> None:
    assert state_name(ASKED, now=NOON, saved=True) == "quota_spent"


def test_a_rest_counts_before_a_spent_quota_as_it_does_for_refreshers() -> None:
    both = replace(STATES["open"], quotas=(SPENT,))

    assert state_name(both, now=NOON) == "open"


def test_a_provider_without_a_key_is_disabled_even_if_it_was_never_asked() -> None:
    keyless = ProviderState(provider="coincap", disabled_reason="no API key")

    assert state_name(keyless, now=NOON) == "disabled"


def test_a_provider_that_was_never_asked_is_listed_with_nothing_made_up() -> None:
    status = provider_status("binance", "binance", None, now=NOON)

    assert status.state == "unknown"
    assert (status.circuit, status.success_rate, status.latency_ms, status.last_error) == (None, None, None, None)
    assert (status.successes, status.failures, status.quotas) == (0, 0, [])


def test_quota_left_is_told_for_each_window() -> None:
    monthly = QuotaState(calls=10_000, per_s=2_592_000, used=400, window_started_at=NOON - timedelta(days=3))

    quotas = provider_status("coingecko", "coingecko", replace(ASKED, quotas=(SPENT, monthly)), now=NOON).quotas

    assert [(quota.limit, quota.window_s, quota.used, quota.left) for quota in quotas] == [
        (30, 60, 30, 0),
        (10_000, 2_592_000, 400, 9_600),
    ]
    assert quotas[0].resets_at == NOON + timedelta(seconds=50)


def test_a_window_that_has_ended_is_unused_again() -> None:
    ended = replace(SPENT, window_started_at=NOON - MINUTE)

    status = provider_status("coingecko", "coingecko", replace(ASKED, quotas=(ended,)), now=NOON)

    assert status.state == "healthy"
    assert (status.quotas[0].used, status.quotas[0].left, status.quotas[0].resets_at) == (0, 30, None)


def test_the_last_error_stays_told_after_recovery() -> None:
    recovered = replace(
        ASKED, last_error="coingecko: answered HTTP 502", last_error_code="server_failed", last_failure_at=NOON - MINUTE
    )

    error = provider_status("coingecko", "coingecko", recovered, now=NOON).last_error

    assert error is not None
    assert (error.code, error.detail, error.at) == ("server_failed", "coingecko: answered HTTP 502", NOON - MINUTE)


def test_rejected_keys_are_counted_and_never_shown() -> None:
    rejected = replace(ASKED, key_in_use=1, rejected_keys=("0f3ad1",))

    status = provider_status("coingecko", "coingecko", rejected, now=NOON)

    assert (status.key_in_use, status.keys_rejected) == (1, 1)
    assert "0f3ad1" not in status.model_dump_json()
