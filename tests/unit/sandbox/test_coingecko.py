import json
from datetime import datetime
from typing import Any

import pytest

from sandbox.coingecko_row import shown
from sandbox.desk import Desk
from sandbox.market import Market
from sandbox.wire import Asked
from tests.unit.sandbox.calls import NOON, PRO

_MARKETS = "/api/v3/coins/markets"


def ask(desk: Desk, query: str, path: str = _MARKETS) -> Any:
    answer = desk.answer(Asked("coingecko", path, query))
    return answer.status, json.loads(answer.body)


def test_without_a_currency_it_is_a_422(desk: Desk) -> None:
    assert ask(desk, "") == (422, {"error": "Missing parameter vs_currency"})


def test_the_default_page_has_a_hundred_rows_best_ranked_first(desk: Desk) -> None:
    status, rows = ask(desk, "vs_currency=usd")

    assert (status, len(rows)) == (200, 100)
    assert rows[0]["id"] == "bitcoin"
    assert [row["market_cap_rank"] for row in rows] == list(range(1, 101))


def test_pages_are_disjoint_and_end_in_an_empty_list(desk: Desk) -> None:
    pages = [ask(desk, f"vs_currency=usd&per_page=250&page={page}")[1] for page in (1, 2, 3)]

    ids = [row["id"] for page in pages for row in page]
    assert [len(page) for page in pages] == [250, 50, 0]
    assert len(set(ids)) == 300


def test_numbers_agree_with_each_other(desk: Desk, market: Market) -> None:
    for row in ask(desk, "vs_currency=usd&per_page=250")[1]:
        if row["circulating_supply"]:
            assert row["market_cap"] == pytest.approx(
                row["current_price"] * row["circulating_supply"], rel=0.006, abs=1.0
            )
        before = row["current_price"] - row["price_change_24h"]
        assert row["price_change_percentage_24h"] == pytest.approx(
            100 * row["price_change_24h"] / before, rel=0.01, abs=0.5
        )
        assert row["low_24h"] <= row["current_price"] * 1.01
        assert row["atl"] < row["current_price"] < row["ath"]


def test_prices_are_near_the_truth(desk: Desk, market: Market) -> None:
    snapshot = market.at(NOON)
    for row in ask(desk, "vs_currency=usd&per_page=250")[1]:
        true = snapshot.price[market.index[row["id"]]]
        # Two decimals from a dollar on, as CoinGecko shows them.
        assert row["current_price"] == pytest.approx(true, rel=0.01)


def test_windows_asked_for_are_added(desk: Desk) -> None:
    row = ask(desk, "vs_currency=usd&price_change_percentage=1h,24h,7d,30d")[1][0]

    assert row["price_change_percentage_24h_in_currency"] == pytest.approx(row["price_change_percentage_24h"], abs=1e-5)
    assert {"price_change_percentage_1h_in_currency", "price_change_percentage_7d_in_currency"} <= row.keys()
    assert "price_change_percentage_1y_in_currency" not in row


def test_ids_select_and_blanks_after_commas_do_not_matter(desk: Desk) -> None:
    rows = ask(desk, "vs_currency=usd&ids=ethereum,%20bitcoin,nonsense")[1]

    assert [row["id"] for row in rows] == ["bitcoin", "ethereum"]


@pytest.mark.parametrize(
    ("order", "key", "reverse"),
    [("volume_desc", "total_volume", True), ("market_cap_asc", "market_cap", False), ("id_asc", "id", False)],
)
def test_orders(desk: Desk, order: str, key: str, *, reverse: bool) -> None:
    values = [row[key] for row in ask(desk, f"vs_currency=usd&per_page=250&order={order}")[1]]

    assert values == sorted(values, reverse=reverse)


def test_times_are_iso_and_not_in_the_future(desk: Desk) -> None:
    for row in ask(desk, "vs_currency=usd")[1]:
        assert 0 <= (NOON - datetime.fromisoformat(row["last_updated"])).total_seconds() <= 75


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (64159.4, "64159"),
        (1798.094, "1798.09"),
        (1.1149, "1.11"),
        (0.9990781, "0.999078"),
        (0.014354049, "0.01435405"),
        (2.5e-7, "2.5e-07"),
    ],
)
def test_prices_have_the_digits_that_coingecko_shows(price: float, text: str) -> None:
    assert shown(price) == text


def test_the_list_and_the_global_figures(desk: Desk, market: Market) -> None:
    names = ask(desk, "", "/api/v3/coins/list")[1]
    figures = ask(desk, "", "/api/v3/global")[1]["data"]

    assert len(names) == figures["active_cryptocurrencies"] == 300
    assert figures["total_market_cap"]["usd"] > figures["total_market_cap"]["btc"]
    assert sum(figures["market_cap_percentage"].values()) <= 100.0


@pytest.mark.parametrize(("headers", "code"), [({}, 10002), ({"x-cg-pro-api-key": "wrong"}, 10010)])
def test_pro_asks_for_a_key(desk: Desk, headers: dict[str, str], code: int) -> None:
    answer = desk.answer(Asked("coingecko_pro", "/api/v3/ping", "", headers))

    assert answer.status == 401
    assert json.loads(answer.body)["status"]["error_code"] == code


@pytest.mark.parametrize(("query", "headers"), [("", {"x-cg-pro-api-key": PRO}), (f"x_cg_pro_api_key={PRO}", {})])
def test_pro_takes_its_key_as_header_or_parameter(desk: Desk, query: str, headers: dict[str, str]) -> None:
    assert desk.answer(Asked("coingecko_pro", "/api/v3/ping", query, headers)).status == 200


def test_an_unknown_path_is_a_404_in_its_own_words(desk: Desk) -> None:
    assert ask(desk, "", "/api/v3/nothing") == (404, {"error": "Not found"})
