"""The adapters of candles on real answers: each is read digit for digit, or refused with the right class."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.core.errors import KeyRejectedError, RefusedError, ServerFailedError, UpstreamError
from shared.domain.candles.checking import check
from shared.providers.adapters.binance_candles import BinanceCandles
from shared.providers.adapters.coinbase import CoinbaseCandles, CoinbaseMarkets
from shared.providers.adapters.coingecko_candles import FREE_CANDLES, CoinGeckoCandles
from shared.providers.adapters.kraken import KrakenCandles, KrakenMarkets
from shared.providers.candle_requests import CandleRequest, Market, MarketsRequest
from shared.providers.contract import Page, Payload
from shared.providers.numbers import parsed
from shared.records.candles import CandleRecord, Interval
from tests.contract.test_adapters_on_recorded import FOLDER, body_of, refusal

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no recorded answers beside the repository")

URL = "https://provider.example"
LATER = datetime(2027, 1, 1, tzinfo=UTC)
EVER = datetime(2009, 1, 3, tzinfo=UTC)
BINANCE, COINBASE, KRAKEN = BinanceCandles(URL), CoinbaseCandles(URL), KrakenCandles(URL)
GECKO = CoinGeckoCandles(URL, FREE_CANDLES)
MARKETS = {name: Market("x", "usd") for name in ("binance", "coinbase", "kraken", "coingecko")}


def read(adapter: Any, name: str, interval: Interval, *, asked_at: datetime = LATER) -> list[CandleRecord]:
    start = EVER if adapter is not GECKO else datetime.fromtimestamp(asked_at.timestamp() - 29 * 86_400, UTC)
    request = CandleRequest("x", interval, start, LATER, asked_at, MARKETS)
    payload = Payload((Page(parsed(body_of(name)), None),))
    records: list[CandleRecord] = adapter.normalise(payload, request, fetched_at=LATER)
    return records


@pytest.mark.parametrize(
    ("adapter", "name", "interval", "count"),
    [
        (BINANCE, "binance/api_v3_klines__03.json", "1m", None),
        (COINBASE, "coinbase/products_id_candles__01.json", "1m", 10),
        (COINBASE, "coinbase/products_BTC_EUR_candles__02.json", "1d", 2),
        (KRAKEN, "kraken/0_public_OHLC__01.json", "1m", 720),
    ],
    ids=["binance", "coinbase", "coinbase-days", "kraken"],
)
def test_recorded_candles_are_read_and_possible(adapter: Any, name: str, interval: Interval, count: int | None) -> None:
    found = read(adapter, name, interval)
    checked = check(found, now=LATER)

    rows = json.loads(body_of(name), parse_float=str)
    rows = rows if isinstance(rows, list) else next(v for k, v in rows["result"].items() if k != "last")
    assert len(found) == (count or len(rows))
    assert checked.rejected == {}
    assert [record.opened_at for record in found] == sorted(record.opened_at for record in found)
    written = {str(cell) for row in rows for cell in row}
    assert {f"{record.close:f}" for record in found} | {f"{record.volume:f}" for record in found} <= written


def test_recorded_coingecko_has_four_hours_stamped_at_their_end() -> None:
    asked_at = datetime(2021, 5, 15, 15, 34, tzinfo=UTC)
    found = read(GECKO, "coingecko/api_v3_coins_bitcoin_ohlc__03.json", "4h", asked_at=asked_at)
    days = read(GECKO, "coingecko/api_v3_coins_bitcoin_ohlc__03.json", "1d", asked_at=asked_at)

    assert found[0].opened_at == datetime(2021, 5, 8, 16, tzinfo=UTC)
    assert check(found, now=LATER).rejected == {}
    assert 5 <= len(days) <= 7
    assert all(record.volume is None for record in found)


@pytest.mark.parametrize(
    ("adapter", "name", "least"),
    [
        (CoinbaseMarkets(URL), "coinbase/products__01.json", 1),
        (CoinbaseMarkets(URL), "coinbase/products__03.json", 0),
        (KrakenMarkets(URL), "kraken/0_public_AssetPairs__01.json", 5),
    ],
    ids=["coinbase", "coinbase-euros", "kraken"],
)
def test_recorded_lists_of_markets_are_read(adapter: Any, name: str, least: int) -> None:
    payload = Payload((Page(parsed(body_of(name)), None),))
    found = adapter.normalise(payload, MarketsRequest(), fetched_at=LATER)

    assert len(found) >= least
    assert {"BTC"} <= {market.symbol for market in found} or not least
    assert all(market.quote_currency == "usd" for market in found)


@pytest.mark.parametrize(
    ("name", "status", "error"),
    [
        ("binance/api_v3_klines_http400__01.json", 400, RefusedError),
        ("coingecko/api_v3_coins_bitcoin_ohlc_http500__02.json", 500, ServerFailedError),
        ("coingecko/api_v3_coins_bitcoin_market_chart_http422__02.json", 422, RefusedError),
        ("coingecko/api_v3_coins_id_market_chart_http401__01.json", 401, KeyRejectedError),
    ],
)
async def test_recorded_errors_are_refused(name: str, status: int, error: type[UpstreamError]) -> None:
    assert type(await refusal(name, status)) is error
