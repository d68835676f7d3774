import json
from typing import Any

import pytest

from sandbox.desk import Desk
from sandbox.market import Market
from sandbox.wire import Asked
from tests.unit.sandbox.calls import NOON


def ask(desk: Desk, path: str, query: str = "") -> Any:
    return json.loads(desk.answer(Asked("binance", f"/api/v3/{path}", query)).body)


def test_prices_are_strings_with_eight_decimals(desk: Desk) -> None:
    row = ask(desk, "ticker/24hr", "symbol=BTCUSDT")

    assert row["symbol"] == "BTCUSDT"
    assert all(len(row[name].partition(".")[2]) == 8 for name in ("lastPrice", "openPrice", "highPrice", "volume"))
    assert isinstance(row["count"], int)


def test_pairs_are_priced_in_tether(desk: Desk, market: Market) -> None:
    truth = market.at(NOON).price
    tether = truth[market.index["tether"]]

    for name, base in (("bitcoin", "BTC"), ("ripple", "XRP"), ("shiba-inu", "SHIB")):
        last = float(ask(desk, "ticker/24hr", f"symbol={base}USDT")["lastPrice"])
        assert last == pytest.approx(truth[market.index[name]] / tether, rel=0.003)


def test_a_row_agrees_with_itself(desk: Desk) -> None:
    for row in ask(desk, "ticker/24hr"):
        if row["count"]:
            last, opened = float(row["lastPrice"]), float(row["openPrice"])
            assert float(row["lowPrice"]) <= last <= float(row["highPrice"])
            assert float(row["priceChangePercent"]) == pytest.approx(100 * (last / opened - 1), rel=0.02, abs=0.6)
            assert row["closeTime"] - row["openTime"] == 86_400_000
            assert row["lastId"] - row["firstId"] + 1 == row["count"]
            assert float(row["bidPrice"]) < float(row["askPrice"])


def test_dead_symbols_stay_with_price_zero_and_count_zero(desk: Desk) -> None:
    dead = [row for row in ask(desk, "ticker/24hr") if row["count"] == 0]

    assert len(dead) >= 20
    assert {row["lastPrice"] for row in dead} == {"0.00000000"}
    assert {row["firstId"] for row in dead} == {-1}
    assert not {row["symbol"] for row in dead} & {row["symbol"] for row in ask(desk, "ticker/price")}


def test_there_are_pairs_against_bitcoin_too(desk: Desk) -> None:
    ether = float(ask(desk, "ticker/price", "symbol=ETHBTC")["price"])

    assert 0.005 < ether < 0.2


def test_symbols_are_unique(desk: Desk) -> None:
    symbols = [row["symbol"] for row in ask(desk, "ticker/24hr")]

    assert len(symbols) == len(set(symbols))


def test_an_unknown_symbol_is_binances_own_400(desk: Desk) -> None:
    answer = desk.answer(Asked("binance", "/api/v3/ticker/24hr", "symbol=NOSUCH"))

    assert answer.status == 400
    assert json.loads(answer.body) == {"code": -1121, "msg": "Invalid symbol."}


def test_exchange_info_and_time(desk: Desk) -> None:
    info = ask(desk, "exchangeInfo")

    assert info["serverTime"] == ask(desk, "time")["serverTime"] == int(NOON.timestamp() * 1000)
    assert {symbol["status"] for symbol in info["symbols"]} == {"TRADING"}
