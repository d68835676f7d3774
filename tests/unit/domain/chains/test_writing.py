"""Storing metrics of chains: revisions are rows, repetitions are none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from shared.core.errors import SettingsError
from shared.db.engine import Database
from shared.domain.chains.writing import ChainMetricsWriter
from shared.records.chains import ChainMetric
from tests.databases import Place

DAY = datetime(2026, 5, 1, tzinfo=UTC)
LEARNED = DAY + timedelta(days=1, minutes=7)


@pytest.fixture
def place(shared_place: Place) -> Place:
    """The module's database, emptied: a database for each test costs more than the test."""
    shared_place.run("TRUNCATE chain_metrics, datasets, tokens CASCADE")
    return shared_place


def tvl(value: str, *, known_at: datetime = LEARNED, source: str = "defillama") -> ChainMetric:
    return ChainMetric(
        chain="ethereum",
        metric="tvl_usd",
        resolution="day",
        observed_at=DAY,
        known_at=known_at,
        value=Decimal(value),
        source=source,
    )


async def store(writing: Database, *metrics: ChainMetric) -> int:
    return await ChainMetricsWriter(writing).store(
        metrics, dataset="refresh_onchain", at=LEARNED, sources=["defillama"], data_source="sandbox"
    )


def rows(place: Place) -> list[list[object]]:
    return place.run("SELECT value, source FROM chain_metrics ORDER BY known_at")


async def test_a_repeated_value_writes_nothing(writing: Database, place: Place) -> None:
    first = await store(writing, tvl("5.50"))
    again = await store(writing, tvl("5.5", known_at=LEARNED + timedelta(hours=6)))

    assert (first, again) == (1, 0)
    assert rows(place) == [[Decimal("5.50"), "defillama"]]


async def test_a_revised_value_is_a_row_of_its_own(writing: Database, place: Place) -> None:
    await store(writing, tvl("5.5"))
    await store(writing, tvl("5.6", known_at=LEARNED + timedelta(days=1)))
    back = await store(writing, tvl("5.5", known_at=LEARNED + timedelta(days=2)))

    assert back == 1
    assert [value for value, _ in rows(place)] == [Decimal("5.5"), Decimal("5.6"), Decimal("5.5")]


async def test_a_late_import_is_compared_with_what_was_known_then(writing: Database, place: Place) -> None:
    await store(writing, tvl("5.6", known_at=LEARNED + timedelta(days=1)))

    written = await store(writing, tvl("5.6", known_at=LEARNED, source="archive"))

    assert written == 1
    assert [source for _, source in rows(place)] == ["archive", "defillama"]


def fees(value: str, source: str, *, days: int = 0) -> ChainMetric:
    told = tvl(value, known_at=LEARNED + timedelta(days=days), source=source)
    return replace(told, chain="bitcoin", metric="fees_usd")


async def test_what_another_source_says_of_a_day_is_no_revision(writing: Database, place: Place) -> None:
    await store(writing, fees("100", "defillama"))

    later = await store(writing, fees("140", "blockchain_com", days=1), fees("120", "a-file", days=2))

    assert later == 0
    assert rows(place) == [[Decimal(100), "defillama"]]


async def test_the_first_choice_takes_the_place_of_a_fallback_and_may_revise_itself(
    writing: Database, place: Place
) -> None:
    await store(writing, fees("120", "a-file"))
    await store(writing, fees("140", "blockchain_com", days=1))
    await store(writing, fees("100", "defillama", days=2))
    await store(writing, fees("101", "defillama", days=3))

    assert [source for _, source in rows(place)] == ["a-file", "blockchain_com", "defillama", "defillama"]


async def test_of_two_that_tell_a_day_at_once_the_first_choice_counts(writing: Database, place: Place) -> None:
    await store(writing, fees("140", "blockchain_com"), fees("100", "defillama"))

    assert rows(place) == [[Decimal(100), "defillama"]]


async def test_the_same_run_delivered_twice_writes_once(writing: Database, place: Place) -> None:
    assert await store(writing, tvl("5.5"), tvl("5.5")) == 1
    assert await store(writing, tvl("7"), tvl("7")) == 0

    assert len(rows(place)) == 1


async def test_a_number_that_is_none_is_refused_and_nothing_is_stamped(writing: Database, place: Place) -> None:
    with pytest.raises(Exception, match="chain_metrics_value_check"):
        await store(writing, tvl("-1"))

    assert rows(place) == []
    assert place.run("SELECT count(*) FROM datasets") == [[0]]


async def test_another_kind_of_data_is_refused(writing: Database, place: Place) -> None:
    await store(writing, tvl("5.5"))

    with pytest.raises(SettingsError):
        await ChainMetricsWriter(writing).store(
            [tvl("6")], dataset="refresh_onchain", at=LEARNED, sources=["defillama"], data_source="live"
        )

    assert len(rows(place)) == 1
