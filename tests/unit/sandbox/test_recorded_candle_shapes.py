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


def test_the_index_has_the_recorded_shape(desk: Desk) -> None:
    file = RECORDED / "cryptocompare/index_cc_v1_historical_days__01.json"
    real: Any = json.loads(file.read_text(encoding="utf-8"))

    query = "market=cadli&instrument=ETH-USD&limit=2"
    ours = answered(desk, "cryptocompare", "/index/cc/v1/historical/days", query)

    assert sorted(ours) == sorted(real)
    assert {name: kind(value) for name, value in ours["Data"][0].items()} == {
        name: kind(value) for name, value in real["Data"][0].items()
    }
    assert ours["Data"][1]["TIMESTAMP"] - ours["Data"][0]["TIMESTAMP"] == 86_400


def test_the_index_says_of_what_it_does_not_have_what_was_recorded(desk: Desk) -> None:
    file = RECORDED / "cryptocompare/index_cc_v1_historical_hours_http404__02.json"
    real: Any = json.loads(file.read_text(encoding="utf-8"))

    asked = Asked("cryptocompare", "/index/cc/v1/historical/hours", "market=cadli&instrument=BTC-USD&to_ts=1000000000")
    answer = desk.answer(asked)

    ours = json.loads(answer.body)
    assert answer.status == 404
    assert (sorted(ours), ours["Data"]) == (sorted(real), real["Data"])
    assert ours["Err"]["message"][:50] == real["Err"]["message"][:50]
