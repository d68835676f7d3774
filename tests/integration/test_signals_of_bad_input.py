"""Whatever history tokens have, the refresh of signals succeeds and its answers are JSON: numbers or null."""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.signals.main import build
from tests import broken
from tests import signals as facts
from tests.broken import TOKEN
from tests.clocks import NOON
from tests.databases import Place
from tests.functions.quoting import Served
from tests.signals import signals_over

PATHS = ("heatmap?limit=100", "consensus?limit=100", "divergences", "track-record", "datapoints")


def stored(place: Place) -> None:
    broken.stored(place, facts.rising(110, 16))
    facts.quoted_at(place, NOON)
    facts.greed(place)
    facts.mood(place, "", 0.4)


async def answers(place: Place, folder: Path) -> dict[str, Any]:
    """Run the refresh and return what is answered to every question, parsed without what JSON has not."""
    async with signals_over(place, folder) as signals:
        report = await signals.run()
        assert (report.outcome, report.rows) == ("succeeded", 16)
        served = Served(build, place, signals.clock)
        told = {}
        ids = [str(row[0]) for row in place.run("SELECT token_id FROM quotes ORDER BY token_id")]
        for path in (*PATHS, *ids, *(f"{name}/history" for name in ids)):
            answer = await served.get(f"/api/v1/signals/{path}")
            assert answer.status_code == 200, (path, answer.text)
            told[path] = json.loads(answer.text, parse_constant=lambda name: pytest.fail(name))["data"]
        await served.close()
        return told


async def test_every_kind_of_bad_history_is_answered_in_numbers_or_null(place: Place, tmp_path: Path) -> None:
    stored(place)

    told = await answers(place, tmp_path)

    def value(kind: str, point: str) -> object:
        every = {each["id"]: each["value"] for each in told[TOKEN[kind]]["datapoints"]}
        return every[point]

    assert {value(kind, "return_1d") for kind in ("none", "one", "zero", "ended")} == {None}
    assert (value("thirteen", "return_7d") is None, value("thirteen", "return_14d")) == (False, None)
    assert (value("holes", "return_7d") is None, value("holes", "return_90d") is None) == (False, False)
    assert (value("constant", "return_30d"), value("constant", "rsi_14")) == (0, None)
    assert (value("no volume", "quiet_days_30"), value("no volume", "mfi_14")) == (30, None)
    assert abs(float(str(value("renamed", "return_30d")))) < 300
    assert value("none", "fear_greed") == 80


async def test_where_every_token_follows_another_price_all_are_judged_and_none_gets_a_signal(
    place: Place, tmp_path: Path
) -> None:
    stored(place)
    broken.all_excluded(place)

    told = await answers(place, tmp_path)

    assert len(told["heatmap?limit=100"]) == 16
    assert told["track-record"]["log"] == []
    assert place.run("SELECT count(*) FROM signal_log") == [[0]]
