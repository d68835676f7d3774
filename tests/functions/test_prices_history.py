"""The prices function: series, files and the price at an instant."""

import csv
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from functions.prices.main import build
from shared.domain.market.models import PriceAt
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.snapshots import BITCOIN, snapshot

from .quoting import Served, exactly, store

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def prices(place: Place) -> AsyncIterator[Served]:
    served = Served(build, place, SteppingClock(NOON + timedelta(minutes=30)))
    yield served
    await served.close()


async def observed(place: Place, *moments: datetime) -> None:
    """Store bitcoin at 1, 2, 3 … dollars, observed at the moments."""
    runs = [
        snapshot([(*BITCOIN[:3], str(number), BITCOIN[4])], at=moment, observed=timedelta(0))
        for number, moment in enumerate(moments, 1)
    ]
    await store(place, *runs)


def in_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


async def test_first_observation_of_each_interval_is_kept_with_its_own_time(place: Place, prices: Served) -> None:
    moments = [NOON + timedelta(seconds=s) for s in (20, 80, 310, 400, 900)]
    await observed(place, *moments)

    body = await prices.fresh("/api/v1/prices/bitcoin/history?interval=5m")
    hourly = await prices.fresh("/api/v1/prices/bitcoin/history")

    assert [point[:2] for point in body["data"]] == [
        [in_ms(moments[0]), 1],
        [in_ms(moments[2]), 3],
        [in_ms(moments[4]), 5],
    ]
    assert body["data"][0][2:] == [62000000000, Decimal("1234567.89")]
    assert (body["meta"]["total"], body["meta"]["interval"]) == (3, "5m")
    assert [point[1] for point in hourly["data"]] == [1]


async def test_ranges_are_half_open(place: Place, prices: Served) -> None:
    moments = [NOON + 5 * n * MINUTE for n in range(4)]
    await observed(place, *moments)

    query = f"from={in_ms(moments[1])}&to={in_ms(moments[3])}&interval=5m"
    body = await prices.fresh(f"/api/v1/prices/bitcoin/history?{query}")

    assert [point[1] for point in body["data"]] == [2, 3]


async def test_times_may_be_given_in_three_ways(place: Place, prices: Served) -> None:
    await observed(place, NOON)

    bodies = [
        await prices.fresh(f"/api/v1/prices/bitcoin/history?interval=5m&from={start}")
        for start in ("2026-03-01T12:00:00Z", "1772366400", "1772366400000", "2026-03-01T13:00:00%2B01:00")
    ]

    assert [len(body["data"]) for body in bodies] == [1, 1, 1, 1]


async def test_months_meet_without_a_seam(place: Place, prices: Served) -> None:
    midnight = datetime.fromisoformat("2026-03-01T00:00:00+00:00")
    await observed(place, midnight - timedelta(seconds=1), midnight, midnight + timedelta(seconds=301))

    body = await prices.fresh("/api/v1/prices/bitcoin/history?interval=5m&from=2026-02-28")

    assert [point[1] for point in body["data"]] == [1, 2, 3]
    assert place.run("SELECT DISTINCT tableoid::regclass::text FROM price_points_300 ORDER BY 1") == [
        ["price_points_300_2026_02"],
        ["price_points_300_2026_03"],
    ]


async def filled(place: Place, points: int) -> None:
    await observed(place, NOON)
    numbers = f"generate_series(0, {points - 1}) AS n"
    at = "timestamptz '2026-01-01+0' + n * interval '5 min'"
    values = f"300, 'bitcoin', {at}, {at} + interval '7.123456 s', n, NULL, n * 2"
    place.run(f"INSERT INTO price_points SELECT {values} FROM {numbers}")  # noqa: S608


async def test_cursor_leads_through_all_pages(place: Place, prices: Served) -> None:
    await filled(place, 2500)

    pages, path = [], "?interval=5m&from=2026-01-01&to=2026-02-01"
    while path:
        body = await prices.fresh(f"/api/v1/prices/bitcoin/history{path}")
        pages.append(body["data"])
        assert body["meta"]["total"] == 2500
        path = body["meta"].get("next", "")

    assert [len(page) for page in pages] == [1000, 1000, 500]
    assert [point[1] for page in pages for point in page] == list(range(2500))
    assert body["data"][0][2] is None


