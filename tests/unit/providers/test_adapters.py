"""What each adapter asks and how it reads the answer; whole recorded answers are in tests/contract."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from shared.core.errors import BadPayloadError, ServerFailedError
from shared.providers.adapters.binance import BINANCE, Binance, Venue
from shared.providers.adapters.coincap import COINCAP, CoinCap
from shared.providers.adapters.coingecko import FREE, PRO, CoinGecko
from shared.providers.adapters.coinpaprika import COINPAPRIKA, CoinPaprika
from shared.providers.contract import Page, Payload, QuoteAdapter, QuoteRequest, Reply
from shared.providers.numbers import JsonValue
from shared.records.market import PriceRecord
from tests.clocks import NOON
from tests.unit.providers.fakes import ScriptedHttp, reply

URL = "https://provider.example"
GECKO_FREE, GECKO_PRO = CoinGecko(URL, FREE), CoinGecko(URL, PRO)
BIN, CAP, PAPRIKA = Binance(URL, BINANCE), CoinCap(URL, COINCAP), CoinPaprika(URL, COINPAPRIKA)

COIN: dict[str, JsonValue] = {"id": "bitcoin", "symbol": "btc", "name": "Bitcoin", "current_price": Decimal("64159.10")}
ASSET: dict[str, JsonValue] = {
    "id": "bitcoin",
    "symbol": "BTC",
    "name": "Bitcoin",
    "priceUsd": "64159.1000000000000000",
}
TICK: dict[str, JsonValue] = {"symbol": "BTCUSDT", "lastPrice": "64159.10000000", "closeTime": 1772366399000}
COIN_OF_PAPRIKA: dict[str, JsonValue] = {
    "id": "btc-bitcoin",
    "symbol": "BTC",
    "name": "Bitcoin",
    "rank": 1,
    "last_updated": "2026-03-01T11:59:04Z",
    "quotes": {"USD": {"price": Decimal("64159.10"), "ath_price": None, "market_cap": 0}},
}


def read(adapter: QuoteAdapter, *bodies: JsonValue) -> list[PriceRecord]:
    return adapter.normalise(Payload(tuple(Page(body, None) for body in bodies)), QuoteRequest(1), fetched_at=NOON)


def empty(url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
    return reply([])


async def test_coingecko_asks_for_24_pages_of_6000_tokens_four_at_a_time() -> None:
    http = ScriptedHttp(empty)

    await GECKO_PRO.fetch(http, QuoteRequest(6000), "tok")

    assert [params["page"] for _, params, _ in http.asked] == [str(page) for page in range(1, 25)]
    assert {(url, params["per_page"], params["vs_currency"]) for url, params, _ in http.asked} == {
        (f"{URL}/coins/markets", "250", "usd")
    }
    assert http.most_at_once == 4
    assert GECKO_PRO.cost(QuoteRequest(6000)) == 24


async def test_each_coingecko_has_its_own_header_for_its_key() -> None:
    http = ScriptedHttp(empty)

    await GECKO_PRO.fetch(http, QuoteRequest(10), "tok")
    await GECKO_FREE.fetch(http, QuoteRequest(10), "tok")
    await GECKO_FREE.fetch(http, QuoteRequest(10), None)

    assert [headers for _, _, headers in http.asked] == [{"x-cg-pro-api-key": "tok"}, {"x-cg-demo-api-key": "tok"}, {}]
    assert not any("tok" in f"{url}{params}" for url, params, _ in http.asked)


async def test_coincap_asks_in_pages_of_2000_with_a_bearer_key() -> None:
    http = ScriptedHttp(lambda url, params, headers: reply({"data": []}))

    await CAP.fetch(http, QuoteRequest(4500), "tok")

    assert [(params["limit"], params["offset"]) for _, params, _ in http.asked] == [
        ("2000", "0"),
        ("2000", "2000"),
        ("2000", "4000"),
    ]
    assert http.asked[0][2] == {"authorization": "Bearer tok"}


async def test_binance_and_coinpaprika_ask_once_for_everything() -> None:
    http = ScriptedHttp(empty)

    await BIN.fetch(http, QuoteRequest(6000), None)
    await PAPRIKA.fetch(http, QuoteRequest(6000), None)

    assert [url for url, _, _ in http.asked] == [f"{URL}/api/v3/ticker/24hr", f"{URL}/tickers"]
    assert (BIN.cost(QuoteRequest(6000)), PAPRIKA.cost(QuoteRequest(6000))) == (80, 1)


async def test_one_failed_page_fails_the_answer() -> None:
    http = ScriptedHttp(lambda url, params, headers: reply({}, status=502) if params["page"] == "3" else reply([]))

    with pytest.raises(ServerFailedError):
        await GECKO_PRO.fetch(http, QuoteRequest(2000), "tok")


@pytest.mark.parametrize(
    ("adapter", "body", "price"),
    [
        (GECKO_FREE, [COIN], "64159.10"),
        (PAPRIKA, [COIN_OF_PAPRIKA], "64159.10"),
        (CAP, {"data": [ASSET], "timestamp": 1772366399000}, "64159.1000000000000000"),
        (BIN, [TICK], "64159.10000000"),
    ],
)
def test_every_adapter_keeps_the_digits(adapter: QuoteAdapter, body: JsonValue, price: str) -> None:
    (record,) = read(adapter, body)

    assert (record.provider, record.symbol, str(record.price)) == (adapter.descriptor.id, "BTC", price)
    assert record.fetched_at == NOON >= record.observed_at


@pytest.mark.parametrize(
    ("adapter", "body"),
    [
        (GECKO_FREE, {"bitcoin": {}}),
        (GECKO_FREE, [COIN, None]),
        (GECKO_FREE, [COIN, {**COIN, "id": 7}]),
        (GECKO_FREE, [COIN, {**COIN, "id": "x", "current_price": "much"}]),
        (GECKO_FREE, [COIN, {**COIN, "id": "x", "current_price": Decimal(-1)}]),
        (GECKO_FREE, [COIN, {**COIN, "id": "x", "market_cap": -5}]),
        (GECKO_FREE, [COIN, {**COIN, "id": "x", "last_updated": "just now"}]),
        (PAPRIKA, [{**COIN_OF_PAPRIKA, "quotes": None}]),
        (CAP, [ASSET]),
        (CAP, {"data": [{**ASSET, "priceUsd": True}]}),
        (BIN, [{key: value for key, value in TICK.items() if key != "symbol"}]),
        (BIN, [TICK, "row"]),
    ],
)
def test_one_row_that_cannot_be_read_refuses_the_whole_answer(adapter: QuoteAdapter, body: JsonValue) -> None:
    with pytest.raises(BadPayloadError) as caught:
        read(adapter, body)

    assert caught.value.provider == adapter.descriptor.id


def test_a_token_on_two_pages_is_told_once_with_its_better_rank() -> None:
    (record,) = read(GECKO_FREE, [{**COIN, "market_cap_rank": 250}], [{**COIN, "market_cap_rank": 251}], [])

    assert record.rank == 250


def test_rows_without_a_price_or_a_symbol_are_dropped() -> None:
    assert read(GECKO_FREE, [{**COIN, "current_price": None}, {**COIN, "symbol": " "}, {**COIN, "id": ""}]) == []
    assert read(CAP, {"data": [{**ASSET, "priceUsd": None}]}) == []
    assert read(PAPRIKA, [{**COIN_OF_PAPRIKA, "quotes": {}}]) == []
    assert read(BIN, [{**TICK, "lastPrice": "0.00000000"}]) == []


def test_a_picture_that_is_none_is_none() -> None:
    (record,) = read(GECKO_FREE, [{**COIN, "image": "missing_large.png"}])

    assert record.image_url is None


def test_zero_stands_for_unknown_in_market_caps() -> None:
    (record,) = read(PAPRIKA, [COIN_OF_PAPRIKA])

    assert (record.market_cap_usd, record.ath_usd, record.rank) == (None, None, 1)


DOT_COM = {"BTCUSDT", "BTCTUSD", "BTCFDUSD", "ETHBTC", "BNBUSDT", "BNBFDUSD", "1000SATSUSDT", "USDTTRY"}
DOT_US = {"BTCUSD", "BTCUSDT", "BTCBUSD", "BNBUSD", "BNBUSDT", "BNBBUSD", "USDTUSD", "ETHBTC", "NEWBUSD"}


@pytest.mark.parametrize(
    ("symbols", "expected"),
    [
        (DOT_COM, {("BTC", "usdt"), ("BNB", "usdt"), ("1000SATS", "usdt")}),
        (DOT_US, {("BTC", "usd"), ("BTC", "usdt"), ("BNB", "usd"), ("BNB", "usdt"), ("USDT", "usd")}),
    ],
    ids=["binance.com", "binance.us"],
)
def test_only_dollars_and_tethers_are_read_as_such(symbols: set[str], expected: set[tuple[str, str]]) -> None:
    venue = Venue.of(symbols)

    assert {pair for symbol in symbols if (pair := venue.pair(symbol))} == expected


def test_volumes_in_tethers_are_not_called_dollars() -> None:
    (record,) = read(BIN, [{**TICK, "quoteVolume": "5.0", "highPrice": "70000", "priceChangePercent": "-1.5"}])

    assert (record.quote_currency, record.volume_24h_usd, record.high_24h_usd) == ("usdt", None, None)
    assert record.change_24h_pct == Decimal("-1.5")
