"""CoinMarketCap's ranking: what is asked, what it costs, how it is read, and that the stand-in writes it alike."""

from decimal import Decimal

import pytest

from sandbox.desk import Desk
from sandbox.market import Market
from sandbox.wire import Asked
from shared.core.errors import BadPayloadError, KeyRejectedError, RateLimitedError, UpstreamError
from shared.providers.adapters.coinmarketcap import COINMARKETCAP, CoinMarketCap
from shared.providers.contract import Page, Payload, QuoteRequest, Reply
from shared.providers.numbers import JsonValue, parsed
from shared.records.market import PriceRecord
from tests.clocks import NOON

from .fakes import ScriptedHttp, reply

URL = "https://provider.example"
CAP = CoinMarketCap(URL, COINMARKETCAP)
FINE: dict[str, JsonValue] = {
    "timestamp": "2026-03-01T12:00:00.000Z",
    "error_code": 0,
    "error_message": None,
    "elapsed": 4,
}
PATH = "/v1/cryptocurrency/listings/latest"


def row(**changes: JsonValue) -> dict[str, JsonValue]:
    quote: dict[str, JsonValue] = {
        "price": Decimal("3453.70296808"),
        "volume_24h": Decimal("5477698705.81813"),
        "percent_change_24h": Decimal("1.07139"),
        "market_cap": 0,
        "last_updated": "2026-03-01T11:58:26.000Z",
    }
    made: dict[str, JsonValue] = {"id": 1, "name": "Bitcoin", "symbol": "BTC", "cmc_rank": 1, "max_supply": 21000000}
    return made | {"quote": {"USD": quote | changes}}


def read(*rows: JsonValue) -> list[PriceRecord]:
    page = Page({"status": FINE, "data": list(rows)}, None)
    return CAP.normalise(Payload((page,)), QuoteRequest(1), fetched_at=NOON)


def test_a_row_is_read_digit_for_digit_and_zero_stands_for_unknown() -> None:
    [found] = read(row())

    assert (found.provider_id, found.symbol, found.name, found.rank) == ("1", "BTC", "Bitcoin", 1)
    assert (found.price, found.volume_24h_usd) == (Decimal("3453.70296808"), Decimal("5477698705.81813"))
    assert (found.market_cap_usd, found.max_supply) == (None, Decimal(21000000))
    assert found.observed_at.isoformat() == "2026-03-01T11:58:26+00:00"


def test_rows_without_a_price_are_dropped_and_those_without_a_number_refused() -> None:
    assert read(row(price=None)) == []
    with pytest.raises(BadPayloadError):
        read(row() | {"id": None})


async def test_6000_tokens_are_two_pages_and_thirty_credits() -> None:
    http = ScriptedHttp(lambda url, params, headers: reply({"status": FINE, "data": []}))

    await CAP.fetch(http, QuoteRequest(6000), "tok")

    assert [(params["start"], params["limit"]) for _, params, _ in http.asked] == [("1", "5000"), ("5001", "1000")]
    assert {headers["X-CMC_PRO_API_KEY"] for _, _, headers in http.asked} == {"tok"}
    assert CAP.cost(QuoteRequest(6000)) == 30


@pytest.mark.parametrize(
    ("status", "code", "said", "error"),
    [
        (401, 1001, "This API Key is invalid.", KeyRejectedError),
        (200, 1001, "This API Key is invalid.", KeyRejectedError),
        (429, 1008, "You've exceeded your API Key's HTTP request rate limit.", RateLimitedError),
        (200, 1008, "You've exceeded your API Key's HTTP request rate limit.", RateLimitedError),
    ],
)
async def test_errors_are_told_by_their_words_whatever_the_status(
    status: int, code: int, said: str, error: type[UpstreamError]
) -> None:
    body = {"status": {"error_code": code, "error_message": said}}
    with pytest.raises(error):
        await CAP.fetch(ScriptedHttp(lambda *_: reply(body, status=status)), QuoteRequest(1), "tok")


def answered(key: str, query: str = "start=1&limit=50") -> Reply:
    desk = Desk(Market(7, 80), lambda: NOON, pro_keys=(), coincap_keys=())
    answer = desk.answer(Asked("coinmarketcap", PATH, query, {"x-cmc_pro_api_key": key}))
    return Reply(answer.status, {}, answer.body)


async def test_the_stand_in_is_read_and_wants_a_key() -> None:
    payload = await CAP.fetch(ScriptedHttp(lambda *_: answered("sandbox-primary")), QuoteRequest(50), "sandbox-primary")
    found = CAP.normalise(payload, QuoteRequest(50), fetched_at=NOON)

    assert len(found) == 50
    assert [each.rank for each in found] == list(range(1, 51))
    assert all(each.market_cap_usd for each in found[:10])
    with pytest.raises(KeyRejectedError):
        await CAP.fetch(ScriptedHttp(lambda *_: answered("wrong")), QuoteRequest(50), "wrong")


def test_the_stand_ins_rows_have_the_fields_of_the_documentation() -> None:
    body = parsed(answered("sandbox-primary", "limit=1").body)
    assert isinstance(body, dict)
    assert isinstance(body["data"], list)
    [first] = body["data"]
    assert isinstance(first, dict)

    assert {"id", "name", "symbol", "slug", "cmc_rank", "max_supply", "quote", "last_updated"} <= first.keys()
