import json
from typing import Any

import pytest

from sandbox.desk import Desk
from sandbox.market import Market
from sandbox.wire import Asked
from tests.unit.sandbox.calls import NOON


def ask(desk: Desk, path: str) -> Any:
    return json.loads(desk.answer(Asked("coinpaprika", path)).body)


def test_quotes_are_nested_and_near_the_truth(desk: Desk, market: Market) -> None:
    by_id = {token.coinpaprika: token.id for token in market.tokens if token.coinpaprika}
    truth = market.at(NOON).price

    for row in ask(desk, "/v1/tickers"):
        assert row["quotes"]["USD"]["price"] == pytest.approx(truth[market.index[by_id[row["id"]]]], rel=0.02)


def test_ranks_have_no_gaps_though_it_does_not_know_every_token(desk: Desk, market: Market) -> None:
    rows = ask(desk, "/v1/tickers")

    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) < 300


def test_percentages_have_two_decimals_and_no_supply_is_zero(desk: Desk) -> None:
    rows = {row["symbol"]: row for row in reversed(ask(desk, "/v1/tickers"))}
    quote = rows["BTC"]["quotes"]["USD"]

    assert all(value == round(value, 2) for name, value in quote.items() if name.startswith("percent_"))
    assert rows["ETH"]["max_supply"] == 0
    assert rows["BTC"]["max_supply"] == 21_000_000


def test_global_figures_are_those_of_the_market(desk: Desk) -> None:
    figures = ask(desk, "/v1/global")

    assert 20 < figures["bitcoin_dominance_percentage"] < 90
    assert figures["last_updated"] == int(NOON.timestamp())
