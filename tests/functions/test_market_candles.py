"""Candles over HTTP: ranges, pages, gaps, fills, names, files, and what was known when."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from functions.market.main import build
from functions.market.routes.candles import CandleAnswer
from shared.db.engine import Database
from shared.domain.candles.writing import CandleWriter
from shared.records.candles import CandleRecord
from tests.candles import candle, hours, series, without
from tests.clocks import NOON
from tests.databases import Place
from tests.snapshots import BITCOIN, DUST, ETHEREUM, OTHER_DUST, snapshot

from .quoting import Served, store

OHLC = "/api/v1/market/ohlc"
MS = int(NOON.timestamp() * 1000)
HOUR = 3_600_000


@pytest.fixture
async def market(place: Place) -> AsyncIterator[Served]:
    await store(place, snapshot([BITCOIN, ETHEREUM, DUST, OTHER_DUST], at=NOON))
    served = Served(build, place)
    yield served
    await served.close()


async def keep(place: Place, *records: CandleRecord, at: datetime = NOON) -> None:
    database = Database(place.writer, read_only=False)
    await CandleWriter(database).store(records, at=at, data_source="live")
    await database.close()


async def at(market: Served, place: Place, now: datetime, *records: CandleRecord) -> None:
    """Store candles as refreshed just now, and let it be that time."""
    await keep(place, *records, at=now)
    market.clock.advance(now - market.clock.now())


def opened(body: Any) -> list[int]:
    return [(row[0] - MS) // HOUR for row in body["data"]]


@pytest.mark.parametrize("path", [OHLC, "/api/market/ohlc"])
async def test_candles_are_ascending_stamped_at_opening_and_digit_for_digit(
    place: Place, market: Served, path: str
) -> None:
    exact = candle(close=Decimal("100.12345678901234"), volume=Decimal("0.00000001"))
    await at(market, place, NOON + hours(3), exact, *series(3)[1:])

    body = await market.fresh(f"{path}?symbol=btc")

    assert body["data"][0] == [MS, 100, 105, 95, Decimal("100.12345678901234"), Decimal("0.00000001")]
    assert opened(body) == [0, 1, 2]
    meta = body["meta"]
    assert (meta["is_closed"], meta["gaps"], meta["stale"]) == (True, [], False)
    assert (meta["source"], meta["sources"], meta["quote_currency"], meta["id"]) == (
        "live",
        ["binance"],
        "usdt",
        "bitcoin",
    )
    assert meta["as_of"] == "2026-03-01T15:00:00Z"
    CandleAnswer.model_validate(json.loads((await market.get(f"{path}?symbol=btc")).text))


async def test_range_is_half_open_and_inputs_may_be_seconds_milliseconds_or_iso(place: Place, market: Served) -> None:
    await at(market, place, NOON + hours(6), *series(6))

    for start, end in (
        (MS // 1000 + 3600, MS // 1000 + 3 * 3600),
        (MS + HOUR, MS + 3 * HOUR),
        ("2026-03-01T13:00:00Z", "2026-03-01T15:00:00Z"),
    ):
        assert opened(await market.fresh(f"{OHLC}?id=bitcoin&from={start}&to={end}")) == [1, 2]


async def test_pages_follow_each_other_without_loss_or_repetition(place: Place, market: Served) -> None:
    await at(market, place, NOON + hours(10), *without(series(10), 4, 5))
    address, seen = f"{OHLC}?id=bitcoin&from={MS}&limit=3", []

    while address:
        body = await market.fresh(address)
        seen.append(opened(body))
        assert body["meta"]["total"] == 8
        address = OHLC + body["meta"]["next"] if "next" in body["meta"] else ""

    assert seen == [[0, 1, 2], [3, 6, 7], [8, 9]]


async def test_without_from_the_newest_candles_come_and_the_open_one_is_told(place: Place, market: Served) -> None:
    open_one = candle(NOON + hours(5), closed=False, known_at=NOON + timedelta(hours=5, minutes=20))
    await at(market, place, NOON + timedelta(hours=5, minutes=21), *series(5), open_one)

    body = await market.fresh(f"{OHLC}?id=bitcoin&limit=2")

    assert opened(body) == [4, 5]
    assert body["meta"]["is_closed"] is False
    assert body["meta"]["as_of"] == "2026-03-01T17:20:00Z"


async def test_gaps_are_listed_with_what_is_missing(place: Place, market: Served) -> None:
    await at(market, place, NOON + hours(10), *without(series(10), 2, 3, 7))

    body = await market.fresh(f"{OHLC}?id=bitcoin&from={MS}")

    assert body["meta"]["gaps"] == [
        {"from": MS + 2 * HOUR, "to": MS + 4 * HOUR, "missing": 2},
        {"from": MS + 7 * HOUR, "to": MS + 8 * HOUR, "missing": 1},
    ]
    assert body["meta"]["gaps_total"] == 2
    assert body["meta"]["filled"] == 0


async def test_forward_fill_repeats_the_close_without_volume_and_stays_within_the_limit(
    place: Place, market: Served
) -> None:
    await at(market, place, NOON + hours(10), *without(series(10), 2, 3, 4, 7))

    whole = await market.fresh(f"{OHLC}?id=bitcoin&from={MS}&fill=ffill")
    address, pieces = f"{OHLC}?id=bitcoin&from={MS}&fill=ffill&limit=3", []
    while address:
        body = await market.fresh(address)
        assert len(body["data"]) <= 3
        pieces += body["data"]
        address = OHLC + body["meta"]["next"] if "next" in body["meta"] else ""

    assert opened(whole) == list(range(10))
    assert whole["data"][2:5] == [[MS + place * HOUR, 102, 102, 102, 102, 0] for place in (2, 3, 4)]
    assert whole["data"][7][1:] == [107, 107, 107, 107, 0]
    assert (whole["meta"]["filled"], whole["meta"]["fill"]) == (4, "ffill")
    assert pieces == whole["data"]


async def test_series_that_ends_before_the_present_is_stale_and_its_end_a_gap(place: Place, market: Served) -> None:
    await keep(place, *series(3), at=NOON + hours(9))
    await at(market, place, NOON + hours(9), candle(token_id="ethereum"))

    body = await market.fresh(f"{OHLC}?id=bitcoin")

    assert body["meta"]["stale"] is True
    assert body["meta"]["gaps"] == [{"from": MS + 3 * HOUR, "to": MS + 8 * HOUR, "missing": 5}]


async def test_without_a_range_the_newest_candles_come_however_old_and_are_said_to_be_stale(
    place: Place, market: Served
) -> None:
    minutes = series(5, "1m")
    await keep(place, *minutes, at=NOON + hours(9))
    await at(market, place, NOON + hours(9), candle(token_id="ethereum"))

    body = await market.fresh(f"{OHLC}?id=bitcoin&interval=1m&limit=3")
    file = await market.get(f"{OHLC}?id=bitcoin&interval=1m&limit=3&format=csv")

    assert [row[0] for row in body["data"]] == [MS + place * 60_000 for place in (2, 3, 4)]
    assert body["meta"]["stale"] is True
    assert body["meta"]["total"] == 3
    assert "next" not in body["meta"]
    assert len(file.text.splitlines()) == 4


async def test_the_newest_candles_before_an_end_or_known_at_a_time_are_counted_back_from_the_newest_such(
    place: Place, market: Served
) -> None:
    await at(market, place, NOON + hours(9), *series(4))

    before = await market.fresh(f"{OHLC}?id=bitcoin&limit=2&to={MS + 2 * HOUR}")
    much_later = await market.fresh(f"{OHLC}?id=bitcoin&limit=2&to={MS + 9 * HOUR}")
    then = await market.fresh(f"{OHLC}?id=bitcoin&limit=2&as_of={MS + 3 * HOUR}")

    assert (opened(before), opened(much_later), opened(then)) == ([0, 1], [2, 3], [1, 2])


async def test_newest_candles_may_have_gaps_and_are_filled_within_the_limit(place: Place, market: Served) -> None:
    await at(market, place, NOON + hours(6), *without(series(6), 3, 4))

    plain = await market.fresh(f"{OHLC}?id=bitcoin&limit=4")
    filled = await market.fresh(f"{OHLC}?id=bitcoin&limit=4&fill=ffill")

    assert (opened(plain), plain["meta"]["total"], plain["meta"]["gaps_total"]) == ([2, 5], 2, 1)
    assert (opened(filled), filled["meta"]["filled"]) == ([2, 3, 4, 5], 2)


async def test_a_series_whose_candles_are_all_dropped_is_stale_and_empty(place: Place, market: Served) -> None:
    await at(market, place, NOON + hours(3), *series(3))
    place.run("DELETE FROM intraday_candles")

    body = await market.fresh(f"{OHLC}?id=bitcoin")

    assert (body["data"], body["meta"]["stale"]) == ([], True)


async def test_answers_become_stale_after_three_promises(place: Place, market: Served) -> None:
    await at(market, place, NOON + hours(3), *series(3))
    fresh = await market.fresh(f"{OHLC}?id=bitcoin")
    market.clock.advance(181)

    assert fresh["meta"]["stale"] is False
    assert (await market.fresh(f"{OHLC}?id=bitcoin"))["meta"]["stale"] is True


async def test_symbol_of_several_tokens_is_never_picked_from(place: Place, market: Served) -> None:
    shared = DUST[1]
    await at(market, place, NOON + hours(1), candle(token_id=DUST[0]), candle(token_id=OTHER_DUST[0], price=7))

    body = await market.fresh(f"{OHLC}?symbol={shared}")
    file = await market.get(f"{OHLC}?symbol={shared}&format=csv")

    assert body["data"] == []
    assert body["meta"]["ambiguous"] is True
    assert [each["id"] for each in body["meta"]["candidates"]] == [OTHER_DUST[0], DUST[0]]
    assert (body["meta"]["symbol"], body["meta"]["total"]) == (shared.upper(), 0)
    assert file.status_code == 422


async def test_as_of_sees_only_what_was_known_then(place: Place, market: Served) -> None:
    await keep(place, *series(3))
    await at(market, place, NOON + hours(9), candle(NOON + hours(1), 101, close=Decimal(99), known_at=NOON + hours(8)))

    async def closes(then: datetime | None) -> list[int]:
        query = f"&as_of={then.timestamp():.0f}" if then else ""
        return [int(row[4]) for row in (await market.fresh(f"{OHLC}?id=bitcoin&from={MS}{query}"))["data"]]

    assert await closes(None) == [101, 99, 103]
    assert await closes(NOON + hours(7)) == [101, 102, 103]
    assert await closes(NOON + hours(2)) == [101, 102]
    assert await closes(NOON + timedelta(minutes=30)) == []


async def test_files_hold_the_whole_range_and_mark_what_is_filled(place: Place, market: Served) -> None:
    await at(market, place, NOON + hours(5), *without(series(5), 2), candle(NOON + hours(5), closed=False, volume=None))

    text = await market.get(f"{OHLC}?id=bitcoin&from={MS}&fill=ffill&format=csv")
    lines = await market.get(f"{OHLC}?id=bitcoin&from={MS}&fill=ffill&format=ndjson")

    rows = list(csv.DictReader(io.StringIO(text.text)))
    assert text.headers["content-type"] == "text/csv; charset=utf-8"
    assert [row["filled"] for row in rows] == ["false", "false", "true", "false", "false"]
    told = [json.loads(line) for line in lines.text.splitlines()]
    assert [row["filled"] for row in told] == [False, False, True, False, False]
    assert [row["time"] for row in told] == [int(row["time"]) for row in rows]


async def test_days_and_sources_of_several_venues_are_told(place: Place, market: Served) -> None:
    midnight = NOON.replace(hour=0)
    days = series(3, "1d", start=midnight - timedelta(days=3))
    days[1] = candle(days[1].opened_at, 101, interval="1d", provider="coinbase", quote_currency="usd")
    await at(market, place, NOON, *days)

    meta = (await market.fresh(f"{OHLC}?id=bitcoin&interval=1d"))["meta"]

    assert meta["sources"] == ["binance", "coinbase"]
    assert (meta["quote_currency"], meta["quote_currencies"]) == (None, ["usdt", "usd"])


async def test_known_token_without_candles_is_an_empty_list(place: Place, market: Served) -> None:
    await at(market, place, NOON + hours(1), candle())

    body = await market.fresh(f"{OHLC}?id=ethereum")

    assert (body["data"], body["meta"]["is_closed"], body["meta"]["gaps"]) == ([], None, [])


async def test_freshness_follows_the_interval(place: Place, market: Served) -> None:
    await at(market, place, NOON + hours(1), candle())

    kept = {
        interval: (await market.get(f"{OHLC}?id=bitcoin&interval={interval}")).headers["cache-control"]
        for interval in ("1m", "1h", "1d")
    }

    assert [value.split(",")[1].strip() for value in kept.values()] == ["max-age=15", "max-age=60", "max-age=300"]


REFUSED = [
    ("id=nope", 404, "token_not_found"),
    ("symbol=NOPE", 404, "symbol_not_found"),
    ("", 422, None),
    ("id=bitcoin&symbol=BTC", 422, None),
    ("id=bitcoin&interval=2h", 422, None),
    ("id=bitcoin&limit=0", 422, None),
    ("id=bitcoin&limit=1001", 422, None),
    ("id=bitcoin&from=1772366400&to=1772366400", 422, None),
    ("id=bitcoin&from=tomorrow", 422, None),
    ("id=bitcoin&from=2027-01-01", 422, None),
    ("id=bitcoin&as_of=2027-01-01", 422, None),
    ("id=bitcoin&fill=zero", 422, None),
    ("id=bitcoin&cursor=AAAA", 422, None),
    ("id=bitcoin&format=csv&cursor=AAAA", 422, None),
    ("id=bitcoin&cursor=AAZMAAbjAAA", 422, None),
    ("id=bitcoin&interval=1m&fill=ffill&from=2020-01-01", 422, None),
    ("id=bitcoin&candles=1", 422, None),
]


async def test_bad_input_is_refused(place: Place, market: Served) -> None:
    await at(market, place, NOON + hours(1), candle())

    for query, status, code in REFUSED:
        answer = await market.get(f"{OHLC}?{query}")

        assert answer.status_code == status, query
        assert code is None or answer.json()["code"] == code, query


async def test_never_loaded_is_unavailable(market: Served) -> None:
    answer = await market.get(f"{OHLC}?id=bitcoin")

    assert (answer.status_code, answer.json()["code"]) == (503, "no_data")


async def test_name_with_a_nul_is_not_found(place: Place, market: Served) -> None:
    await at(market, place, NOON + hours(1), candle())

    assert (await market.get(f"{OHLC}?id=bit%00coin")).status_code == 404
