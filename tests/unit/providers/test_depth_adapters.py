"""Books as each exchange writes them, and those that are none."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.core.errors import BadPayloadError, NotListedError, RefusedError
from shared.core.settings import Settings
from shared.providers.adapters.binance_depth import BinanceDepth
from shared.providers.adapters.coinbase_depth import CoinbaseDepth
from shared.providers.adapters.kraken_depth import KrakenDepth
from shared.providers.contract import AnyAdapter, Page, Payload
from shared.providers.depth import book_providers
from shared.providers.depth_requests import BookRequest
from shared.records.depth import BookRecord
from shared.records.provider import PROVIDERS
from tests.clocks import NOON

from .fakes import ScriptedHttp, reply

URL = "https://exchange.example"
BINANCE, COINBASE, KRAKEN = BinanceDepth(URL), CoinbaseDepth(URL), KrakenDepth(URL)
MARKETS = {"binance": "BTCUSDT", "coinbase": "BTC-USD", "kraken": "XBTUSD"}
ASKED = BookRequest("bitcoin", MARKETS, Decimal(100), 500)
BIDS, ASKS = [["99.50", "1.5"], ["99", "2"]], [["100.5", "0.25"], ["101", "3"]]


def read(adapter: AnyAdapter, body: Any, request: BookRequest = ASKED, *, dated: datetime | None = None) -> BookRecord:
    (record,) = adapter.normalise(Payload((Page(body, dated),)), request, fetched_at=NOON)
    assert isinstance(record, BookRecord)
    return record


def binance(bids: Any = BIDS, asks: Any = ASKS) -> dict[str, Any]:
    return {"lastUpdateId": 1, "bids": bids, "asks": asks}


def kraken(bids: Any = BIDS, asks: Any = ASKS, name: str = "XXBTZUSD") -> dict[str, Any]:
    return {"error": [], "result": {name: {"bids": bids, "asks": asks}}}


def test_levels_are_read_digit_for_digit() -> None:
    record = read(BINANCE, binance())

    assert [tuple(map(str, level)) for level in record.bids] == [("99.50", "1.5"), ("99", "2")]
    assert [tuple(map(str, level)) for level in record.asks] == [("100.5", "0.25"), ("101", "3")]
    assert (record.market, record.quote_currency, record.token_id) == ("BTCUSDT", "usdt", "bitcoin")


def test_a_third_element_says_nothing() -> None:
    old = read(BINANCE, binance([["99.5", "1.5", []]], [["100.5", "1", []]]))
    counted = read(COINBASE, {"bids": [["99.5", "1.5", 7]], "asks": [["100.5", "1", 1]], "sequence": 1})
    timed = read(KRAKEN, kraken([["99.5", "1.5", 1556867627]], [["100.5", "1", 1556867627]]))

    assert old.bids == counted.bids == timed.bids


def test_levels_without_an_amount_are_gone() -> None:
    assert len(read(BINANCE, binance([["99.5", "0.00000000"], ["99", "2"]])).bids) == 1


def test_a_kraken_pair_comes_under_another_name() -> None:
    assert read(KRAKEN, kraken()).market == "XBTUSD"


@pytest.mark.parametrize(
    "result", [{}, {"A": {"bids": BIDS, "asks": ASKS}, "B": {"bids": BIDS, "asks": ASKS}}, None, []]
)
def test_several_kraken_pairs_or_none_are_refused(result: Any) -> None:
    with pytest.raises(BadPayloadError):
        read(KRAKEN, {"error": [], "result": result})


def test_an_empty_side_is_an_answer() -> None:
    assert read(BINANCE, binance(asks=[])).asks == ()
    assert read(BINANCE, binance(bids=[])).bids == ()


def test_a_book_without_any_offer_is_none() -> None:
    with pytest.raises(NotListedError):
        read(BINANCE, binance([], []))


@pytest.mark.parametrize(
    ("bids", "asks"),
    [
        ([["100.5", "1"]], [["100.5", "1"]]),
        ([["101", "1"]], [["100", "1"]]),
        ([["99", "1"], ["99.5", "1"]], ASKS),
        (BIDS, [["101", "1"], ["100.5", "1"]]),
        ([["99", "-1"]], ASKS),
        ([["0", "1"]], ASKS),
        ([["much", "1"]], ASKS),
        ([["99"]], ASKS),
        (["99"], ASKS),
        (None, ASKS),
        ({"99": "1"}, ASKS),
        ([["NaN", "1"]], ASKS),
    ],
)
def test_crossed_unordered_and_unreadable_books_are_refused(bids: Any, asks: Any) -> None:
    for adapter, body in (
        (BINANCE, binance(bids, asks)),
        (COINBASE, binance(bids, asks)),
        (KRAKEN, kraken(bids, asks)),
    ):
        with pytest.raises(BadPayloadError):
            read(adapter, body)


@pytest.mark.parametrize(
    ("price", "same"), [("80.1", True), ("124.9", True), ("79.9", False), ("126", False), (None, True)]
)
def test_a_book_at_a_wholly_different_price_is_another_tokens(price: str | None, same: bool) -> None:
    request = replace(ASKED, price_usd=None if price is None else Decimal(price))

    if same:
        assert read(COINBASE, binance(), request).token_id == "bitcoin"
    else:
        with pytest.raises(NotListedError):
            read(COINBASE, binance(), request)


def test_coinbase_tells_its_time_or_the_server_does() -> None:
    told = read(COINBASE, binance() | {"time": "2026-03-01T11:59:59.5Z"})
    dated = read(BINANCE, binance(), dated=datetime(2026, 3, 1, 11, 59, 58, tzinfo=UTC))

    assert told.observed_at == datetime(2026, 3, 1, 11, 59, 59, 500_000, tzinfo=UTC)
    assert dated.observed_at == datetime(2026, 3, 1, 11, 59, 58, tzinfo=UTC)
    assert told.known_at == dated.known_at == NOON


@pytest.mark.parametrize(
    ("adapter", "status", "body"),
    [
        (BINANCE, 400, {"code": -1121, "msg": "Invalid symbol."}),
        (COINBASE, 404, {"message": "NotFound"}),
        (KRAKEN, 200, {"error": ["EQuery:Unknown asset pair"]}),
    ],
)
async def test_a_pair_that_is_unknown_is_no_failure(adapter: AnyAdapter, status: int, body: Any) -> None:
    with pytest.raises(NotListedError):
        await adapter.fetch(ScriptedHttp(lambda *_: reply(body, status=status)), ASKED, None)


async def test_other_refusals_are_failures() -> None:
    with pytest.raises(RefusedError):
        await BINANCE.fetch(ScriptedHttp(lambda *_: reply({"code": -1100, "msg": "Illegal"}, status=400)), ASKED, None)


@pytest.mark.parametrize(
    ("levels", "limit", "weight"),
    [(1, "100", 5), (100, "100", 5), (101, "500", 25), (1000, "1000", 50), (9999, "5000", 250)],
)
async def test_binances_weight_is_that_of_the_levels(levels: int, limit: str, weight: int) -> None:
    http, request = ScriptedHttp(lambda *_: reply(binance())), replace(ASKED, levels=levels)
    await BINANCE.fetch(http, request, None)

    assert http.asked[0][1] == {"symbol": "BTCUSDT", "limit": limit}
    assert BINANCE.cost(request) == weight


async def test_an_exchange_serves_only_what_it_trades() -> None:
    nowhere = replace(ASKED, markets={"kraken": "XBTUSD"})

    assert [each.serves(nowhere) for each in (BINANCE, COINBASE, KRAKEN)] == [False, False, True]


def test_every_exchange_is_listed() -> None:
    assert [each.id for each in book_providers(Settings.from_environment({}))] == list(PROVIDERS["depth"])
