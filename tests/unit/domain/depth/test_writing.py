"""Measures in their table: new rows for new knowledge, none for what is told again."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from shared.core.errors import SettingsError
from shared.db.engine import Database
from shared.domain.depth.measuring import measure
from shared.domain.depth.writing import DepthWriter
from shared.records.depth import BookRecord, DepthPoint, Level
from tests.clocks import NOON
from tests.databases import Place


def point(*, at: datetime = NOON, known: datetime = NOON, bid: str = "100", provider: str = "kraken") -> DepthPoint:
    book = BookRecord(
        token_id="bitcoin",
        provider=provider,
        market="XBTUSD",
        quote_currency="usd",
        bids=(Level(Decimal(bid), Decimal("0.123456789012345678")),),
        asks=(),
        observed_at=at,
        known_at=known,
    )
    return DepthPoint.of(book, measure(book, Decimal(1)))


async def test_points_are_stored_as_they_are_nulls_too(place: Place, writing: Database) -> None:
    rows = await DepthWriter(writing).store([point()], at=NOON, data_source="live")

    assert rows == 1
    stored = place.run("SELECT best_bid, best_ask, mid, bid_levels, ask_levels, usd_rate FROM depth_points")
    assert stored == [[Decimal(100), None, None, 1, 0, Decimal(1)]]


async def test_the_same_point_again_writes_nothing(place: Place, writing: Database) -> None:
    writer = DepthWriter(writing)
    await writer.store([point()], at=NOON, data_source="live")

    assert await writer.store([point(), point(provider="coinbase")], at=NOON, data_source="live") == 1


async def test_a_revised_point_is_a_new_row(place: Place, writing: Database) -> None:
    writer = DepthWriter(writing)
    await writer.store([point()], at=NOON, data_source="live")
    await writer.store([point(known=NOON + timedelta(minutes=1), bid="101")], at=NOON, data_source="live")

    assert place.run("SELECT best_bid FROM depth_points ORDER BY known_at") == [[Decimal(100)], [Decimal(101)]]


async def test_an_exchanges_wrong_clock_makes_no_tables(place: Place, writing: Database) -> None:
    await DepthWriter(writing).store([point(at=NOON - timedelta(days=400))], at=NOON, data_source="live")

    parts = place.run("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'depth_points'::regclass")
    assert parts == [["depth_points_other"]]


async def test_another_kind_of_data_is_refused_and_nothing_written(place: Place, writing: Database) -> None:
    writer = DepthWriter(writing)
    await writer.store([point()], at=NOON, data_source="sandbox")

    with pytest.raises(SettingsError):
        await writer.store([point(provider="coinbase")], at=NOON, data_source="live")
    assert place.run("SELECT count(*) FROM depth_points") == [[1]]
