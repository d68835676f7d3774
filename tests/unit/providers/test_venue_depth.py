"""The exchanges that are asked when the first three have no book: how each writes one, and its list of pairs."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.core.errors import BadPayloadError, NotListedError, RateLimitedError, UpstreamError
from shared.providers.adapters.venue_books import Venue, VenueBooks, VenueMarkets, split_pair
from shared.providers.adapters.venues import VENUES
from shared.providers.candle_requests import MarketsRequest
from shared.providers.contract import Page, Payload
from shared.providers.depth_requests import BookRequest
from shared.records.depth import BookRecord
from tests.clocks import NOON

from .fakes import ScriptedHttp, reply

URL = "https://exchange.example"
NAMED = {venue.descriptor.id: venue for venue in VENUES}
MARKETS = dict.fromkeys(NAMED, "BTCUSD")
ASKED = BookRequest("bitcoin", MARKETS, Decimal(100), 500)
TEXTS = {"bids": [["99.50", "1.5"], ["99", "2"]], "asks": [["100.5", "0.25"], ["101", "3"]]}
AT = 1772366399
OBJECTS = {side: [{"price": p, "amount": a, "timestamp": "1"} for p, a in rows] for side, rows in TEXTS.items()}
OKX_ROWS = {side: [[*row, "0", "4"] for row in rows] for side, rows in TEXTS.items()}
BOOKS: dict[str, Any] = {
    "bitstamp": TEXTS | {"timestamp": str(AT)},
    "gemini": OBJECTS,
    "kucoin": {"code": "200000", "data": TEXTS | {"time": AT * 1000, "sequence": "1"}},
    "okx": {"code": "0", "msg": "", "data": [OKX_ROWS | {"ts": str(AT * 1000)}]},
    "bitfinex": [
        [Decimal("99.50"), 2, Decimal("1.5")],
        [99, 1, 2],
        [Decimal("100.5"), 1, Decimal("-0.25")],
        [101, 1, -3],
        [98, 0, 1],
    ],
}
PAIRS: dict[str, Any] = {
    "bitstamp": [
        {"name": "BTC/USD", "url_symbol": "btcusd", "trading": "Enabled"},
        {"name": "BTC/EUR", "url_symbol": "btceur", "trading": "Enabled"},
        {"name": "OLD/USD", "url_symbol": "oldusd", "trading": "Disabled"},
        {"name": "ETH/USDT", "url_symbol": "ethusdt", "trading": "Enabled"},
    ],
    "gemini": ["btcusd", "ethbtc", "ethusdt", "usd"],
    "kucoin": {
        "code": "200000",
        "data": [
            {"symbol": f"{base}-{quote}", "baseCurrency": base, "quoteCurrency": quote, "enableTrading": trades}
            for base, quote, trades in (
                ("BTC", "USD", True), ("ETH", "USDT", True), ("OLD", "USDT", False), ("ETH", "BTC", True)
            )
        ],
    },
    "okx": {
        "code": "0",
        "msg": "",
        "data": [
            {"instId": f"{base}-{quote}", "baseCcy": base, "quoteCcy": quote, "state": state}
            for base, quote, state in (
                ("BTC", "USD", "live"), ("ETH", "USDT", "live"), ("OLD", "USD", "suspend"), ("ETH", "EUR", "live")
            )
        ],
    },
    "bitfinex": [["BTCUSD", "ETH:USDT", "ETHBTC"]],
}  # fmt: skip
UNKNOWN: dict[str, tuple[int, Any]] = {
    "bitstamp": (404, {"error": "Invalid currency pair"}),
    "gemini": (
        400,
        {"result": "error", "reason": "InvalidSymbol", "message": "Supplied value 'x' is not a valid symbol"},
    ),
    "kucoin": (200, {"code": "400100", "msg": "symbol not exist"}),
    "okx": (200, {"code": "51001", "data": [], "msg": "Instrument ID, or spread ID doesn't exist."}),
}


def read(venue: Venue, body: Any) -> BookRecord:
    adapter = VenueBooks(URL, venue.descriptor, venue)
    (record,) = adapter.normalise(Payload((Page(body, None),)), ASKED, fetched_at=NOON)
    return record


@pytest.mark.parametrize("name", NAMED)
def test_levels_are_read_digit_for_digit_and_best_first(name: str) -> None:
    record = read(NAMED[name], BOOKS[name])

    assert [tuple(map(str, level)) for level in record.bids] == [("99.50", "1.5"), ("99", "2")]
    assert [tuple(map(str, level)) for level in record.asks] == [("100.5", "0.25"), ("101", "3")]
    assert (record.provider, record.quote_currency) == (name, "usd")


@pytest.mark.parametrize("name", ["bitstamp", "kucoin", "okx"])
def test_who_tells_the_time_of_a_book_is_believed(name: str) -> None:
    assert read(NAMED[name], BOOKS[name]).observed_at == datetime.fromtimestamp(AT, UTC)


def test_asks_from_the_dearest_are_put_in_order() -> None:
    body = {"code": "200000", "data": TEXTS | {"asks": TEXTS["asks"][::-1]}}

    assert [str(level.price) for level in read(NAMED["kucoin"], body).asks] == ["100.5", "101"]


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("body", [{}, [], None, "busy", [[1, 2]], {"code": "1", "data": None}, {"bids": 1, "asks": 2}])
def test_what_is_no_book_is_refused(name: str, body: Any) -> None:
    with pytest.raises((BadPayloadError, NotListedError)):
        read(NAMED[name], body)


@pytest.mark.parametrize("name", NAMED)
def test_pairs_in_dollars_and_tethers_that_trade_are_listed(name: str) -> None:
    venue = NAMED[name]
    adapter = VenueMarkets(URL, venue.descriptor, venue)

    found = adapter.normalise(Payload((Page(PAIRS[name], None),)), MarketsRequest(), fetched_at=NOON)

    assert [(each.symbol, each.quote_currency) for each in found] == [("BTC", "usd"), ("ETH", "usdt")]
    assert {each.provider for each in found} == {name}


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("body", [{}, [{"name": 1}], None, "busy", [[1]], {"code": "0", "data": [{}]}])
def test_what_is_no_list_of_pairs_is_refused_or_empty(name: str, body: Any) -> None:
    venue = NAMED[name]
    adapter = VenueMarkets(URL, venue.descriptor, venue)

    try:
        found = adapter.normalise(Payload((Page(body, None),)), MarketsRequest(), fetched_at=NOON)
    except BadPayloadError:
        return
    assert found == []


@pytest.mark.parametrize("name", UNKNOWN)
async def test_an_unknown_pair_says_nothing_of_the_exchange(name: str) -> None:
    status, body = UNKNOWN[name]

    with pytest.raises(NotListedError):
        await fetched(name, body, status)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("kucoin", {"code": "429000", "msg": "Too many requests in a short period of time, please retry later"}),
        ("okx", {"code": "50011", "msg": "Rate limit reached. Please refer to API documentation", "data": []}),
    ],
)
async def test_a_limit_with_status_200_is_a_limit(name: str, body: Any) -> None:
    with pytest.raises(RateLimitedError):
        await fetched(name, body, 200)


async def fetched(name: str, body: Any, status: int) -> Payload:
    venue = NAMED[name]
    adapter = VenueBooks(URL, venue.descriptor, venue)
    return await adapter.fetch(ScriptedHttp(lambda *_: reply(body, status=status)), ASKED, None)


@pytest.mark.parametrize("name", NAMED)
async def test_an_error_of_the_server_is_the_exchanges(name: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        await fetched(name, {"error": "busy"}, 503)

    assert caught.value.code == "server_failed"


@pytest.mark.parametrize(
    ("pair", "parts"),
    [("btcusd", ("btc", "usd")), ("ethusdt", ("eth", "usdt")), ("ethbtc", ("ethbtc", "")), ("usd", ("usd", ""))],
)
def test_a_pair_in_one_word_is_split_at_its_currency(pair: str, parts: tuple[str, str]) -> None:
    assert split_pair(pair) == parts
