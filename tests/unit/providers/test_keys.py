"""A refused key is remembered without remembering the key, and its backup takes over."""

from dataclasses import replace
from datetime import timedelta

from shared.providers import keys
from shared.providers.adapters.coincap import COINCAP
from shared.providers.adapters.coingecko import FREE, PRO
from shared.providers.keys import KeyRing
from shared.records.provider import ProviderState
from tests.clocks import NOON

TWO = KeyRing.of(PRO, {"COINGECKO_PRO_KEY": "first, second,,first"})
NEW = ProviderState(provider="coingecko_pro")


def values(ring: KeyRing, state: ProviderState) -> list[str]:
    return [key.value for key in ring.usable(state, NOON)]


def test_keys_are_read_in_order_without_blanks_or_repeats() -> None:
    assert values(TWO, NEW) == ["first", "second"]


def test_what_cannot_stand_in_a_header_is_no_key() -> None:
    assert KeyRing.of(PRO, {"COINGECKO_PRO_KEY": "good,b\u00e4d,ba\nd"}).keys[0].value == "good"
    assert len(KeyRing.of(PRO, {"COINGECKO_PRO_KEY": "good,b\u00e4d,ba\nd"}).keys) == 1


def test_keys_are_never_shown() -> None:
    assert "first" not in repr(TWO)
    assert "first" not in TWO.keys[0].digest


def test_digests_of_one_key_differ_between_providers() -> None:
    assert keys.digest_of("a", "key") != keys.digest_of("b", "key")


def test_a_refused_key_is_passed_over_for_a_day() -> None:
    state = keys.rejected(NEW, TWO, TWO.keys[0].digest, at=NOON)

    assert values(TWO, state) == ["second"]
    assert [key.value for key in TWO.usable(state, NOON + timedelta(days=1))] == ["first", "second"]
    assert state.disabled_reason is None


def test_a_provider_with_every_key_refused_is_disabled() -> None:
    state = NEW
    for key in TWO.keys:
        state = keys.rejected(state, TWO, key.digest, at=NOON)

    assert state.disabled_reason == TWO.blocked(state, NOON) == keys.ALL_REJECTED
    assert TWO.blocked(state, NOON + timedelta(days=1)) is None


def test_an_answer_enables_it_again_and_names_the_key() -> None:
    state = replace(keys.rejected(NEW, TWO, TWO.keys[1].digest, at=NOON), disabled_reason="whatever")

    state = keys.accepted(state, TWO.keys[1])

    assert (state.disabled_reason, state.key_in_use, state.rejected_keys, state.keys_rejected_at) == (None, 1, (), None)


def test_a_needed_key_that_is_not_set_keeps_the_provider_out() -> None:
    assert KeyRing.of(PRO, {}).blocked(NEW, NOON) == keys.NO_KEY
    assert KeyRing.of(FREE, {}).blocked(NEW, NOON) is None


def test_coincap_needs_a_key_at_its_own_address_alone() -> None:
    assert KeyRing.of(COINCAP, {}).needed
    assert not KeyRing.of(COINCAP, {"COINCAP_URL": "http://127.0.0.1/coincap/v2"}).needed
    assert KeyRing.of(COINCAP, {"COINCAP_URL": "http://127.0.0.1/coincap/v3", "COINCAP_KEYS": "one"}).needed
