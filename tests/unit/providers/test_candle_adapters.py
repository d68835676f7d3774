"""The adapters of candles: what they ask for, what they read, and what they leave to others."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from shared.core.errors import BadPayloadError, NotListedError, RateLimitedError
from shared.providers.adapters.binance_candles import BinanceCandles
from shared.providers.adapters.coinbase import CoinbaseCandles, CoinbaseMarkets
from shared.providers.adapters.coingecko_candles import FREE_CANDLES, PRO_CANDLES, CoinGeckoCandles
from shared.providers.adapters.cryptocompare_candles import CryptoCompareCandles
from shared.providers.adapters.kraken import KrakenCandles, KrakenMarkets
from shared.providers.candle_requests import CandleRequest, Market, MarketsRequest
from shared.providers.contract import Page, Payload, Reply
from shared.providers.pacing import Pace
from shared.records.candles import Interval
from tests.clocks import NOON

from .fakes import ScriptedHttp, reply

URL = "https://provider.example"
AT = int(NOON.timestamp())
MARKETS = {
    "binance": Market("BTCUSDT", "usdt"),
    "coinbase": Market("BTC-USD", "usd"),
    "kraken": Market("XBTUSD", "usd"),
    "cryptocompare": Market("BTC-USD", "usd"),
    "coingecko": Market("bitcoin", "usd"),
    "coingecko_pro": Market("bitcoin", "usd"),
}


def request(interval: Interval = "1h", *, hours: float = 3, end: datetime = NOON) -> CandleRequest:
    return CandleRequest("bitcoin", interval, end - timedelta(hours=hours), end, end, MARKETS)


def payload(*bodies: Any) -> Payload:
    return Payload(tuple(Page(body, None) for body in bodies))


def asked_of(http: ScriptedHttp) -> list[Mapping[str, str]]:
    return [params for _, params, _ in http.asked]


def always(body: object, status: int = 200) -> ScriptedHttp:
    return ScriptedHttp(lambda url, params, headers: reply(body, status=status))


async def test_binance_asks_for_a_half_open_range_in_milliseconds() -> None:
    http = always([])

    await BinanceCandles(URL).fetch(http, request(), None)

    assert asked_of(http) == [
        {
            "symbol": "BTCUSDT",
            "interval": "1h",
            "startTime": f"{(AT - 10800) * 1000}",
            "endTime": f"{AT * 1000 - 1}",
            "limit": "3",
        }
    ]


def test_binance_reads_text_digit_for_digit_and_the_last_one_is_open() -> None:
    rows = [
        [(AT - 3600) * 1000, "1.10", "1.30", "1.00", "1.20", "5.5", AT * 1000 - 1, "6.6", 9, "0", "0", "0"],
        [(AT - 7200) * 1000, "1.0", "1.1", "0.9", "1.1", "5", (AT - 3600) * 1000 - 1, "5", 9, "0", "0", "0"],
    ]

    found = BinanceCandles(URL).normalise(payload(rows), request(), fetched_at=NOON - timedelta(seconds=5))

    assert [record.opened_at for record in found] == [NOON - timedelta(hours=2), NOON - timedelta(hours=1)]
    assert [record.closed for record in found] == [True, False]
    assert (str(found[1].open), str(found[1].volume), str(found[1].turnover)) == ("1.10", "5.5", "6.6")
    assert found[1].quote_currency == "usdt"


@pytest.mark.parametrize(
    "body",
    [
        {"rows": []},
        [{"open": 1}],
        [[1, "2"]],
        [["soon", "1", "1", "1", "1", "1", 0, "1"]],
        [[AT, "x", "1", "1", "1", "1", 0, "1"]],
    ],
)
def test_what_cannot_be_read_is_refused_whole(body: Any) -> None:
    with pytest.raises(BadPayloadError):
        BinanceCandles(URL).normalise(payload(body), request(), fetched_at=NOON)


def test_missing_price_is_left_for_the_check_to_refuse() -> None:
    rows = [[(AT - 3600) * 1000, None, "1.3", "1.0", "1.2", "5", 0, "6"]]

    [record] = BinanceCandles(URL).normalise(payload(rows), request(), fetched_at=NOON)

    assert record.open == 0


@pytest.mark.parametrize(
    ("adapter", "body", "status"),
    [
        (BinanceCandles(URL), {"code": -1121, "msg": "Invalid symbol."}, 400),
        (CoinbaseCandles(URL), {"message": "NotFound"}, 404),
        (KrakenCandles(URL), {"error": ["EQuery:Unknown asset pair"]}, 200),
        (CoinGeckoCandles(URL, FREE_CANDLES), {"error": "coin not found"}, 404),
        (CryptoCompareCandles(URL), {"Data": [], "Err": {"type": 1, "message": "Invalid: to_ts parameter. …"}}, 404),
    ],
    ids=["binance", "coinbase", "kraken", "coingecko", "cryptocompare"],
)
async def test_unknown_market_is_no_failure_of_the_provider(adapter: Any, body: object, status: int) -> None:
    with pytest.raises(NotListedError):
        await adapter.fetch(always(body, status), request(), None)


async def test_kraken_says_its_limit_with_status_200() -> None:
    with pytest.raises(RateLimitedError):
        await KrakenCandles(URL).fetch(always({"error": ["EGeneral:Too many requests"]}), request(), None)


async def test_coinbase_asks_for_pages_of_300_that_do_not_overlap() -> None:
    http = always([])
    wanted = request("1m", hours=10.5)

    await CoinbaseCandles(URL, pace=Pace(10_000)).fetch(http, wanted, None)

    spans = [(datetime.fromisoformat(each["start"]), datetime.fromisoformat(each["end"])) for each in asked_of(http)]
    assert CoinbaseCandles(URL).cost(wanted) == len(spans) == 3
    assert spans[0][0] == wanted.start
    assert spans[-1][1] == wanted.end - timedelta(seconds=1)
    assert all(after[0] - before[1] == timedelta(minutes=1) for before, after in pairwise(spans))
    assert all((end - start) < timedelta(minutes=300) for start, end in spans)


def test_coinbase_is_newest_first_and_low_comes_before_high() -> None:
    rows = [[AT - 3600, 9, 12, 10, 11, 5], [AT - 7200, Decimal("8.5"), 11, 9, 10, 4]]

    found = CoinbaseCandles(URL).normalise(payload(rows), request(), fetched_at=NOON)

    assert [[float(each.low), float(each.high), float(each.open), float(each.close)] for each in found] == [
        [8.5, 11, 9, 10],
        [9, 12, 10, 11],
    ]
    assert found[0].turnover is None


async def test_kraken_is_not_asked_for_what_it_no_longer_has() -> None:
    kraken = KrakenCandles(URL)

    assert kraken.serves(request("1m", hours=11))
    assert not kraken.serves(request("1m", hours=12))
    assert not kraken.serves(request("1w"))


def test_kraken_has_another_name_for_the_pair_and_last_beside_it() -> None:
    rows = [[AT - 3600, "3.0", "4.0", "2.0", "3.5", "0.0", "0.00000000", 0]]
    body = {"error": [], "result": {"XXBTZUSD": rows, "last": AT - 7200}}

    [record] = KrakenCandles(URL).normalise(payload(body), request(), fetched_at=NOON)
    with pytest.raises(BadPayloadError):
        KrakenCandles(URL).normalise(payload({"error": [], "result": {"last": 1}}), request(), fetched_at=NOON)

    assert (record.close, record.volume) == (Decimal("3.5"), Decimal(0))


def test_coingecko_makes_hours_of_whole_pairs_of_half_hours_stamped_at_their_end() -> None:
    rows = [[(AT - 1800 * place) * 1000, 10 + place, 20 + place, 5 + place, 11 + place] for place in range(-1, 5)]

    found = CoinGeckoCandles(URL, FREE_CANDLES).normalise(payload(rows), request(), fetched_at=NOON)

    assert [each.opened_at for each in found] == [NOON - timedelta(hours=2), NOON - timedelta(hours=1)]
    assert [*map(int, (found[1].open, found[1].high, found[1].low, found[1].close))] == [11, 21, 5, 11]
    assert found[1].volume is None


async def test_coingecko_asks_for_the_fewest_days_and_sends_the_key_in_the_header() -> None:
    http = always([])

    await CoinGeckoCandles(URL, PRO_CANDLES).fetch(http, request("4h", hours=24 * 10), "sandbox-primary")

    assert asked_of(http)[0]["days"] == "14"
    assert http.asked[0][2] == {"x-cg-pro-api-key": "sandbox-primary"}
    assert not CoinGeckoCandles(URL, PRO_CANDLES).serves(request("1m"))
    assert not CoinGeckoCandles(URL, PRO_CANDLES).serves(request("1h", hours=25))


def test_markets_are_those_in_dollars_or_tethers_that_trade_by_everybodys_names() -> None:
    pairs = {
        "XXBTZUSD": {"altname": "XBTUSD", "base": "XXBT", "quote": "ZUSD"},
        "XXBTZUSD.d": {"altname": "XBTUSD.d", "base": "XXBT", "quote": "ZUSD"},
        "XXBTZEUR": {"altname": "XBTEUR", "base": "XXBT", "quote": "ZEUR"},
        "XDGUSDT": {"altname": "XDGUSDT", "base": "XXDG", "quote": "USDT", "status": "online"},
        "OLDUSD": {"altname": "OLDUSD", "base": "OLD", "quote": "ZUSD", "status": "cancel_only"},
    }
    products = [
        {
            "id": "BTC-USD",
            "base_currency": "BTC",
            "quote_currency": "USD",
            "status": "online",
            "trading_disabled": False,
        },
        {
            "id": "OFF-USD",
            "base_currency": "OFF",
            "quote_currency": "USD",
            "status": "online",
            "trading_disabled": True,
        },
        {"id": "BTC-EUR", "base_currency": "BTC", "quote_currency": "EUR"},
    ]

    kraken = KrakenMarkets(URL).normalise(payload({"result": pairs}), MarketsRequest(), fetched_at=NOON)
    coinbase = CoinbaseMarkets(URL).normalise(payload(products), MarketsRequest(), fetched_at=NOON)

    assert [(each.name, each.symbol, each.quote_currency) for each in kraken] == [
        ("XBTUSD", "BTC", "usd"),
        ("XDGUSDT", "DOGE", "usdt"),
    ]
    assert [each.name for each in coinbase] == ["BTC-USD"]


async def test_turns_are_spaced_and_a_long_queue_is_told() -> None:
    pace = Pace(50, longest=0.1)
    loop, began = asyncio.get_running_loop(), asyncio.get_running_loop().time()

    await asyncio.gather(*(pace.turn() for _ in range(4)))
    took = loop.time() - began
    queue = [asyncio.ensure_future(pace.turn()) for _ in range(8)]
    await asyncio.sleep(0)

    assert took >= 0.06
    assert pace.crowded
    for task in queue:
        task.cancel()


def test_range_counts_its_candles() -> None:
    assert request().count == 3
    assert request(end=NOON + timedelta(seconds=1)).count == 3
    assert CandleRequest("x", "1h", NOON, NOON + timedelta(minutes=1), NOON).count == 1
    assert datetime.fromtimestamp(AT, UTC) == NOON
    assert isinstance(reply([]), Reply)


async def test_the_index_is_asked_for_the_candle_that_the_range_ends_in_and_those_before() -> None:
    http = always({"Data": [], "Err": {}})

    await CryptoCompareCandles(URL).fetch(http, request(), "secret")

    [(url, params, headers)] = http.asked
    assert url == f"{URL}/index/cc/v1/historical/hours"
    told = {"market": "cadli", "instrument": "BTC-USD", "limit": "3", "to_ts": f"{AT - 1}", "fill": "false"}
    assert params == told
    assert headers["authorization"] == "Apikey secret"


async def test_of_a_long_range_the_index_is_asked_for_the_first_2000() -> None:
    http = always({"Data": [], "Err": {}})

    await CryptoCompareCandles(URL).fetch(http, request(hours=5_000), None)

    [params] = asked_of(http)
    assert (params["limit"], params["to_ts"]) == ("2000", f"{AT - 3_000 * 3600 - 1}")


def test_the_index_tells_tokens_and_dollars_and_says_nothing_where_it_stood_still() -> None:
    row = {
        "OPEN": Decimal("1.5"),
        "HIGH": 2,
        "LOW": 1,
        "CLOSE": Decimal("1.25"),
        "VOLUME": Decimal("7.5"),
        "QUOTE_VOLUME": Decimal("9.1"),
        "TOTAL_INDEX_UPDATES": 60,
    }
    still = {**row, "TIMESTAMP": AT - 7200, "TOTAL_INDEX_UPDATES": 0, "VOLUME": 0, "QUOTE_VOLUME": 0}
    body = {"Data": [still, {**row, "TIMESTAMP": AT - 3600}], "Err": {}}

    [found] = CryptoCompareCandles(URL).normalise(payload(body), request(), fetched_at=NOON)

    assert (found.opened_at, found.closed, found.provider) == (NOON - timedelta(hours=1), True, "cryptocompare")
    assert (found.open, found.volume, found.turnover) == (Decimal("1.5"), Decimal("7.5"), Decimal("9.1"))


async def test_the_index_says_its_limit_and_its_errors_beside_the_data() -> None:
    limited = {"Data": [], "Err": {"type": 99, "message": "You are over your rate limit please upgrade your account!"}}
    other = {"Data": [], "Err": {"type": 1, "message": "Something else"}}

    with pytest.raises(RateLimitedError):
        await CryptoCompareCandles(URL).fetch(always(limited), request(), None)
    with pytest.raises(BadPayloadError, match="Something else"):
        await CryptoCompareCandles(URL).fetch(always(other), request(), None)


@pytest.mark.parametrize(
    ("interval", "hours", "served"), [("1m", 160, True), ("1m", 170, False), ("1h", 9_000, True), ("4h", 3, False)]
)
def test_the_index_has_minutes_of_a_week_and_all_hours_and_days(interval: Interval, hours: float, served: bool) -> None:
    assert CryptoCompareCandles(URL).serves(request(interval, hours=hours)) is served
