"""Freshness policies as headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cache import freshness
from shared.cache.freshness import LIVE_PRICES, NO_STORE, Freshness, freshness_from


def test_policy_is_told_as_a_header() -> None:
    assert LIVE_PRICES.cache_control == "public, max-age=60, stale-while-revalidate=60, stale-if-error=3600"


def test_no_store_forbids_keeping() -> None:
    assert NO_STORE.cache_control == "no-store"
    assert freshness_from(b"no-store") is None


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_policy_is_read_back_from_its_header(age: int, revalidate: int, error: int) -> None:
    policy = Freshness("", age, revalidate, error)

    assert freshness_from(policy.cache_control.encode()) == policy


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"max-age=60",
        b"private, max-age=60",
        b"public",
        b"public, max-age=0",
        b"public, max-age=-1",
        b"public, max-age=x",
        b"public, max-age=60, no-store",
        b"public, max-age=60, no-cache",
        b"public, max-age=99999999999999999999",
        "public, max-age=²".encode("latin-1"),
    ],
)
def test_only_a_public_positive_age_is_a_permission(header: bytes) -> None:
    assert freshness_from(header) is None


def test_shared_age_goes_before_the_private_one() -> None:
    assert freshness_from(b'Public, MAX-AGE="10", s-maxage=20') == Freshness("", 20)


@given(st.binary(max_size=60))
def test_any_header_can_be_read(header: bytes) -> None:
    freshness_from(header)


def test_every_category_may_be_stale_at_least_as_long_as_it_is_fresh() -> None:
    categories = [value for value in vars(freshness).values() if isinstance(value, Freshness) and value is not NO_STORE]

    assert len(categories) > 15
    assert len({category.name for category in categories}) == len(categories)
    assert all(category.stale_if_error >= category.max_age > 0 for category in categories)
