import json
import re
from typing import Any

import pytest

from sandbox.desk import Desk
from sandbox.market import Market
from sandbox.wire import Asked
from tests.unit.sandbox.calls import CAP, NOON

_BEARER = {"authorization": f"Bearer {CAP}"}


def ask(desk: Desk, query: str = "", path: str = "/v3/assets") -> Any:
    return json.loads(desk.answer(Asked("coincap", path, query, _BEARER)).body)


def test_numbers_are_strings_with_sixteen_decimals(desk: Desk, market: Market) -> None:
    row = ask(desk)["data"][0]

    assert row["id"] == "bitcoin"
    assert re.fullmatch(r"\d+\.\d{16}", row["priceUsd"])
    assert float(row["priceUsd"]) == pytest.approx(market.at(NOON).price[0], rel=0.005)
    assert row["rank"] == "1"


def test_ripple_is_called_xrp_here(desk: Desk) -> None:
    assert "xrp" in {row["id"] for row in ask(desk)["data"]}


def test_a_hundred_rows_unless_more_are_asked_for(desk: Desk) -> None:
    assert len(ask(desk)["data"]) == 100
    assert len(ask(desk, "limit=2000")["data"]) > 200
    assert ask(desk, "limit=10&offset=10")["data"][0]["rank"] == "11"
    assert [row["id"] for row in ask(desk, "ids=ethereum,xrp")["data"]] == ["ethereum", "xrp"]


@pytest.mark.parametrize(("headers", "status"), [({}, 401), ({"authorization": "Bearer no"}, 401), (_BEARER, 200)])
def test_version_three_asks_for_a_key(desk: Desk, headers: dict[str, str], status: int) -> None:
    assert desk.answer(Asked("coincap", "/v3/assets", "", headers)).status == status


def test_version_two_asks_for_none_and_has_fewer_fields(desk: Desk) -> None:
    answer = json.loads(desk.answer(Asked("coincap", "/v2/assets")).body)

    assert list(answer) == ["data", "timestamp"]
    assert "explorer" not in answer["data"][0]
    assert "explorer" in ask(desk)["data"][0]
    assert NOON.timestamp() * 1000 <= answer["timestamp"] < NOON.timestamp() * 1000 + 5000
