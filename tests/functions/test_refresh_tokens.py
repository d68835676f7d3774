"""The slices of the refresh of tokens, and the report that its parts make."""

from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from functions.refresh_tokens.done import Done, Part
from functions.refresh_tokens.slices import AT_ONCE, GIVE_UP_AFTER, Slice, Slices
from shared.providers.sources import Found
from shared.records.refresh import Outcome, RefreshReport, SourceReport
from tests.clocks import NOON, SteppingClock

REPORT = RefreshReport(refresh="refresh_tokens", key="k", started_at=NOON)


class Asked:
    """Answers as one provider, except about what it does not know."""

    def __init__(self, provider: str, *, unknown: Sequence[int] = (), clock: SteppingClock | None = None) -> None:
        self._provider = provider
        self._unknown = set(unknown)
        self._clock = clock
        self.things: list[int] = []

    async def __call__(self, thing: int) -> Found[str] | None:
        self.things.append(thing)
        if self._clock is not None:
            self._clock.advance(10)
        if thing in self._unknown:
            return None
        return Found(provider=self._provider, records=(str(thing),), fetched_at=NOON, latency_ms=1.0)


async def cut(
    asked: Asked, most: dict[str, int], *, due: int = 100, clock: SteppingClock | None = None
) -> Slice[int, str]:
    nothing = cast("Any", SimpleNamespace())
    slices = Slices(nothing, nothing, nothing, clock or SteppingClock(), NOON, timedelta(seconds=1))
    return await slices._cut(list(range(due)), asked, most, timedelta(seconds=60))


async def test_whoever_answers_gives_its_share_and_no_more() -> None:
    asked = Asked("coingecko")

    found = await cut(asked, {"coingecko_pro": 104, "coingecko": 2, "coinpaprika": 4})

    assert found.settled == asked.things == [0, 1]


async def test_a_large_share_is_spent_a_few_at_a_time_in_the_order_of_urgency() -> None:
    asked = Asked("coingecko_pro")

    found = await cut(asked, {"coingecko_pro": 10, "coingecko": AT_ONCE})

    assert asked.things == list(range(10))
    assert [answer.records[0] for _, answer in found.found] == [str(number) for number in range(10)]


async def test_what_coingecko_does_not_know_has_had_its_turn() -> None:
    found = await cut(Asked("coingecko_pro", unknown=[1]), {"coingecko_pro": 8})

    assert 1 in found.settled
    assert len(found.found) == 8


async def test_what_another_provider_does_not_answer_keeps_its_turn() -> None:
    found = await cut(Asked("coinpaprika", unknown=[1]), {"coinpaprika": 8})

    assert 1 not in found.settled


async def test_when_nobody_answers_it_is_given_up_and_nothing_counts_as_looked_at() -> None:
    asked = Asked("coingecko", unknown=range(100))

    found = await cut(asked, {"coingecko": 50})

    assert len(asked.things) == AT_ONCE * GIVE_UP_AFTER
    assert (found.settled, found.found) == ([], [])


async def test_when_time_is_up_the_rest_waits_for_the_next_run() -> None:
    clock = SteppingClock()
    asked = Asked("coingecko", clock=clock)

    await cut(asked, {"coingecko": 50}, clock=clock)

    assert len(asked.things) == 8


def part(name: str, **more: Any) -> Part:
    return Part(name=name, **more)


@pytest.mark.parametrize(
    ("parts", "outcome", "detail"),
    [
        ([part("a"), part("b")], "succeeded", None),
        ([part("a"), part("b", stands_in="coinpaprika")], "degraded", "b: coinpaprika stood in"),
        ([part("a"), part("b", failure="nobody answered")], "degraded", "b: nobody answered"),
        ([part("a"), part("b", failure="nobody answered", wanted=False)], "degraded", "b: nobody answered"),
        ([part("a", failure="x"), part("b", failure="y")], "failed", "a: x; b: y"),
        ([part("a", failure="x"), part("b", wanted=False)], "failed", "a: x"),
    ],
)
def test_a_run_is_what_its_parts_are(parts: list[Part], outcome: Outcome, detail: str | None) -> None:
    told = Done(parts).told(REPORT)

    assert (told.outcome, told.detail) == (outcome, detail)


def test_a_providers_parts_in_several_questions_are_one_line() -> None:
    first = SourceReport(provider="coingecko", rows=5, latency_ms=10.0)
    second = SourceReport(
        provider="coingecko", rows=7, latency_ms=20.0, error="made to fail", error_code="server_failed"
    )
    third = SourceReport(provider="coinpaprika", rows=0, latency_ms=None, error="x", error_code="circuit_open")

    told = Done([part("a", sources=(first,), left_out=2), part("b", sources=(second, third), left_out=1)]).told(REPORT)

    assert [(each.provider, each.rows, each.latency_ms, each.error_code) for each in told.sources] == [
        ("coingecko", 12, 15.0, "server_failed"),
        ("coinpaprika", 0, None, "circuit_open"),
    ]
    assert told.unmatched == 3
