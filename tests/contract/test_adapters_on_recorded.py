"""Every adapter on real answers of its provider: each is read digit for digit, or refused with the right class.

The recordings lie outside the repository: `CRYPTOPRISM_RECORDED` names their folder, else `../shared/recorded`
beside the repository is looked for.
"""

import gzip
import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from shared.core.errors import (
    BadPayloadError,
    KeyRejectedError,
    RateLimitedError,
    RefusedError,
    ServerFailedError,
    UpstreamError,
)
from shared.providers.adapters.binance import BINANCE, Binance
from shared.providers.adapters.coincap import COINCAP, CoinCap
from shared.providers.adapters.coingecko import FREE, PRO, CoinGecko
from shared.providers.asking import Call, ask
from shared.providers.contract import Page, Payload, QuoteAdapter, QuoteRequest, Reply
from shared.providers.numbers import JsonValue, parsed
from shared.records.market import PriceRecord

FOLDER = Path(os.environ.get("CRYPTOPRISM_RECORDED") or Path(__file__).parents[3] / "shared" / "recorded") / "payloads"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no recorded answers beside the repository")

URL = "https://provider.example"
LATER = datetime(2027, 1, 1, tzinfo=UTC)
GECKO, GECKO_PRO, BIN, CAP = CoinGecko(URL, FREE), CoinGecko(URL, PRO), Binance(URL, BINANCE), CoinCap(URL, COINCAP)

BINANCE_US = "binance/api_v1_ticker_24hr__02.json"
NO_SYMBOL = "binance/api_v1_ticker_24hr__04.json"
READABLE: list[tuple[QuoteAdapter, str, int]] = [
    (GECKO, "coingecko/api_v3_coins_markets__03.json", 1),
    (GECKO, "coingecko/api_v3_coins_markets__04.json", 2),
    (GECKO, "coingecko/api_v3_coins_markets__06.json", 20),
    (GECKO, "coingecko/api_v3_coins_markets__07.json", 20),
    (GECKO_PRO, "coingecko/api_v3_coins_markets__06.json", 20),
    (BIN, BINANCE_US, 7),
    (BIN, "binance/api_v1_ticker_24hr__05.json", 0),
    (BIN, "binance/api_v3_ticker_24hr__02.json", 0),
    (BIN, "binance/api_v3_ticker_24hr__03.json", 0),
    (CAP, "coincap/v2_assets__01.json", 6),
]
PRICE = {"coingecko": "current_price", "coingecko_pro": "current_price", "binance": "lastPrice", "coincap": "priceUsd"}
FACTS = {
    "coingecko": {
        "market_cap_usd": "market_cap",
        "volume_24h_usd": "total_volume",
        "high_24h_usd": "high_24h",
        "change_24h_pct": "price_change_percentage_24h",
        "change_7d_pct": "price_change_percentage_7d_in_currency",
        "circulating_supply": "circulating_supply",
        "max_supply": "max_supply",
        "ath_usd": "ath",
    },
    "binance": {"volume_24h_usd": "quoteVolume", "low_24h_usd": "lowPrice", "change_24h_pct": "priceChangePercent"},
    "coincap": {
        "market_cap_usd": "marketCapUsd",
        "circulating_supply": "supply",
        "change_24h_pct": "changePercent24Hr",
    },
}
REFUSED: list[tuple[str, int, type[UpstreamError]]] = [
    ("coingecko/api_v3_coins_id_http404__01.json", 404, RefusedError),
    ("coingecko/api_v3_coins_markets_http422__02.json", 422, RefusedError),
    ("coingecko/api_v3_simple_price_http422__02.json", 422, RefusedError),
    ("coingecko/api_v3_coins_bitcoin_ohlc_http500__02.json", 500, ServerFailedError),
    ("coingecko/api_v3_coins_ethereum_http429__03.json", 429, RateLimitedError),
    ("coingecko/api_v3_coins_id_market_chart_http401__01.json", 401, KeyRejectedError),
    ("binance/api_v1_ticker_24hr_http400__06.json", 400, RefusedError),
    ("binance/api_v1_depth_http400__05.json", 400, RefusedError),
    ("binance/api_v3_klines_http400__01.json", 400, RefusedError),
    ("binance/api_v3_http418__01.json", 418, RateLimitedError),
    ("binance/sapi_v1_margin_loan_http429__01.json", 429, RateLimitedError),
]


