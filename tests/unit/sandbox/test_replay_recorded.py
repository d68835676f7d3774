"""The questions that the platform asks, answered by what was really recorded."""

import json
from pathlib import PurePosixPath

import pytest

from sandbox.replay.choosing import choose
from sandbox.replay.recordings import Recording, Skipped, load
from tests.unit.sandbox.recorded import RECORDED, needs_recorded

pytestmark = needs_recorded

_PAGE = {
    "vs_currency": "usd",
    "order": "market_cap_desc",
    "per_page": "250",
    "price_change_percentage": "1h,24h,7d,30d",
}


@pytest.fixture(scope="module")
def loaded() -> tuple[list[Recording], list[Skipped]]:
    return load(RECORDED)


def chosen(
    loaded: tuple[list[Recording], list[Skipped]], provider: str, path: str, asked: dict[str, str]
) -> Recording | None:
    return choose(loaded[0], provider, path, asked)


def test_every_recording_is_served_or_refused_with_a_reason(loaded: tuple[list[Recording], list[Skipped]]) -> None:
    served, skipped = loaded
    manifest = json.loads((RECORDED / "MANIFEST.json").read_text(encoding="utf-8"))

    files = {one.file for one in served} | {one.file for one in skipped}
    assert files == {entry["file"] for entry in manifest}
    assert len(served) > 200
    assert all(one.reason for one in skipped)


@pytest.mark.parametrize(
    ("provider", "path", "asked", "day"),
    [
        ("coingecko", "/api/v3/coins/markets", _PAGE | {"page": "1"}, "2026-07-11"),
        ("coingecko", "/api/v3/global", {}, "2026-07-09"),
        ("binance", "/api/v3/ticker/24hr", {}, "2019-09-19"),
        ("binance", "/api/v3/ticker/24hr", {"symbol": "LTCBTC"}, "2021-03-24"),
        ("coincap", "/v2/assets", {"limit": "250", "offset": "0"}, "2019-01-21"),
        ("coinpaprika", "/v1/global", {}, "2023-04-14"),
        ("coingecko", "/api/v3/coins/list", {"include_platform": "true"}, "2021-05-15"),
        ("coingecko", "/api/v3/coins/categories", {}, "2021-05-16"),
        ("coingecko", "/api/v3/search/trending", {}, "2026-07-11"),
        ("coinbase", "/products", {}, "2017-10-03"),
        ("coinbase", "/products/BTC-USD/book", {"level": "2"}, "2019-05-02"),
        ("kraken", "/0/public/AssetPairs", {}, "2017-10-03"),
        ("bitstamp", "/api/v2/order_book/btcusd/", {}, "2017-11-29"),
        ("bitfinex", "/v2/book/tBTCUSD/P0", {"len": "100"}, "2019-07-29"),
        ("gemini", "/v1/symbols", {}, "2017-10-03"),
        ("alternative-me", "/fng/", {"limit": "8"}, "2026-09-15"),
        ("blockcypher", "/v1/eth/main", {}, "2024-09-06"),
        ("defillama", "/overview/fees", {"excludeTotalDataChart": "true"}, "2026-07-11"),
    ],
)
def test_what_the_platform_asks_is_answered_by_the_newest_that_fits(
    loaded: tuple[list[Recording], list[Skipped]], provider: str, path: str, asked: dict[str, str], day: str
) -> None:
    recording = chosen(loaded, provider, path, asked)

    assert recording is not None
    assert recording.status == 200
    assert recording.recorded_at.date().isoformat() == day
    assert PurePosixPath(recording.file).parts[0] == provider


@pytest.mark.parametrize(
    ("provider", "path", "asked"),
    [
        ("coingecko", "/api/v3/coins/markets", _PAGE | {"page": "2"}),
        ("coingecko", "/api/v3/coins/markets", _PAGE | {"vs_currency": "eur"}),
        ("binance", "/api/v3/ticker/24hr", {"symbol": "BTCUSDT"}),
        ("coinpaprika", "/v1/tickers", {"quotes": "USD"}),
        ("coincap", "/v3/assets", {}),
        ("kraken", "/0/public/Depth", {"pair": "XBTUSD", "count": "500"}),
        ("okx", "/api/v5/market/books", {"instId": "BTC-USD", "sz": "400"}),
        ("blockstream", "/api/fee-estimates", {}),
        ("mempool-space", "/api/v1/fees/recommended", {}),
        ("nobody", "/", {}),
    ],
)
def test_what_was_never_recorded_is_not_made_up(
    loaded: tuple[list[Recording], list[Skipped]], provider: str, path: str, asked: dict[str, str]
) -> None:
    assert chosen(loaded, provider, path, asked) is None
