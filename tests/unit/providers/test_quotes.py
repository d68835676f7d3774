"""Several independent sources in one call, whatever any one of them does."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.core.errors import (
    ConnectionFailedError,
    KeyRejectedError,
    PrismError,
    RateLimitedError,
    ServerFailedError,
)
from shared.core.settings import Settings
from shared.providers.contract import Limit
from shared.providers.quotes import Collected, QuoteProviders
from shared.records.provider import ProviderState, state_from_fields, state_to_fields
from tests.clocks import NOON, SteppingClock
from tests.unit.providers.fakes import (
    DEADLINE,
    FakeAdapter,
    MemoryDocuments,
    ScriptedHttp,
    described,
    failing,
    provider_of,
    records,
    reply,
)

MINUTE = timedelta(minutes=1)
PATIENCE = timedelta(seconds=119)


class Platform:
    """Providers a, b, c, d over shared documents; `instance` makes one more process of them."""

    def __init__(self, *adapters: FakeAdapter, keys: str = "") -> None:
        self.adapters = adapters or tuple(FakeAdapter(described(name, rank=rank)) for rank, name in enumerate("abcd"))
        self.documents = MemoryDocuments()
        self.clock = SteppingClock()
        self.keys = keys
        self.quotes = self.instance()

    def instance(self) -> QuoteProviders:
        providers = [provider_of(each, keys=self.keys, needed=bool(self.keys)) for each in self.adapters]
        http = ScriptedHttp(lambda url, params, headers: reply([]))
        settings = Settings.from_environment({})
        return QuoteProviders(settings, self.documents, self.clock, http=http, providers=providers)

    async def collect(self, *, wanted: int = 3, deadline: timedelta = DEADLINE) -> Collected:
        return await self.quotes.collect(tokens=10, wanted=wanted, deadline=deadline)

    def state(self, name: str) -> ProviderState:
        return state_from_fields(self.documents.documents[f"provider_state/{name}"].fields)


def adapter(name: str, *answers: object, rank: int = 0, **more: object) -> FakeAdapter:
    script = [answer for answer in answers if isinstance(answer, list | Exception)]
    return FakeAdapter(replace(described(name, rank=rank), **more), script or None)  # type: ignore[arg-type]


def answered(collected: Collected) -> list[str]:
    return sorted(answer.provider for answer in collected.answers)


def codes(collected: Collected) -> dict[str, str]:
    return {failure.provider: failure.code for failure in collected.failures}


async def test_as_many_are_asked_as_are_wanted() -> None:
    platform = Platform()

    collected = await platform.collect()

    assert answered(collected) == ["a", "b", "c"]
    assert (collected.failures, collected.spared) == ((), ("d",))
    assert [each.calls for each in platform.adapters] == [1, 1, 1, 0]


async def test_the_next_run_begins_where_the_last_one_ended_in_whatever_process() -> None:
    platform = Platform()
    await platform.collect()

    collected = await platform.instance().collect(tokens=10, wanted=3, deadline=DEADLINE)

    assert answered(collected) == ["a", "b", "d"]


async def test_the_wanted_are_asked_at_the_same_time() -> None:
    platform = Platform()
    met = asyncio.Barrier(3)

    async def meet() -> None:
        await met.wait()

    for each in platform.adapters:
        each.meanwhile = meet

    assert answered(await platform.collect()) == ["a", "b", "c"]


async def test_a_failed_one_is_replaced_by_the_next_in_line() -> None:
    platform = Platform(adapter("a", ServerFailedError("a", 503)), *(adapter(name, rank=1) for name in "bcd"))

    collected = await platform.collect()

    assert answered(collected) == ["b", "c", "d"]
    (failure,) = collected.failures
    assert (failure.provider, failure.code, failure.reason, failure.asked) == (
        "a",
        "server_failed",
        "answered HTTP 503",
        True,
    )
    assert platform.state("a").last_error == "a: answered HTTP 503"


async def test_two_of_a_family_are_one_source() -> None:
    platform = Platform(adapter("pro", family="gecko"), adapter("free", family="gecko", rank=1), adapter("b", rank=2))

    collected = await platform.collect()

    assert answered(collected) == ["b", "pro"]
    assert collected.spared == ("free",)


async def test_the_second_of_a_family_steps_in_when_the_first_failed() -> None:
    platform = Platform(
        adapter("pro", failing("pro", ConnectionFailedError), family="gecko"),
        adapter("free", family="gecko", rank=1),
        adapter("b", rank=2),
    )

    assert answered(await platform.collect()) == ["b", "free"]


async def test_a_slow_one_is_given_up_with_time_left_for_its_replacement() -> None:
    platform = Platform(*(adapter(name, rank=rank) for rank, name in enumerate("ab")))

    async def stall() -> None:
        await asyncio.Event().wait()

    platform.adapters[0].meanwhile = stall
    collected = await platform.collect(wanted=1, deadline=timedelta(seconds=0.1))

    assert answered(collected) == ["b"]
    assert codes(collected) == {"a": "deadline_exceeded"}


async def test_when_everyone_is_slow_the_rest_is_told_that_there_was_no_time() -> None:
    platform = Platform()

    async def stall() -> None:
        await asyncio.Event().wait()

    for each in platform.adapters:
        each.meanwhile = stall
    collected = await platform.collect(wanted=1, deadline=timedelta(seconds=0.1))

    assert collected.answers == ()
    assert codes(collected) == {
        "a": "deadline_exceeded",
        "b": "deadline_exceeded",
        "c": "no_time",
        "d": "no_time",
    }
    assert [failure.asked for failure in collected.failures] == [True, True, False, False]


async def test_an_open_circuit_is_passed_over_and_tried_once_after_its_cooldown() -> None:
    sick = adapter("a", failing("a"), failing("a"), records("a"))
    platform = Platform(sick, adapter("b", rank=1))
    for _ in range(2):
        await platform.collect()

    passed_over = await platform.collect()
    platform.clock.advance(MINUTE)
    tried = await platform.collect()

    assert codes(passed_over) == {"a": "circuit_open"}
    assert passed_over.failures[0].until == NOON + MINUTE
    assert answered(tried) == ["a", "b"]
    assert (platform.state("a").circuit, platform.state("a").consecutive_failures) == ("closed", 0)


async def test_two_instances_make_one_trial() -> None:
    sick = adapter("a", failing("a"), failing("a"), records("a"), records("a"))
    platform = Platform(sick, adapter("b", rank=1))
    for _ in range(2):
        await platform.collect()
    platform.clock.advance(MINUTE)
    both = [platform.instance().collect(tokens=10, deadline=DEADLINE) for _ in range(2)]

    first, second = await asyncio.gather(*both)

    assert sick.calls == 3
    assert sorted([answered(first), answered(second)]) == [["a", "b"], ["b"]]
    assert [*codes(first).values(), *codes(second).values()] == ["trial_elsewhere"]


async def test_patience_that_was_demanded_is_given_and_speaks_of_no_ill_health() -> None:
    platform = Platform(adapter("a", RateLimitedError("a", PATIENCE)), adapter("b", rank=1))

    demanded = await platform.collect()
    given = await platform.collect()

    assert (codes(demanded), codes(given)) == ({"a": "rate_limited"}, {"a": "rate_limited"})
    assert [run.failures[0].until for run in (demanded, given)] == [NOON + PATIENCE] * 2
    assert platform.adapters[0].calls == 1
    assert (platform.state("a").consecutive_failures, platform.state("a").success_rate) == (0, None)


async def test_a_spent_quota_diverts_before_the_provider_says_so() -> None:
    platform = Platform(adapter("a", limits=(Limit(3, 60, "tiny"),)), adapter("b", rank=1))

    runs = [codes(await platform.collect()) for _ in range(4)]

    assert runs == [{}, {}, {"a": "quota_spent"}, {"a": "quota_spent"}]
    assert platform.adapters[0].calls == 2


async def test_a_refused_key_is_followed_by_its_backup_within_the_run() -> None:
    platform = Platform(adapter("a", failing("a", KeyRejectedError), records("a"), records("a")), keys="first,second")

    collected = await platform.collect()
    await platform.collect()

    assert answered(collected) == ["a"]
    assert platform.adapters[0].keys == ["first", "second", "second"]
    state = platform.state("a")
    assert (state.key_in_use, len(state.rejected_keys), state.circuit) == (1, 1, "closed")
    assert "first" not in str(state_to_fields(state))


async def test_with_every_key_refused_the_provider_is_disabled_and_says_so() -> None:
    platform = Platform(adapter("a", failing("a", KeyRejectedError)), adapter("b", rank=1), keys="only")

    refused = await platform.collect()
    disabled = await platform.collect()

    assert (codes(refused)["a"], codes(disabled)["a"]) == ("key_rejected", "keys_rejected")
    assert platform.state("a").disabled_reason == "every API key was refused"
    assert platform.adapters[0].calls == 1


async def test_the_last_resort_is_one_trial() -> None:
    platform = Platform(adapter("a", *[failing("a")] * 5), adapter("b", *[failing("b")] * 5, rank=1))
    for _ in range(2):
        await platform.collect()

    collected = await platform.collect()

    assert collected.answers == ()
    assert sorted(each.calls for each in platform.adapters) == [2, 3]


async def test_a_frozen_answer_is_refused_and_an_old_one_is_not() -> None:
    stamped = [records("a", 10, observed_at=NOON + run * MINUTE) for run in range(6)]
    platform = Platform(adapter("a", *stamped), adapter("b", *[records("b", 10)] * 6, rank=1))

    runs = []
    for _ in range(6):
        runs.append(codes(await platform.collect()))
        platform.clock.advance(MINUTE)

    assert runs == [{}] * 5 + [{"a": "frozen"}]


async def test_an_answer_without_prices_is_a_failure() -> None:
    collected = await Platform(adapter("a", [])).collect()

    assert codes(collected) == {"a": "bad_payload"}


async def test_a_broken_adapter_is_a_failure_of_its_provider_alone() -> None:
    platform = Platform(adapter("a", ZeroDivisionError("bug")), adapter("b", rank=1))

    collected = await platform.collect()

    assert answered(collected) == ["b"]
    assert codes(collected) == {"a": "bad_payload"}


async def test_without_documents_it_works_and_remembers_for_itself() -> None:
    platform = Platform(adapter("a", failing("a"), failing("a")), adapter("b", rank=1))
    platform.documents.away = True

    runs = [codes(await platform.collect()) for _ in range(3)]

    assert runs == [{"a": "upstream"}, {"a": "upstream"}, {"a": "circuit_open"}]


async def test_a_run_that_was_overtaken_adds_what_it_did_to_what_the_other_did() -> None:
    platform = Platform(adapter("a", limits=(Limit(100, 60, "test"),)))
    await platform.collect()
    overtaken = iter([True])

    def overtake(path: str) -> None:
        if next(overtaken, False):
            other = platform.state("a")
            busier = replace(other.quotas[0], used=other.quotas[0].used + 7)
            platform.documents.put(path, state_to_fields(replace(other, successes=5, quotas=(busier,))))

    platform.documents.before_replace = overtake
    await platform.collect()

    state = platform.state("a")
    assert (state.successes, state.quotas[0].used) == (6, 9)


async def test_a_contended_state_is_given_up_after_a_few_tries() -> None:
    platform = Platform(adapter("a"))
    await platform.collect()
    platform.documents.before_replace = lambda path: platform.documents.put(
        path, platform.documents.documents[path].fields
    )

    assert answered(await platform.collect()) == ["a"]


async def test_an_unreadable_state_begins_anew() -> None:
    platform = Platform(adapter("a"))
    platform.documents.put("provider_state/a", {"circuit": "closed", "quotas": [{"odd": 1}]})

    assert answered(await platform.collect()) == ["a"]
    assert platform.state("a").successes == 1


async def test_a_run_costs_one_read_and_a_write_for_each_provider_and_the_turn() -> None:
    platform = Platform()

    await platform.collect()

    assert sorted(platform.documents.writes) == [
        "provider_state/a",
        "provider_state/b",
        "provider_state/c",
        "provider_state/rotation_quotes",
    ]


@pytest.mark.parametrize("order", ["ab", "ba"])
async def test_no_provider_trouble_raises(order: Sequence[str]) -> None:
    platform = Platform(*(adapter(name, PrismError("whatever"), rank=rank) for rank, name in enumerate(order)))

    assert (await platform.collect()).answers == ()
