"""The sandbox's answers have the keys and types of the real ones, recorded beside the repository."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from sandbox.desk import Desk
from sandbox.wire import Asked
from tests.unit.sandbox.recorded import RECORDED, needs_recorded

pytestmark = needs_recorded

Shape = dict[str, set[str]]


def kind(value: Any) -> str:
    """Integers and floats are both numbers: the providers mix them in one field."""
    if isinstance(value, bool):
        return "flag"
    return {int: "number", float: "number", str: "text", type(None): "null", dict: "object", list: "list"}[type(value)]


def shape(rows: Iterable[dict[str, Any]]) -> Shape:
    """Return which kinds of values every field has."""
    fields: Shape = {}
    for row in rows:
        for name, value in row.items():
            fields.setdefault(name, set()).add(kind(value))
    return fields


def recorded(file: str) -> Any:
    return json.loads((RECORDED / file).read_text(encoding="utf-8"))


def answered(desk: Desk, provider: str, path: str, query: str = "") -> Any:
    return json.loads(desk.answer(Asked(provider, path, query)).body)


def assert_same_shape(ours: Shape, real: Shape) -> None:
    assert ours.keys() == real.keys()
    for name in real:
        assert ours[name] - {"null"} == real[name] - {"null"} or "null" in (ours[name] | real[name]), name


def test_coingecko_markets(desk: Desk) -> None:
    real = recorded("coingecko/api_v3_coins_markets__06.json")
    ours = answered(
        desk, "coingecko", "/api/v3/coins/markets", "vs_currency=usd&per_page=250&price_change_percentage=24h,7d"
    )

    assert list(ours[0]) == list(real[0])
    assert_same_shape(shape(ours), shape(real))
    assert list(next(row["roi"] for row in ours if row["roi"])) == list(next(row["roi"] for row in real if row["roi"]))
    assert {type(row["current_price"]) for row in ours} == {type(row["current_price"]) for row in real} == {int, float}


def test_coingecko_errors_ping_and_global(desk: Desk) -> None:
    assert answered(desk, "coingecko", "/api/v3/coins/markets") == recorded(
        "coingecko/api_v3_coins_markets_http422__02.json"
    )
    assert answered(desk, "coingecko", "/api/v3/ping") == recorded("coingecko/api_v3_ping__01.json")
    ours = answered(desk, "coingecko", "/api/v3/global")["data"]
    assert_same_shape(shape([ours]), shape([recorded("coingecko/api_v3_global__04.json")["data"]]))


@pytest.mark.parametrize("file", ["binance/api_v3_ticker_24hr__02.json", "binance/api_v1_ticker_24hr__05.json"])
def test_binance_one_symbol(desk: Desk, file: str) -> None:
    real, ours = recorded(file), answered(desk, "binance", "/api/v3/ticker/24hr", "symbol=LTCUSDT")

    assert list(ours) == list(real)
    assert_same_shape(shape([ours]), shape([real]))


def test_binance_all_symbols_dead_ones_among_them(desk: Desk) -> None:
    real, ours = recorded("binance/api_v1_ticker_24hr__02.json"), answered(desk, "binance", "/api/v3/ticker/24hr")

    assert_same_shape(shape(ours), shape(real))
    dead = [next(row for row in rows if row["count"] == 0) for rows in (ours, real)]
    assert {name: dead[0][name] for name in ("lastPrice", "firstId", "lastId", "count")} == {
        name: dead[1][name] for name in ("lastPrice", "firstId", "lastId", "count")
    }


def test_binance_prices_time_and_error(desk: Desk) -> None:
    assert_same_shape(
        shape(answered(desk, "binance", "/api/v3/ticker/price")),
        shape(recorded("binance/api_v3_ticker_price__01.json")),
    )
    assert answered(desk, "binance", "/api/v3/time").keys() == recorded("binance/api_v3_time__01.json").keys()
    unknown = answered(desk, "binance", "/api/v3/ticker/24hr", "symbol=IDONTEXIST")
    assert unknown == recorded("binance/api_v1_ticker_24hr_http400__06.json")


def test_coincap_assets(desk: Desk) -> None:
    real, ours = recorded("coincap/v2_assets__01.json"), answered(desk, "coincap", "/v2/assets")

    assert list(ours) == list(real)
    assert list(ours["data"][0]) == list(real["data"][0])
    assert_same_shape(shape(ours["data"]), shape(real["data"]))


def test_coinpaprika_global(desk: Desk) -> None:
    real, ours = recorded("coinpaprika/v1_global__01.json"), answered(desk, "coinpaprika", "/v1/global")

    assert list(ours) == list(real)
    assert_same_shape(shape([ours]), shape([real]))
