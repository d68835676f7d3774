"""Who is asked, in which order, and why the others are not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.providers import rotation
from shared.providers.contract import Limit, QuoteRequest
from shared.providers.rotation import Line, Provider
from shared.records.provider import ProviderState, QuotaState
from tests.clocks import NOON
from tests.unit.providers.fakes import FakeAdapter, described, provider_of

MINUTE = timedelta(minutes=1)
PRO = provider_of(FakeAdapter(described("pro", rank=0, family="gecko")), keys="one", needed=True)
FREE = provider_of(FakeAdapter(described("free", rank=1, family="gecko")))
B, C, D = (provider_of(FakeAdapter(described(name, rank=rank))) for rank, name in enumerate("bcd", start=2))
ALL = (PRO, FREE, B, C, D)


def line(next_family: str | None = None, *, providers: tuple[Provider, ...] = ALL, **states: ProviderState) -> Line:
    known = {each.id: states.get(each.id, ProviderState(provider=each.id)) for each in providers}
    return rotation.lined_up(providers, known, QuoteRequest(10), next_family=next_family, now=NOON)


def ids(line: Line) -> list[str]:
    return [each.id for each in line.order]


def opened(name: str, until: timedelta, code: str = "server_failed") -> ProviderState:
    return ProviderState(provider=name, circuit="open", open_until=NOON + until, last_error_code=code)


def test_the_best_of_each_family_comes_first_and_the_others_step_in_last() -> None:
    assert ids(line()) == ["pro", "b", "c", "d", "free"]


@pytest.mark.parametrize(
    ("next_family", "order"),
    [
        ("b", ["b", "c", "d", "pro", "free"]),
        ("d", ["d", "pro", "b", "c", "free"]),
        ("gone", ["pro", "b", "c", "d", "free"]),
    ],
)
def test_the_line_begins_with_the_family_whose_turn_it_is(next_family: str, order: list[str]) -> None:
    assert ids(line(next_family)) == order


def test_spares_come_last_whoever_has_the_turn_and_have_none() -> None:
    spare, rarer = (
        provider_of(FakeAdapter(replace(described(name, rank=rank), spare=True))) for name, rank in (("x", 0), ("y", 9))
    )
    providers = (rarer, spare, *ALL)

    assert ids(line("d", providers=providers)) == ["d", "pro", "b", "c", "free", "x", "y"]
    assert ids(line("x", providers=providers)) == ["pro", "b", "c", "d", "free", "x", "y"]
    assert rotation.following(providers, "d", 1) == "gecko"


def test_spares_alone_still_have_a_line() -> None:
    spare = provider_of(FakeAdapter(replace(described("x"), spare=True)))

    assert ids(line(providers=(spare,))) == ["x"]
    assert rotation.following((spare,), None, 3) == "x"


def test_every_family_has_its_turn() -> None:
    family, turns = "gecko", set[str]()
    for _ in range(4):
        family = rotation.following(ALL, family, 3)
        turns.add(family)

    assert turns == {"b", "c", "d", "gecko"}


def test_the_free_door_stands_in_when_the_paid_one_is_shut() -> None:
    assert ids(line(pro=opened("pro", MINUTE))) == ["free", "b", "c", "d"]


def test_each_bar_has_its_code_and_its_end() -> None:
    spent = QuotaState(calls=1, per_s=60, used=1, window_started_at=NOON)
    tight = provider_of(FakeAdapter(replace(described("d", rank=5), limits=(Limit(1, 60, "tiny"),))))
    keyless = Provider(PRO.adapter, replace(PRO.ring, keys=()))

    found = line(
        providers=(keyless, FREE, B, C, tight),
        free=opened("free", MINUTE),
        b=opened("b", 2 * MINUTE, "rate_limited"),
        c=replace(opened("c", MINUTE), circuit="half_open"),
        d=ProviderState(provider="d", quotas=(spent,)),
    )

    bars = {each.id: (bar.code, bar.until) for each, bar in found.barred}
    assert bars == {
        "pro": ("no_key", None),
        "b": ("rate_limited", NOON + 2 * MINUTE),
        "c": ("trial_elsewhere", NOON + MINUTE),
        "d": ("quota_spent", NOON + MINUTE),
    }
    assert ids(found) == ["free"]  # the last resort


def test_when_nobody_is_healthy_the_one_whose_cooldown_ends_first_is_tried() -> None:
    found = line(providers=(B, C, D), b=opened("b", 3 * MINUTE), c=opened("c", MINUTE), d=opened("d", 2 * MINUTE))

    assert ids(found) == ["c"]
    assert {each.id for each, _ in found.barred} == {"b", "d"}


def test_demanded_patience_is_respected_even_as_a_last_resort() -> None:
    found = line(providers=(B, C), b=opened("b", MINUTE, "rate_limited"), c=opened("c", MINUTE, "rate_limited"))

    assert ids(found) == []
