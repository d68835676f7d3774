"""Whatever history tokens have, the refresh of signals succeeds and its answers are JSON: numbers or null."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from functions.signals.main import build
from shared.domain.panels.panel import Panel
from tests import signals as facts
from tests.clocks import NOON
from tests.databases import Place
from tests.functions.quoting import Served
from tests.panels import store
from tests.signals import signals_over

TOKEN = {
    "none": 3,
    "one": 4,
    "thirteen": 5,
    "holes": 6,
    "constant": 7,
    "no volume": 8,
    "zero": 9,
    "renamed": 10,
    "ended": 11,
}
"""By what is wrong with it."""
PATHS = ("heatmap?limit=100", "consensus?limit=100", "divergences", "track-record", "datapoints")


def broken() -> Panel:
    panel = facts.rising(110, 16)
    prices = (panel.open, panel.high, panel.low, panel.close)
    for array in prices:
        array[:, TOKEN["none"]] = np.nan
        array[:-1, TOKEN["one"]] = np.nan
        array[:-13, TOKEN["thirteen"]] = np.nan
        array[::4, TOKEN["holes"]] = np.nan
        array[60:75, TOKEN["holes"]] = np.nan
        array[:, TOKEN["constant"]] = 0.25
        array[90:, TOKEN["renamed"]] *= 1000.0
        array[-20:, TOKEN["ended"]] = np.nan
    panel.volume_usd[:, TOKEN["no volume"]] = 0.0
    panel.market_cap_usd[:, TOKEN["ended"]] = np.nan
    return panel


def stored(place: Place) -> None:
    store(place, broken())
    zero = f"token-{TOKEN['zero']}"
    none = f"token-{TOKEN['none']}"
    place.run(
        f"UPDATE price_points SET price_usd = 0 WHERE token_id = '{zero}';"  # noqa: S608 the test's own
        f"DELETE FROM candles USING candle_series AS held WHERE held.series_id = candles.series_id AND token_id = '{zero}';"
        "INSERT INTO quotes (token_id, price_usd, rank, as_of, priced_at, facts_provider, sources, source_prices, data_source, refreshed_at)"
        f" SELECT '{none}', 1, 99, as_of, priced_at, facts_provider, sources, source_prices, data_source, refreshed_at"
        " FROM quotes WHERE token_id = 'bitcoin'"
    )
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
        every = {each["id"]: each["value"] for each in told[f"token-{TOKEN[kind]}"]["datapoints"]}
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
    place.run("UPDATE tokens SET name = 'Wrapped ' || name")

    told = await answers(place, tmp_path)

    assert len(told["heatmap?limit=100"]) == 16
    assert told["track-record"]["log"] == []
    assert place.run("SELECT count(*) FROM signal_log") == [[0]]