async def test_pages_that_end_exactly_have_no_empty_page_after_them(place: Place, prices: Served) -> None:
    await filled(place, 1000)

    body = await prices.fresh("/api/v1/prices/bitcoin/history?interval=5m&from=2026-01-01&to=2026-01-20")

    assert len(body["data"]) == 1000
    assert "next" not in body["meta"]


async def test_files_hold_the_whole_range(place: Place, prices: Served) -> None:
    await filled(place, 12_001)
    query = "interval=5m&from=2026-01-01&to=2026-02-28"

    as_csv = await prices.get(f"/api/v1/prices/bitcoin/history?{query}&format=csv")
    as_lines = await prices.get(f"/api/v1/prices/bitcoin/history?{query}&format=ndjson")

    table = list(csv.reader(as_csv.text.splitlines()))
    lines = [exactly(line) for line in as_lines.text.splitlines()]
    assert table[0] == ["time", "price", "market_cap", "volume"]
    assert len(table) - 1 == len(lines) == 12_001
    assert table[1] == ["1767225607123", "0", "", "0"]
    assert lines[0] == {"time": 1767225607123, "price": 0, "market_cap": None, "volume": 0}
    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert as_lines.headers["content-type"].startswith("application/x-ndjson")
    assert as_csv.headers["cache-control"].startswith("public")


async def test_series_without_points_is_empty(place: Place, prices: Served) -> None:
    await observed(place, NOON)

    body = await prices.fresh("/api/v1/prices/bitcoin/history?from=2020-01-01&to=2020-02-01")
    table = await prices.get("/api/v1/prices/bitcoin/history?from=2020-01-01&to=2020-02-01&format=csv")

    assert (body["data"], body["meta"]["total"], body["meta"]["as_of"]) == ([], 0, None)
    assert table.text == "time,price,market_cap,volume\n"


async def test_series_that_stops_short_of_the_present_is_stale(place: Place, prices: Served) -> None:
    await observed(place, NOON, NOON + timedelta(minutes=26))
    fresh = await prices.fresh("/api/v1/prices/bitcoin/history?interval=5m")
    prices.clock.advance(timedelta(minutes=10))
    stale = await prices.fresh("/api/v1/prices/bitcoin/history?interval=5m")
    past = await prices.fresh("/api/v1/prices/bitcoin/history?interval=5m&from=2026-03-01T11:00Z&to=2026-03-01T12:05Z")

    assert [body["meta"]["stale"] for body in (fresh, stale, past)] == [False, True, False]


async def test_price_at_an_instant_is_the_last_one_known_then(place: Place, prices: Served) -> None:
    await observed(place, NOON, NOON + 5 * MINUTE, NOON + 7 * MINUTE)

    async def at(moment: datetime) -> PriceAt:
        body = await prices.fresh(f"/api/v1/prices/bitcoin/at?time={in_ms(moment)}")
        return PriceAt.model_validate(body["data"])

    exact, between, latest = await at(NOON), await at(NOON + 5 * MINUTE - MINUTE), await at(NOON + 20 * MINUTE)

    assert [(found.price, found.distance_s) for found in (exact, between, latest)] == [(1, 0), (1, 240), (3, 780)]
    assert between.observed_at == NOON


async def test_before_the_first_price_there_is_none(place: Place, prices: Served) -> None:
    await observed(place, NOON)

    answer = await prices.get(f"/api/v1/prices/bitcoin/at?time={in_ms(NOON) - 1}")

    assert (answer.status_code, answer.json()["code"]) == (404, "price_not_found")


async def test_old_prices_are_found_in_the_coarser_series(place: Place, prices: Served) -> None:
    await observed(place, NOON)
    place.run(
        "INSERT INTO price_points VALUES (86400, 'bitcoin', '2017-01-01', '2017-01-01 00:00:05', 998.33, NULL, NULL)"
    )

    body = await prices.fresh("/api/v1/prices/bitcoin/at?time=2018-06-01")

    assert (body["data"]["price"], body["data"]["observed_at"]) == (Decimal("998.33"), "2017-01-01T00:00:05.000Z")
    assert json.dumps(float(body["data"]["distance_s"])) == "44582395.0"
