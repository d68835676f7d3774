"""Exchanges' lists of all their pairs: what is read, what is dropped, and that the stand-ins write them alike."""

import json
from decimal import Decimal
from typing import Any

import pytest

from sandbox.desk import Desk
from sandbox.faults import Fault
from sandbox.market import Market
from sandbox.wire import Asked
from shared.core.errors import BadPayloadError
from shared.providers.adapters.bitfinex_tickers import BITFINEX
from shared.providers.adapters.kraken_tickers import KRAKEN
from shared.providers.adapters.kucoin_tickers import KUCOIN
from shared.providers.adapters.okx_tickers import OKX
from shared.providers.adapters.venue_tickers import TickerList, VenueTickers
from shared.providers.contract import Page, Payload, QuoteRequest
from shared.providers.numbers import parsed
from shared.records.market import PriceRecord
from tests.clocks import NOON

from .fakes import ScriptedHttp, reply

URL = "https://exchange.example"
LISTS = {each.descriptor.id: each for each in (OKX, KUCOIN, KRAKEN, BITFINEX)}
AT = 1772366399000


def kraken_row(last: str, volume: str = "2.5") -> dict[str, Any]:
    return {
        "a": ["1", "1", "1"],
        "b": ["1", "1", "1"],
        "c": [last, "0.1"],
        "v": ["1", volume],
        "p": ["1", "1"],
        "t": [1, 2],
        "l": ["98", "97.5"],
        "h": ["101", "102.5"],
        "o": "99",
    }


def okx_row(name: str, last: str, volume: str = "2.5") -> dict[str, Any]:
    day = {"open24h": "99", "high24h": "102.5", "low24h": "97.5", "vol24h": volume, "volCcy24h": "250.1"}
    return {"instType": "SPOT", "instId": name, "last": last, **day, "ts": str(AT)}


def kucoin_row(name: str, last: str | None, volume: str = "2.5") -> dict[str, Any]:
    day = {"high": "102.5", "low": "97.5", "vol": volume, "volValue": "250.1", "changeRate": "-0.0164"}
    return {"symbol": name, "last": last, **day}


def bitfinex_row(name: str, last: float | None, volume: float = 2.5) -> list[Any]:
    return [name, 1, 1, 1, 1, -1.6, -0.0164, last, volume, 102.5, 97.5]


BODIES: dict[str, Any] = {
    "okx": {
        "code": "0",
        "msg": "",
        "data": [
            okx_row("BTC-USDT", "100.1"),
            okx_row("BTC-USD", "100.5"),
            okx_row("ETH-BTC", "0.1"),
            okx_row("NEW-USD", ""),
            okx_row("OLD-USD", "5", "0"),
        ],
    },
    "kucoin": {
        "code": "200000",
        "data": {
            "time": AT,
            "ticker": [
                kucoin_row("BTC-USDT", "100.1"),
                kucoin_row("BTC-USD", "100.5"),
                kucoin_row("ETH-BTC", "0.1"),
                kucoin_row("NEW-USDT", None),
                kucoin_row("OLD-USDT", "5", "0"),
            ],
        },
    },
    "kraken": {
        "error": [],
        "result": {
            "BTC/USDT": kraken_row("100.1"),
            "BTC/USD": kraken_row("100.5"),
            "ETH/XBT": kraken_row("0.1"),
            "AAVE/USD:BTNL": kraken_row("7"),
            "NEW/USD": kraken_row("0"),
            "OLD/USD": kraken_row("5", "0"),
        },
    },
    "bitfinex": [
        bitfinex_row("tBTCUST", 100.1),
        bitfinex_row("tBTCUSD", 100.5),
        bitfinex_row("tETHBTC", 0.1),
        bitfinex_row("tBTCF0:USTF0", 101),
        bitfinex_row("tNEW:USD", None),
        bitfinex_row("tOLDUSD", 5, 0),
        ["fUSD", 0.1, *range(15)],
    ],
}


def read(venue: TickerList, body: Any) -> list[PriceRecord]:
    page = Page(parsed(json.dumps(body).encode()), None)
    adapter = VenueTickers(URL, venue.descriptor, venue)
    return adapter.normalise(Payload((page,)), QuoteRequest(1), fetched_at=NOON)


@pytest.mark.parametrize("venue", LISTS.values(), ids=list(LISTS))
def test_pairs_in_dollars_come_before_those_in_tethers_and_others_are_dropped(venue: TickerList) -> None:
    found = read(venue, BODIES[venue.descriptor.id])
    tethers = 0 if venue is BITFINEX else 1

    assert [(each.symbol, each.price, each.quote_currency) for each in found] == [
        ("BTC", Decimal("100.5"), "usd"),
        ("BTC", Decimal("100.1"), "usdt"),
    ][: 1 + tethers]
    assert [(each.high_24h_usd, each.low_24h_usd) for each in found] == [
        (Decimal("102.5"), Decimal("97.5")),
        (None, None),
    ][: 1 + tethers]