def body_of(name: str) -> bytes:
    raw = (FOLDER / name).read_bytes()
    return gzip.decompress(raw) if name.endswith(".gz") else raw


def read(adapter: QuoteAdapter, *names: str, fetched_at: datetime = LATER) -> list[PriceRecord]:
    pages = tuple(Page(parsed(body_of(name)), None) for name in names)
    return adapter.normalise(Payload(pages), QuoteRequest(len(pages)), fetched_at=fetched_at)


def written(name: str) -> dict[str, Mapping[str, str | None]]:
    """Return the rows as written: numbers stay the text that they are in the file."""
    body = json.loads(body_of(name), parse_float=str, parse_int=str)
    rows = body["data"] if isinstance(body, dict) and "data" in body else body
    return {row.get("id") or row["symbol"]: row for row in (rows if isinstance(rows, list) else [rows])}


class RecordedHttp:
    """Answers everything with one recorded body."""

    def __init__(self, reply: Reply, now: datetime) -> None:
        self._reply = reply
        self._now = now

    async def post(self, provider: str, url: str, *, body: JsonValue, headers: Mapping[str, str]) -> Reply:
        raise NotImplementedError

    async def get(self, provider: str, url: str, *, params: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        return self._reply

    def now(self) -> datetime:
        return self._now


async def refusal(
    name: str, status: int, *, headers: Mapping[str, str] | None = None, now: datetime = LATER
) -> UpstreamError:
    http = RecordedHttp(Reply(status, headers or {}, body_of(name)), now)
    with pytest.raises(UpstreamError) as caught:
        await ask(http, Call("provider", URL, {}))
    return caught.value


@pytest.mark.parametrize(
    ("adapter", "name", "count"), READABLE, ids=[f"{each.descriptor.id}-{name}" for each, name, _ in READABLE]
)
def test_every_recorded_answer_is_read_digit_for_digit(adapter: QuoteAdapter, name: str, count: int) -> None:
    rows = written(name)
    found = read(adapter, name)

    assert len(found) == count
    for record in found:
        row = rows[record.provider_id]
        assert str(record.price) == row[PRICE[record.provider]]
        facts = FACTS[adapter.descriptor.family]
        expected = {ours: row.get(theirs) for ours, theirs in facts.items()}
        told = {ours: getattr(record, ours) for ours in facts if record.quote_currency == "usd"}
        assert {ours: value if value is None else str(value) for ours, value in told.items()} == {
            ours: expected[ours] for ours in told
        }


def test_every_recording_of_the_endpoints_is_in_the_list() -> None:
    listed = {name for _, name, _ in READABLE} | {name for name, _, _ in REFUSED} | {NO_SYMBOL}

    assert set(recordings("/api/v3/coins/markets", "/v2/assets", "/api/v1/ticker/24hr", "/api/v3/ticker/24hr")) == {
        name for name in listed if any(part in name for part in ("markets", "assets", "ticker_24hr"))
    }


def recordings(*endpoints: str) -> Iterator[str]:
    for entry in json.loads((FOLDER / "MANIFEST.json").read_text(encoding="utf-8")):
        if entry["endpoint"] in endpoints and entry["provider"] in ("coingecko", "coincap", "binance"):
            yield entry["file"]


@pytest.mark.parametrize(("name", "status", "expected"), REFUSED, ids=[name for name, _, _ in REFUSED])
async def test_every_recorded_error_has_its_class(name: str, status: int, expected: type[UpstreamError]) -> None:
    assert type(await refusal(name, status)) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("coingecko/api_v3_coins_ethereum_http429__03.json", RateLimitedError),
        ("binance/api_v3_http418__01.json", RateLimitedError),
        ("coingecko/api_v3_coins_id_http404__01.json", BadPayloadError),
        ("coingecko/api_v3_coins_bitcoin_ohlc_http500__02.json", BadPayloadError),
    ],
)
async def test_the_same_errors_sent_with_status_200_are_no_answers(name: str, expected: type[UpstreamError]) -> None:
    assert type(await refusal(name, 200)) is expected


