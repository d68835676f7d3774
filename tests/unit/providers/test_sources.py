"""The first source that answers, or each of them, many times in a run."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from shared.core.errors import NotListedError, RateLimitedError, ServerFailedError
from shared.providers.contract import Limit, QuoteRequest
from shared.providers.sources import Sources
from shared.records.market import PriceRecord
from shared.records.provider import ProviderState, state_from_fields, state_to_fields
from tests.clocks import NOON, SteppingClock
from tests.unit.providers.fakes import (
    FakeAdapter,
    MemoryDocuments,
    ScriptedHttp,
    described,
    failing,
    provider_of,
    records,
    reply,
)

ASKED = QuoteRequest(10)
WITHIN = timedelta(seconds=5)


class OnlyFor(FakeAdapter):
    """An adapter that serves nobody."""

    def serves(self, request: QuoteRequest) -> bool:
        return False


def adapter(name: str, rank: int, answers: Sequence[list[PriceRecord] | Exception] | None = None) -> FakeAdapter:
    return FakeAdapter(replace(described(name, rank=rank), kind="candles"), answers)


def sources(
    *adapters: FakeAdapter, documents: MemoryDocuments | None = None, empty: bool = False, rotate: bool = False
) -> Sources[QuoteRequest, PriceRecord]:
    return Sources(
        "candles",
        [provider_of(each) for each in adapters],
        documents or MemoryDocuments(),
        SteppingClock(),
        http=ScriptedHttp(lambda url, params, headers: reply([])),
        empty=empty,
        rotate=rotate,
    )


def kept(documents: MemoryDocuments, name: str) -> ProviderState:
    return state_from_fields(documents.documents[f"provider_state/{name}"].fields)


async def test_the_first_choice_is_asked_as_long_as_it_answers() -> None:
    first, second = adapter("a", 0), adapter("b", 1)
    run = await sources(first, second).begin()

    answers = [await run.first(ASKED, within=WITHIN) for _ in range(3)]

    assert [answer and answer.provider for answer in answers] == ["a", "a", "a"]
    assert second.calls == 0


async def test_the_next_one_answers_when_the_first_fails() -> None:
    documents = MemoryDocuments()
    kind = sources(adapter("a", 0, [failing("a", ServerFailedError)]), adapter("b", 1), documents=documents)
    run = await kind.begin()

    answer = await run.first(ASKED, within=WITHIN)
    reports = await run.end()

    assert answer is not None
    assert answer.provider == "b"
    assert [(report.provider, report.rows, report.error_code) for report in reports] == [
        ("a", 0, "server_failed"),
        ("b", 1, None),
    ]
    assert (kept(documents, "a").failures, kept(documents, "b").successes) == (1, 1)


async def test_a_provider_that_keeps_failing_is_left_alone_for_the_rest_of_the_run() -> None:
    broken = adapter("a", 0, [failing("a") for _ in range(50)])
    run = await sources(broken, adapter("b", 1)).begin()

    answers = [await run.first(ASKED, within=WITHIN) for _ in range(20)]

    assert {answer and answer.provider for answer in answers} == {"b"}
    assert broken.calls < 6


async def test_patience_is_kept_within_the_run() -> None:
    limited = adapter("a", 0, [RateLimitedError("a", timedelta(minutes=1)), records("a")])
    run = await sources(limited, adapter("b", 1)).begin()

    answers = [await run.first(ASKED, within=WITHIN) for _ in range(3)]

    assert [answer and answer.provider for answer in answers] == ["b", "b", "b"]
    assert limited.calls == 1


async def test_not_to_list_a_token_is_no_failure() -> None:
    documents = MemoryDocuments()
    ignorant = adapter("a", 0, [NotListedError("a", "no such pair") for _ in range(9)])
    run = await sources(ignorant, adapter("b", 1), documents=documents).begin()

    answers = [await run.first(ASKED, within=WITHIN) for _ in range(9)]
    reports = await run.end()

    assert {answer and answer.provider for answer in answers} == {"b"}
    assert ignorant.calls == 9
    assert (reports[0].error, kept(documents, "a").circuit) == (None, "closed")


async def test_nobody_serves_what_nobody_has() -> None:
    run = await sources(OnlyFor(replace(described("a"), kind="candles"))).begin()

    assert await run.first(ASKED, within=WITHIN) is None
    assert await run.end() == ()


async def test_each_that_answers_is_told() -> None:
    run = await sources(adapter("a", 0), adapter("b", 1, [failing("b")]), adapter("c", 2)).begin()

    answers = await run.each(ASKED, within=WITHIN)

    assert [answer.provider for answer in answers] == ["a", "c"]


async def test_an_empty_answer_is_one_where_that_can_be() -> None:
    strict = await sources(adapter("a", 0, [[]]), adapter("b", 1)).begin()
    lenient = await sources(adapter("a", 0, [[]]), adapter("b", 1), empty=True).begin()

    refused, taken = await strict.first(ASKED, within=WITHIN), await lenient.first(ASKED, within=WITHIN)

    assert [answer and (answer.provider, len(answer.records)) for answer in (refused, taken)] == [("b", 1), ("a", 0)]


def resting(documents: MemoryDocuments, name: str) -> None:
    """Say that a provider failed often, and that its cooldown is over."""
    state = ProviderState(
        provider=name, circuit="open", open_until=NOON - timedelta(seconds=1), failures=2, consecutive_failures=2
    )
    documents.put(f"provider_state/{name}", state_to_fields(state))


async def test_all_requests_of_a_run_profit_from_a_trial_that_succeeds() -> None:
    documents = MemoryDocuments()
    resting(documents, "a")
    recovered = adapter("a", 0)
    run = await sources(recovered, adapter("b", 1), documents=documents).begin()

    answers = await asyncio.gather(*(run.first(ASKED, within=WITHIN) for _ in range(9)))
    await run.end()

    assert [answer and answer.provider for answer in answers] == ["a"] * 9
    assert kept(documents, "a").circuit == "closed"


async def test_a_trial_that_fails_is_made_once() -> None:
    documents = MemoryDocuments()
    resting(documents, "a")
    broken = adapter("a", 0, [failing("a") for _ in range(9)])
    run = await sources(broken, adapter("b", 1), documents=documents).begin()

    answers = await asyncio.gather(*(run.first(ASKED, within=WITHIN) for _ in range(9)))

    assert [answer and answer.provider for answer in answers] == ["b"] * 9
    assert broken.calls == 1


async def test_the_turn_goes_round_where_it_should() -> None:
    turning = sources(adapter("a", 0), adapter("b", 1), rotate=True)
    told = []

    for _ in range(3):
        run = await turning.begin()
        answer = await run.first(ASKED, within=WITHIN)
        told.append(answer and answer.provider)
        await run.end()

    assert told == ["a", "b", "a"]


async def test_a_spent_quota_diverts_in_the_middle_of_a_run() -> None:
    small = FakeAdapter(replace(described("a", limits=(Limit(4, 60, "small"),)), kind="candles"))
    run = await sources(small, adapter("b", 1)).begin()

    answers = [await run.first(ASKED, within=WITHIN) for _ in range(6)]

    assert [answer and answer.provider for answer in answers] == ["a", "a", "a", "b", "b", "b"]


async def test_quotas_are_the_accounts_and_circuits_the_kinds() -> None:
    documents = MemoryDocuments()
    binance = FakeAdapter(replace(described("binance"), kind="candles"), [failing("binance"), failing("binance")])
    run = await sources(binance, documents=documents).begin()

    await run.first(ASKED, within=WITHIN)
    await run.first(ASKED, within=WITHIN)
    await run.end()

    account, candles = kept(documents, "binance"), kept(documents, "binance.candles")
    assert (account.failures, account.quotas[0].used) == (0, 2)
    assert (candles.failures, candles.last_error_code) == (2, "upstream")