def test_turnover_is_told_in_dollars_or_not_at_all() -> None:
    volumes = {name: [each.volume_24h_usd for each in read(LISTS[name], BODIES[name])] for name in LISTS}

    assert volumes == {
        "okx": [Decimal("250.1"), None],
        "kucoin": [Decimal("250.1"), None],
        "kraken": [None, None],
        "bitfinex": [None],
    }


def test_a_change_told_as_a_share_becomes_percent() -> None:
    assert {each.change_24h_pct for name in ("kucoin", "bitfinex") for each in read(LISTS[name], BODIES[name])} == {
        Decimal("-1.64")
    }


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("XXBTZUSD", ("BTC", "usd")),
        ("USDTZUSD", ("USDT", "usd")),
        ("XTZUSD", ("XTZ", "usd")),
        ("XBTUSDT", ("BTC", "usdt")),
        ("XDGUSD", ("DOGE", "usd")),
        ("XION/USD", ("XION", "usd")),
    ],
)
def test_krakens_names_of_both_versions_are_divided(name: str, pair: tuple[str, str]) -> None:
    [found] = read(KRAKEN, {"error": [], "result": {name: kraken_row("1")}})

    assert (found.symbol, found.quote_currency) == pair


@pytest.mark.parametrize(
    ("name", "own"), [("BTC/USD", "XBTUSD"), ("XXBTZUSD", "XBTUSD"), ("DOGE/USDT", "XDGUSDT"), ("ADA/USD", "ADAUSD")]
)
def test_krakens_pairs_have_the_names_by_which_its_candles_are_asked_for(name: str, own: str) -> None:
    [found] = read(KRAKEN, {"error": [], "result": {name: kraken_row("1")}})

    assert found.provider_id == own


def test_bitfinex_calls_a_tether_ust() -> None:
    [found] = read(BITFINEX, [bitfinex_row("tUSTUSD", 1.0003)])

    assert (found.symbol, found.quote_currency) == ("USDT", "usd")


@pytest.mark.parametrize(
    ("venue", "body"),
    [
        (OKX, {"code": "51000", "data": []}),
        (OKX, {"code": "0", "data": [{"last": "1"}]}),
        (KUCOIN, {"code": "400100"}),
        (KUCOIN, {"code": "200000", "data": {"time": AT, "ticker": [{"symbol": "BTC-USD", "last": "-1"}]}}),
        (KRAKEN, {"error": [], "result": {"BTC/USD": {"c": []}}}),
        (BITFINEX, {"error": "x"}),
        (BITFINEX, [["tBTCUSD", 1]]),
    ],
)
def test_what_cannot_be_read_is_refused_whole(venue: TickerList, body: Any) -> None:
    with pytest.raises(BadPayloadError):
        read(venue, body)


@pytest.mark.parametrize("venue", LISTS.values(), ids=list(LISTS))
async def test_one_call_without_a_key_asks_for_all_pairs(venue: TickerList) -> None:
    http = ScriptedHttp(lambda url, params, headers: reply([]))

    await VenueTickers(URL, venue.descriptor, venue).fetch(http, QuoteRequest(6000), None)

    assert http.asked == [(f"{URL}{venue.path}", venue.params, {})]


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk(Market(7, 80), lambda: NOON, pro_keys=(), coincap_keys=())


def stand(desk: Desk, venue: TickerList, fault: Fault | None = None) -> dict[str, PriceRecord]:
    query = "&".join(f"{name}={value}" for name, value in venue.params.items())
    answer = desk.answer(Asked(venue.descriptor.id, venue.path, query), fault)
    return {each.symbol: each for each in read(venue, json.loads(answer.body))}


@pytest.mark.parametrize("venue", LISTS.values(), ids=list(LISTS))
def test_the_stand_in_tells_the_truth_within_a_hair(desk: Desk, venue: TickerList) -> None:
    found, market = stand(desk, venue), desk.market
    truth = market.at(NOON).price

    assert len(found) > 30
    for name, symbol in (("bitcoin", "BTC"), ("ethereum", "ETH")):
        assert float(found[symbol].price) == pytest.approx(float(truth[market.index[name]]), rel=0.005)


@pytest.mark.parametrize("venue", LISTS.values(), ids=list(LISTS))
def test_the_stand_in_obeys_faults_of_prices(desk: Desk, venue: TickerList) -> None:
    well = stand(desk, venue)
    dear = stand(desk, venue, Fault("times_ten", 1, 0))
    empty = stand(desk, venue, Fault("nulls", 2, 0, options={"tokens": ["ethereum"]}))

    assert float(dear["BTC"].price / well["BTC"].price) == pytest.approx(10, rel=0.001)
    assert "ETH" in well
    assert "ETH" not in empty
