"""Candles built from shorter ones: exactly, completely, of one source; and hours of our own prices."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shared.db.engine import Database
from shared.domain.candles.building import CandleBuilder
from shared.domain.candles.merge import CandlesStored
from shared.domain.candles.writing import CandleWriter
from shared.records.candles import CandleRecord
from tests.candles import candle, series, without
from tests.clocks import NOON
from tests.databases import Place

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def builder(writing: Database) -> CandleBuilder:
    return CandleBuilder(writing)


async def kept(writing: Database, *records: CandleRecord) -> None:
    await CandleWriter(writing).store(records, at=NOON, data_source="sandbox")


def of(place: Place, seconds: int, table: str = "intraday_candles") -> list[list[object]]:
    return place.run(
        "SELECT provider, open::int, high::int, low::int, close::int, volume::int, turnover::int, closed"  # noqa: S608
        f" FROM {table} JOIN candle_series USING (series_id) JOIN candle_sources USING (source_id)"
        f" WHERE interval_s = {seconds} ORDER BY token_id, opened_at"
    )


async def test_five_minutes_are_exactly_their_minutes(place: Place, writing: Database, builder: CandleBuilder) -> None:
    await kept(writing, *series(10, "1m"))

    first = await builder.build("5m", now=NOON + 10 * MINUTE)
    again = await builder.build("5m", now=NOON + 10 * MINUTE)

    assert of(place, 300) == [
        ["binance/1m", 100, 109, 95, 105, 50, 5000, True],
        ["binance/1m", 105, 114, 100, 110, 50, 5000, True],
    ]
    assert (first, again) == (CandlesStored(stored=2), CandlesStored(unchanged=2))


async def test_incomplete_or_open_candles_are_not_built_from(
    place: Place, writing: Database, builder: CandleBuilder
) -> None:
    minutes = without(series(10, "1m"), 2)
    minutes[-1] = candle(minutes[-1].opened_at, interval="1m", closed=False)
    await kept(writing, *minutes)

    assert await builder.build("5m", now=NOON + 10 * MINUTE) == CandlesStored()
    assert of(place, 300) == []


async def test_two_sources_never_make_one_candle(place: Place, writing: Database, builder: CandleBuilder) -> None:
    minutes = series(5, "1m")
    other = candle(NOON + 2 * MINUTE, interval="1m", provider="coinbase", quote_currency="usd")
    await kept(writing, *without(minutes, 2), other)

    await builder.build("5m", now=NOON + 5 * MINUTE)

    assert of(place, 300) == []


async def test_unknown_volume_of_a_part_is_unknown_of_the_whole(
    place: Place, writing: Database, builder: CandleBuilder
) -> None:
    minutes = series(5, "1m")
    minutes[3] = candle(minutes[3].opened_at, 103, interval="1m", volume=None)
    await kept(writing, *minutes)

    await builder.build("5m", now=NOON + 5 * MINUTE)

    assert of(place, 300)[0][5:7] == [None, 5000]


async def test_day_is_built_from_hours_and_week_from_days(
    place: Place, writing: Database, builder: CandleBuilder
) -> None:
    midnight = NOON.replace(hour=0)
    monday = midnight - timedelta(days=6)
    await kept(writing, *series(24, "1h", start=midnight), *series(7, "1d", start=monday))

    await builder.build("1d", now=midnight + timedelta(days=1))
    await builder.build("1w", now=midnight + timedelta(days=1))

    assert of(place, 86_400, "candles")[-1][0] == "binance"
    assert of(place, 604_800, "candles") == [["binance/1d", 100, 111, 95, 107, 70, 7000, True]]


async def test_built_candle_gives_way_to_the_venues_own_but_not_to_another_venues(
    place: Place, writing: Database, builder: CandleBuilder
) -> None:
    await kept(writing, *series(5, "1m"))
    await builder.build("5m", now=NOON + 5 * MINUTE)

    await kept(writing, candle(interval="5m", provider="kraken", known_at=NOON + 6 * MINUTE))
    assert of(place, 300)[0][0] == "binance/1m"
    await kept(writing, candle(interval="5m", known_at=NOON + 7 * MINUTE))
    assert of(place, 300)[0][0] == "binance"


async def test_hours_of_our_own_prices_have_no_volume_and_give_way(
    place: Place, writing: Database, builder: CandleBuilder
) -> None:
    for minute in range(0, 60, 5):
        place.run(
            "INSERT INTO price_points (resolution_s, token_id, bucket, observed_at, price_usd)"  # noqa: S608
            f" SELECT 300, token, '{NOON}'::timestamptz + interval '{minute} minutes', now(), {100 + minute}"
            " FROM unnest(ARRAY['bitcoin', 'dust']) AS token"
        )
    await kept(writing, candle())

    found = await builder.sample(now=NOON + timedelta(minutes=65))

    assert found == CandlesStored(stored=1)
    assert of(place, 3600) == [
        ["binance", 100, 105, 95, 101, 10, 1000, True],
        ["sampled", 100, 155, 100, 155, None, None, True],
    ]
    await kept(writing, candle(token_id="dust", close=Decimal(99), known_at=NOON + timedelta(hours=2)))
    assert of(place, 3600)[1][0] == "binance"


async def test_hour_with_too_few_prices_is_none(place: Place, writing: Database, builder: CandleBuilder) -> None:
    place.run(
        "INSERT INTO price_points (resolution_s, token_id, bucket, observed_at, price_usd)"  # noqa: S608
        f" SELECT 300, 'dust', '{NOON}'::timestamptz + n * interval '5 minutes', now(), 1 FROM generate_series(0, 8) AS n"
    )

    assert await builder.sample(now=NOON + timedelta(minutes=65)) == CandlesStored()
