"""The sandbox's candles: true, consistent, late, revised, and the same bytes again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from sandbox.candles import candles_of
from sandbox.desk import Desk
from sandbox.faults import Fault
from sandbox.market import Market
from sandbox.stand import Scene
from sandbox.stands import ADDED, STANDS
from sandbox.tracks import track
from sandbox.wire import Asked
from tests.unit.sandbox.calls import NOON

AT = int(NOON.timestamp())
HOUR = 3600


def asked(desk: Desk, provider: str, path: str, query: str = "", fault: Fault | None = None) -> Any:
    return json.loads(desk.answer(Asked(provider, path, query), fault).body)


def klines(desk: Desk, interval: str, count: int, fault: Fault | None = None, symbol: str = "BTCUSDT") -> Any:
    return asked(desk, "binance", "/api/v3/klines", f"symbol={symbol}&interval={interval}&limit={count}", fault)


@pytest.mark.parametrize("position", [0, 1, 17, 250])
def test_track_of_one_token_is_the_price_of_the_market(market: Market, position: int) -> None:
    times = AT - 86_400 * 600 + 977 * 5 * np.arange(0, 12_000, 1500)

    prices = track(market, position, times)

    assert prices == pytest.approx([market.prices_at(int(time))[position] for time in times], rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("venue", ["binance", "coinbase", "kraken", "coingecko", "cryptocompare"])
@pytest.mark.parametrize(("interval", "finer"), [(300, 60), (900, 300), (HOUR, 60), (HOUR, 900)])
def test_candle_is_exactly_what_its_finer_ones_are(market: Market, venue: str, interval: int, finer: int) -> None:
    scene, pieces = Scene(market, AT), interval // finer
    whole = candles_of(scene, venue, market.tokens[3], interval, AT - 6 * HOUR, HOUR * 6 // interval)
    parts = candles_of(scene, venue, market.tokens[3], finer, AT - 6 * HOUR, HOUR * 6 // finer)
    assert whole is not None
    assert parts is not None
    if len(parts.opened) < HOUR * 6 // finer:
        pytest.skip("a minute is missing here")

    assert whole.high.tolist() == parts.high.reshape(-1, pieces).max(axis=1).tolist()
    assert whole.low.tolist() == parts.low.reshape(-1, pieces).min(axis=1).tolist()
    assert whole.open.tolist() == parts.open[::pieces].tolist()
    assert whole.close.tolist() == parts.close[pieces - 1 :: pieces].tolist()
    early = slice(None, -1)
    assert whole.volume[early] == pytest.approx(parts.volume.reshape(-1, pieces).sum(axis=1)[early], rel=1e-9)


def test_days_extremes_are_near_those_of_their_hours(market: Market) -> None:
    first = AT // 86_400 * 86_400 - 30 * 86_400
    days = candles_of(Scene(market, AT), "binance", market.tokens[0], 86_400, first, 30)
    hours = candles_of(Scene(market, AT), "binance", market.tokens[0], HOUR, first, 30 * 24)
    assert days is not None
    assert hours is not None

    assert np.all(days.high <= hours.high.reshape(-1, 24).max(axis=1))
    assert days.high == pytest.approx(hours.high.reshape(-1, 24).max(axis=1), rel=0.01)
    assert days.turnover == pytest.approx(hours.turnover.reshape(-1, 24).sum(axis=1), rel=1e-9)


def test_prices_are_near_the_truth_and_differ_a_little_by_venue(market: Market) -> None:
    closes = []
    for venue in ("coinbase", "kraken", "coingecko", "cryptocompare"):
        found = candles_of(Scene(market, AT), venue, market.tokens[0], 60, AT - 60, 1)
        assert found is not None
        closes.append(float(found.close[0]))

    assert len(set(closes)) == 4
    assert closes == pytest.approx([float(market.prices_at(AT)[0])] * 4, rel=0.002)


def test_last_candle_is_open_and_grows(market: Market) -> None:
    shown = [candles_of(Scene(market, AT + at), "binance", market.tokens[0], HOUR, AT, 1) for at in (600, 3595, 3600)]

    volumes = [float(each.volume[0]) for each in shown if each is not None]
    assert [bool(each.closed[0]) for each in shown if each is not None] == [False, False, True]
    assert volumes == sorted(volumes)


def test_some_minutes_are_missing_and_some_candles_revised(market: Market) -> None:
    count = 60 * 24
    token = market.tokens[0]
    found = candles_of(Scene(market, AT), "coinbase", token, 60, AT - 60 * count, count)
    assert found is not None
    revised = 0
    for minute in range(300):
        opened = AT - 60 * minute
        soon = candles_of(Scene(market, opened + 65), "binance", token, 60, opened, 1)
        later = candles_of(Scene(market, opened + 600), "binance", token, 60, opened, 1)
        assert (soon is None) == (later is None)
        revised += soon is not None and later is not None and soon.volume.tolist() != later.volume.tolist()

    assert 0 < count - len(found.opened) < 30
    assert 0 < revised < 20


def test_answers_are_the_same_bytes_again_and_fast(market: Market) -> None:
    query = "symbol=BTCUSDT&interval=1m&limit=500"
    first, second = (
        Desk(market, lambda: NOON, pro_keys=[], coincap_keys=[]).answer(Asked("binance", "/api/v3/klines", query)).body
        for _ in range(2)
    )

    assert first == second
    assert len(json.loads(first)) in (498, 499, 500)


def test_binance_writes_text_and_knows_its_symbols(desk: Desk) -> None:
    rows = klines(desk, "1h", 3)

    assert [len(row) for row in rows] == [12, 12, 12]
    assert rows[-1][0] == AT // HOUR * HOUR * 1000
    assert rows[0][6] == rows[1][0] - 1
    assert all(isinstance(cell, str) for cell in (*rows[0][1:6], rows[0][7]))
    assert klines(desk, "1h", 3, symbol="NOPEUSDT")["code"] == -1121
    assert klines(desk, "7m", 3)["code"] == -1120


def test_coinbase_is_newest_first_and_refuses_more_than_300(desk: Desk) -> None:
    rows = asked(desk, "coinbase", "/products/BTC-USD/candles", "granularity=60")
    start, end = (datetime.fromtimestamp(AT - ago, UTC).isoformat()[:19] + "Z" for ago in (86_400, 0))
    day = asked(desk, "coinbase", "/products/BTC-USD/candles", f"granularity=60&start={start}&end={end}")

    assert rows[0][0] > rows[1][0]
    assert all(low <= opened <= high for _, low, high, opened, _, _ in rows)
    assert "exceeds 300" in day["message"]
    assert asked(desk, "coinbase", "/products/NOPE-USD/candles")["message"] == "NotFound"
    assert {"BTC-USD", "BTC-EUR"} <= {each["id"] for each in asked(desk, "coinbase", "/products")}


def test_kraken_has_names_of_its_own_and_720_candles(desk: Desk) -> None:
    answer = asked(desk, "kraken", "/0/public/OHLC", "pair=XBTUSD&interval=60&since=0")

    assert sorted(answer["result"]) == ["XXBTZUSD", "last"]
    assert len(answer["result"]["XXBTZUSD"]) == 720
    assert answer["result"]["last"] == answer["result"]["XXBTZUSD"][-2][0]
    assert asked(desk, "kraken", "/0/public/OHLC", "pair=NOPE")["error"] == ["EQuery:Unknown asset pair"]
    assert asked(desk, "kraken", "/0/public/AssetPairs")["result"]["XXBTZUSD"]["altname"] == "XBTUSD"


def test_coingecko_stamps_ends_and_has_no_volume(desk: Desk) -> None:
    rows = asked(desk, "coingecko", "/api/v3/coins/bitcoin/ohlc", "vs_currency=usd&days=1")
    chart = asked(desk, "coingecko", "/api/v3/coins/bitcoin/market_chart", "vs_currency=usd&days=7")

    assert {len(row) for row in rows} == {5}
    assert rows[1][0] - rows[0][0] == 1_800_000
    assert rows[-1][0] >= AT * 1000
    assert sorted(chart) == ["market_caps", "prices", "total_volumes"]
    assert len(chart["prices"]) in range(168, 171)
    assert "error" in asked(desk, "coingecko", "/api/v3/coins/nope/ohlc", "vs_currency=usd&days=1")


@pytest.mark.parametrize("kind", ["frozen", "times_ten", "swapped", "nulls", "skewed"])
def test_faults_of_facts_change_candles(desk: Desk, kind: str) -> None:
    honest = klines(desk, "1m", 5)
    since = AT - int(timedelta(hours=1).total_seconds())
    wrong = klines(desk, "1m", 5, Fault(kind, 1, since, options={"share": 1.0}))

    assert wrong != honest
    expected = {
        "frozen": wrong[-1][0] == since // 60 * 60_000,
        "times_ten": float(wrong[0][1] or 0) == pytest.approx(float(honest[0][1]) * 10, rel=1e-6),
        "swapped": float(wrong[0][1] or 0) < float(honest[0][1]) / 2,
        "nulls": wrong[0][1] is None,
        "skewed": wrong[-1][0] == honest[-1][0] + 3 * HOUR * 1000,
    }
    assert expected[kind]


def test_every_stand_of_candles_is_there() -> None:
    assert {"coinbase", "kraken"} <= {stand.name for stand in STANDS}
    assert "/api/v3/klines" in ADDED["binance"]
