"""The maintenance function over a real database, with a clock that stands still."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from functions.maintenance.refresh import Maintenance
from shared.db.engine import Database
from shared.domain.maintenance.keeping import Keeper
from shared.domain.maintenance.retention import SINGLE, Months, Rows
from shared.http.refresh import Occasion
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.unit.providers.fakes import MemoryDocuments

POINTS = Months("price_points_300", "bucket", timedelta(days=62))
ONCE = Occasion("once")


def maintenance(
    database: Database, *months: Months, rows: Sequence[Rows] = (), documents: MemoryDocuments | None = None
) -> Maintenance:
    return Maintenance(
        keeper=Keeper(database),
        months=months or (POINTS,),
        rows=rows,
        documents=documents or MemoryDocuments(),
        clock=SteppingClock(NOON),
    )


def months(place: Place) -> list[str]:
    rows = place.run("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'price_points_300'::regclass")
    return sorted(str(row[0]).removeprefix("price_points_300_") for row in rows)


def named(moment: datetime) -> str:
    return moment.strftime("%Y_%m")


async def test_this_month_and_the_next_are_there_before_their_first_row(place: Place, writing: Database) -> None:
    report = await maintenance(writing).run(ONCE)

    assert (report.outcome, report.detail) == ("succeeded", None)
    assert months(place) == sorted({named(NOON), named(NOON.replace(day=1) + timedelta(days=31)), "other"})


async def test_only_months_that_ended_long_ago_are_dropped(place: Place, writing: Database) -> None:
    begun = NOON.replace(day=1, hour=0, minute=0)
    for back in (1, 70, 400):
        place.run(f"SELECT ensure_month_partition('{(begun - timedelta(days=back)).isoformat()}')")
    kept = named(begun - timedelta(days=1))
    place.run(f"INSERT INTO price_points VALUES (300, 'a', '{begun - timedelta(days=1)}', '{begun}', 1)")  # noqa: S608

    report = await maintenance(writing).run(ONCE)

    assert kept in months(place)
    assert named(begun - timedelta(days=400)) not in months(place)
    assert f"price_points_300_{named(begun - timedelta(days=400))}" in (report.detail or "")
    assert place.run("SELECT count(*) FROM price_points") == [[1]]


async def test_what_is_kept_for_ever_is_never_dropped(place: Place, writing: Database) -> None:
    place.run("SELECT ensure_month_partition('2015-01-01+0')")

    await maintenance(writing, Months("price_points_300", "bucket", None)).run(ONCE)

    assert "2015_01" in months(place)


async def test_minute_candles_go_and_those_of_an_hour_stay(place: Place, writing: Database) -> None:
    place.run("INSERT INTO candle_sources (provider, quote_currency, preference) VALUES ('binance', 'usdt', 0)")
    place.run(
        "INSERT INTO candle_series (token_id, interval_s, refreshed_at) VALUES ('bitcoin', 60, now()), ('bitcoin', 3600, now())"
    )
    for days in (1, 61, 63, 500):
        place.run(
            "INSERT INTO intraday_candles SELECT series_id, 1, true,"  # noqa: S608
            f" date_trunc('hour', timestamptz '{(NOON - timedelta(days=days)).isoformat()}'), now(), 1, 1, 1, 1, 1, 1"
            " FROM candle_series"
        )

    report = await maintenance(writing, rows=SINGLE).run(ONCE)

    kept = place.run(
        "SELECT interval_s, count(*) FROM intraday_candles JOIN candle_series USING (series_id) GROUP BY 1"
    )
    assert sorted(kept) == [[60, 2], [3600, 4]]
    assert (report.outcome, report.rows, report.detail) == ("succeeded", 2, "took out 2 of candles_1m")


async def test_readings_addresses_and_points_go_and_days_of_chains_stay(place: Place, writing: Database) -> None:
    for days in (1, 183, 185, 399, 401):
        at = (NOON - timedelta(days=days)).isoformat()
        for resolution in ("now", "day"):
            place.run(
                f"INSERT INTO chain_metrics VALUES ('bitcoin', 'supply', '{resolution}', '{at}', '{at}', 1, 'quotes')"  # noqa: S608
            )
        place.run(f"INSERT INTO news_addresses VALUES ('https://a.example/{days}', 'a{days}', '{at}')")  # noqa: S608
        place.run(f"INSERT INTO category_points (category_id, known_at, basis) VALUES ('defi', '{at}', 'told')")  # noqa: S608

    report = await maintenance(writing, rows=SINGLE).run(ONCE)

    assert sorted(place.run("SELECT resolution, count(*) FROM chain_metrics GROUP BY 1")) == [["day", 5], ["now", 2]]
    assert place.run("SELECT count(*) FROM news_addresses") == [[4]]
    assert place.run("SELECT count(*) FROM category_points") == [[4]]
    assert (report.outcome, report.rows) == ("succeeded", 5)


def store_hour_by_hour(place: Place, month: str, *, series: int = 30) -> None:
    """Store a month of hours as they come in: all series of an hour, then those of the next."""
    place.run(
        "INSERT INTO candle_sources (provider, quote_currency, preference) VALUES ('x', 'usd', 0) ON CONFLICT DO NOTHING"
    )
    place.run(
        "INSERT INTO candle_series (token_id, interval_s, refreshed_at)"  # noqa: S608
        f" SELECT 'token-' || place, 3600, now() FROM generate_series(1, {series}) AS place ON CONFLICT DO NOTHING"
    )
    place.run(f"SELECT ensure_month_of('intraday_candles', 'opened_at', '{month}-01 00:00+00')")
    place.run(
        "INSERT INTO intraday_candles"  # noqa: S608
        " SELECT series_id, (SELECT source_id FROM candle_sources), true, at, at, 1.50, 2, 1, 1 + series_id / 100.0, NULL, NULL"
        f" FROM generate_series('{month}-01 00:00+00'::timestamptz, '{month}-01 00:00+00'::timestamptz + interval '743 hours', '1 hour')"
        " AS at, candle_series"
    )
    place.run("ANALYZE intraday_candles")


def pages_of_a_series(place: Place) -> list[int]:
    """Return on how many pages the candles of a series lie at most, for each month."""
    rows = place.run(
        "SELECT max(pages) FROM (SELECT tableoid::regclass AS month, series_id,"
        " count(DISTINCT (ctid::text::point)[0]) AS pages FROM intraday_candles GROUP BY 1, 2) AS each GROUP BY month ORDER BY month::text"
    )
    return [int(str(pages)) for (pages,) in rows]


async def test_months_that_are_over_are_put_in_order_once(place: Place, writing: Database) -> None:
    for month in ("2026-01", f"{NOON:%Y-%m}"):
        store_hour_by_hour(place, month)
    read = "SELECT * FROM intraday_candles ORDER BY series_id, opened_at"
    before, scattered = place.run(read), pages_of_a_series(place)

    first = await maintenance(writing).run(ONCE)
    second = await maintenance(writing).run(Occasion("again"))

    over, going_on = pages_of_a_series(place)
    assert (first.outcome, first.detail) == ("succeeded", "put candles of 2026-01 in order")
    assert (second.outcome, second.detail) == ("succeeded", None)
    assert place.run(read) == before
    assert over * 10 < scattered[0]
    assert going_on == scattered[1]


async def test_a_month_in_order_is_a_partition_like_any_other(place: Place, writing: Database) -> None:
    store_hour_by_hour(place, "2026-01")
    shape = (
        "SELECT relname, relkind, pg_get_expr(relpartbound, oid), relacl::text, pg_get_userbyid(relowner) FROM pg_class"
        " WHERE relname LIKE 'intraday_candles_2026_01%' ORDER BY 1"
    )
    rules = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'intraday_candles_2026_01'::regclass ORDER BY 1"
    before = place.run(shape), place.run(rules)

    await maintenance(writing).run(ONCE)
    place.run(
        "INSERT INTO intraday_candles SELECT series_id, 1, true, '2026-01-01 00:30+00', now(), 1, 1, 1, 1 FROM candle_series"
    )

    assert (place.run(shape), place.run(rules)) == before
    assert place.run("SELECT count(*) FROM intraday_candles_2026_01") == [[30 * 744 + 30]]


async def test_a_month_that_somebody_writes_to_waits_for_another_day(place: Place, writing: Database) -> None:
    store_hour_by_hour(place, "2026-01")
    place.run("ALTER FUNCTION order_candles_of(timestamptz) SET lock_timeout = '50ms'")
    holder = place.server.connected(place.name)
    holder.run("BEGIN")
    holder.run("UPDATE intraday_candles SET close = close WHERE opened_at = '2026-01-05 00:00+00'")

    report = await maintenance(writing).run(ONCE)
    holder.close()

    assert (report.outcome, report.detail) == ("degraded", "could not keep order of candles")
    assert place.run("SELECT count(*) FROM intraday_candles") == [[30 * 744]]


async def test_a_second_delivery_is_answered_with_the_first_report(place: Place, writing: Database) -> None:
    documents = MemoryDocuments()

    first = await maintenance(writing, documents=documents).run(ONCE)
    second = await maintenance(writing, documents=documents).run(ONCE)

    assert (first.outcome, second) == ("succeeded", first)


async def test_a_table_in_use_does_not_stop_the_others(place: Place, writing: Database) -> None:
    place.run("SELECT ensure_month_partition('2015-01-01+0')")
    for function in ("ensure_month_of(text, text, timestamptz)", "drop_months_before(text, timestamptz)"):
        place.run(f"ALTER FUNCTION {function} SET lock_timeout = '50ms'")
    holder = place.server.connected(place.name)
    holder.run("BEGIN")
    holder.run("LOCK TABLE price_points_300 IN ACCESS SHARE MODE")

    report = await maintenance(writing, POINTS, Months("price_points_3600", "bucket", timedelta(days=731))).run(ONCE)
    holder.close()

    assert report.outcome == "degraded"
    assert report.detail == "dropped price_points_3600_2015_01; could not keep price_points_300"


async def test_without_a_database_it_fails(place: Place, writing: Database) -> None:
    place.close()

    report = await maintenance(writing).run(ONCE)

    assert report.outcome == "failed"


@pytest.mark.parametrize("day", [1, 15, 28, 31])
async def test_the_last_day_of_a_month_finds_the_next_one_ready(place: Place, writing: Database, day: int) -> None:
    keeper = Keeper(writing)

    await keeper.prepare(POINTS, now=datetime(2026, 1, day, 23, 59, tzinfo=UTC))

    assert "2026_02" in months(place)
