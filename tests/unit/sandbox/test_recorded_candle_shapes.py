"""The sandbox's candles have the shape of the real ones, recorded beside the repository."""

import json
from typing import Any

import pytest

from sandbox.desk import Desk
from sandbox.wire import Asked
from tests.unit.sandbox.recorded import RECORDED, needs_recorded
from tests.unit.sandbox.test_recorded_shapes import kind

pytestmark = needs_recorded


def answered(desk: Desk, provider: str, path: str, query: str) -> Any:
    return json.loads(desk.answer(Asked(provider, path, query)).body)


def kinds(row: list[Any]) -> list[str]:
    return [kind(cell) for cell in row]


@pytest.mark.parametrize(
    ("provider", "path", "query", "file"),
    [
        ("binance", "/api/v3/klines", "symbol=BTCUSDT&interval=1m&limit=5", "binance/api_v3_klines__03.json"),
        ("coinbase", "/products/BTC-USD/candles", "granularity=60", "coinbase/products_id_candles__01.json"),
        ("kraken", "/0/public/OHLC", "pair=XBTUSD&interval=1", "kraken/0_public_OHLC__01.json"),
        (
            "coingecko",
            "/api/v3/coins/bitcoin/ohlc",
            "vs_currency=usd&days=7",
            "coingecko/api_v3_coins_bitcoin_ohlc__03.json",
        ),
    ],
    ids=["binance", "coinbase", "kraken", "coingecko"],
)
def test_candles_have_the_recorded_shape(desk: Desk, provider: str, path: str, query: str, file: str) -> None:
    real: Any = json.loads((RECORDED / file).read_text(encoding="utf-8"))
    ours = answered(desk, provider, path, query)
    if provider == "kraken":
        assert sorted(ours) == sorted(real)
        assert sorted(ours["result"]) == sorted(real["result"])
        ours, real = ours["result"]["XXBTZUSD"], real["result"]["XXBTZUSD"]

    assert kinds(ours[0]) == kinds(real[0])
    assert (ours[1][0] > ours[0][0]) == (real[1][0] > real[0][0])
