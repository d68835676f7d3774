"""Alternative.me's stand-in: its shape, its phases, its gaps and revisions."""

import json
from datetime import timedelta
from statistics import fmean
from typing import Any

from sandbox.market import Market
from sandbox.stand import Scene
from sandbox.stands.alternative_me import fng, value_of
from sandbox.wire import Asked
from tests.unit.sandbox.calls import NOON
from tests.unit.sandbox.recorded import RECORDED, needs_recorded

DAY = 86_400
NOW = int(NOON.timestamp())


def answer(market: Market, limit: int = 30, at: int = NOW) -> Any:
    return json.loads(fng(Scene(market, at), Asked("alternative_me", "/fng/", f"limit={limit}")).body)


@needs_recorded
def test_answers_have_the_shape_of_the_real_ones(market: Market) -> None:
    real = json.loads((RECORDED / "alternative-me/fng__02.json").read_text(encoding="utf-8"))
    ours = answer(market, limit=2)

    assert list(ours) == list(real)
    assert ours["metadata"] == real["metadata"]
    assert [list(row) for row in ours["data"]] == [list(row) for row in real["data"]]
    assert {type(value) for row in ours["data"] for value in row.values()} == {str}


def test_the_same_moment_gives_the_same_bytes() -> None:
    asked = Asked("alternative_me", "/fng/", "limit=30")

    assert fng(Scene(Market(7, 60), NOW), asked).body == fng(Scene(Market(7, 60), NOW), asked).body


def test_fear_and_greed_follow_the_market_s_phases(market: Market) -> None:
    by_kind: dict[str, list[int]] = {}
    for number in range(0, 1500, 5):
        moment = NOON - timedelta(days=number)
        day = int(moment.timestamp()) // DAY * DAY
        by_kind.setdefault(market.phase_at(moment).kind, []).append(value_of(market, day))

    assert fmean(by_kind["bear"]) + 15 < fmean(by_kind["neutral"]) < fmean(by_kind["bull"]) - 15


def test_some_days_are_missing_and_no_value_is_told_of_tomorrow(market: Market) -> None:
    rows = answer(market, limit=0)["data"]
    days = [int(row["timestamp"]) for row in rows]

    assert days == sorted(days, reverse=True)
    assert max(days) <= NOW
    assert 0 < (days[0] - days[-1]) // DAY + 1 - len(days) < 20


def test_a_few_values_are_revised_in_the_morning(market: Market) -> None:
    midnight = NOW // DAY * DAY
    revised = [
        day
        for day in range(midnight - 300 * DAY, midnight, DAY)
        if value_of(market, day, revised=False) != value_of(market, day)
    ]
    told = (
        answer(market, limit=1, at=revised[0] + 3600)["data"][0],
        answer(market, limit=1, at=revised[0] + 30_000)["data"][0],
    )

    assert 2 < len(revised) < 30
    assert told[0]["timestamp"] == told[1]["timestamp"]
    assert told[0]["value"] != told[1]["value"]
