"""What a refresh of the chains asks."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from functions.refresh_onchain.planning import LONGEST, REVISED_WITHIN, is_closing, questions
from shared.domain.chains.catalogue import CHAINS
from shared.domain.chains.known import Known, Pair, Value
from shared.providers.chain_frame import TOPICS, ChainRequest
from tests.chains import providers_at
from tests.clocks import NOON

TODAY = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def all_known(*, closed_at: datetime | None, until: datetime, but: Pair | None = None) -> Known:
    pairs: list[Pair] = [(chain.id, metric) for chain in CHAINS.values() for metric in chain.metrics]
    days = {pair: (Value(until, Decimal(1), "any"),) for pair in pairs if pair != but}
    return Known(days=days, closed_at=closed_at)


def test_the_first_run_of_a_day_closes_the_day_before_however_late_it_is() -> None:
    assert is_closing(Known(), now=NOON)
    assert is_closing(Known(closed_at=TODAY - timedelta(hours=6)), now=TODAY + timedelta(minutes=7))
    assert is_closing(Known(closed_at=TODAY - timedelta(hours=6)), now=NOON)
    assert not is_closing(Known(closed_at=TODAY + timedelta(minutes=7)), now=NOON)


def test_every_question_is_one_that_somebody_answers() -> None:
    adapters = [provider.adapter for provider in providers_at().values()]

    for question in questions(Known(), now=NOON):
        assert any(adapter.serves(question) for adapter in adapters), question


def test_no_question_is_asked_twice() -> None:
    asked = list(questions(Known(), now=NOON))

    assert len(asked) == len(set(asked))


def test_closing_asks_for_every_series_and_a_later_run_only_for_those_without_yesterday() -> None:
    closing = [each for each in questions(Known(), now=NOON) if each.resolution == "day"]
    complete = all_known(closed_at=TODAY, until=TODAY - DAY)
    one_missing = all_known(closed_at=TODAY, until=TODAY - DAY, but=("solana", "tvl_usd"))

    assert {each.topic for each in closing} == {*TOPICS.values(), "network", "everything"}
    assert [each for each in questions(complete, now=NOON) if each.resolution == "day"] == []
    assert [each for each in questions(one_missing, now=NOON) if each.resolution == "day"] == [
        ChainRequest("tvl", "day", "solana", TODAY - DAY - LONGEST),
        ChainRequest("everything", "day", None, TODAY - DAY - LONGEST, TODAY - DAY),
    ]


def test_known_series_are_asked_for_as_far_back_as_they_may_be_revised() -> None:
    known = all_known(closed_at=TODAY - DAY, until=TODAY - 2 * DAY)

    asked = [each for each in questions(known, now=NOON) if each.resolution == "day"]

    assert {each.since for each in asked} == {TODAY - 2 * DAY - REVISED_WITHIN}


def test_what_holds_many_chains_is_asked_for_once() -> None:
    asked = [each for each in questions(Known(), now=NOON) if each.chain is None]

    assert [(each.topic, each.resolution) for each in asked] == [
        ("tvl", "now"),
        ("stablecoins", "now"),
        ("fees", "now"),
        ("revenue", "now"),
        ("network", "day"),
        ("everything", "day"),
    ]
    assert {each.until for each in asked if each.resolution == "day"} == {TODAY - DAY}