async def test_the_429_of_coingecko_is_waited_for_as_its_header_says() -> None:
    error = await refusal("coingecko/api_v3_coins_ethereum_http429__03.json", 429, headers={"retry-after": "119"})

    assert isinstance(error, RateLimitedError)
    assert error.retry_after == timedelta(seconds=119)


async def test_the_end_of_binances_ban_is_read_from_its_words() -> None:
    banned_until = datetime.fromtimestamp(1660090423228 / 1000, UTC)

    error = await refusal("binance/api_v3_http418__01.json", 418, now=banned_until - timedelta(minutes=7))

    assert isinstance(error, RateLimitedError)
    assert error.retry_after == timedelta(minutes=7)


async def test_binances_429_without_an_end_is_waited_for_a_minute() -> None:
    error = await refusal("binance/sapi_v1_margin_loan_http429__01.json", 429)

    assert isinstance(error, RateLimitedError)
    assert error.retry_after == timedelta(minutes=1)


def test_the_ticker_of_2017_has_no_symbol_and_is_refused() -> None:
    with pytest.raises(BadPayloadError):
        read(BIN, NO_SYMBOL)


def test_binances_dead_symbols_and_foreign_pairs_are_dropped() -> None:
    found = {record.provider_id: (record.symbol, record.quote_currency) for record in read(BIN, BINANCE_US)}

    assert found == {
        "BTCUSD": ("BTC", "usd"),
        "ETHUSD": ("ETH", "usd"),
        "XRPUSD": ("XRP", "usd"),
        "BCHUSD": ("BCH", "usd"),
        "LTCUSD": ("LTC", "usd"),
        "USDTUSD": ("USDT", "usd"),
        "BNBUSD": ("BNB", "usd"),
    }


def test_each_symbol_is_as_old_as_its_own_window() -> None:
    found = {record.provider_id: record.observed_at for record in read(BIN, BINANCE_US)}

    assert found["BTCUSD"] == datetime.fromtimestamp(1568715437, UTC) + timedelta(milliseconds=876)
    assert found["ETHUSD"] - found["BTCUSD"] > timedelta(days=1)


def test_coincaps_rows_are_dated_by_the_answer() -> None:
    (observed,) = {record.observed_at for record in read(CAP, "coincap/v2_assets__01.json")}

    assert observed == datetime.fromtimestamp(1548077422, UTC) + timedelta(milliseconds=286)


def test_coingeckos_rows_are_dated_one_by_one() -> None:
    found = read(GECKO, "coingecko/api_v3_coins_markets__06.json")

    assert found[0].observed_at == datetime(2026, 7, 11, 9, 45, 1, 651000, tzinfo=UTC)
    assert found[0].provider_id == "bitcoin"
    assert [record.rank for record in found[:3]] == [1, 2, 3]
    assert found[1].max_supply is None


def test_pages_that_overlap_tell_each_token_once() -> None:
    names = ("coingecko/api_v3_coins_markets__06.json", "coingecko/api_v3_coins_markets__07.json")

    found = read(GECKO, *names)

    assert len({record.provider_id for record in found}) == len(found)
    assert found[0].price == Decimal(64159)


def test_the_body_of_another_endpoint_is_refused() -> None:
    for name in (
        "coingecko/api_v3_simple_price__10.json",
        "coingecko/api_v3_global__01.json",
        "coingecko/api_v3_ping__01.json",
    ):
        with pytest.raises(BadPayloadError):
            read(GECKO, name)
