"""A regime refresh from stored candles to the answer, over PostgreSQL and a document file, with a clock that is moved."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from functions.refresh_regime.refresh import RegimeRefresh
from functions.regime.main import build
from shared.cache.embedded import EmbeddedDocuments
from shared.db.engine import Database
from shared.domain.panels.panel import Panel
from shared.domain.regime.models import Regime, RegimePoint
from shared.domain.regime.writing import RegimeWriter
from shared.http.envelope import Envelope
from shared.http.refresh import Occasion
from shared.records.refresh import RefreshReport
from tests import panels
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.functions.quoting import Served

DAY = timedelta(days=1)
DAYS, TOKENS = 700, 8


@dataclass
class Regimes:
    """One instance of the refresh, and the function that answers with what it stored."""

    refresh: RegimeRefresh
    place: Place
    clock: SteppingClock
    answers: Served
    runs: int = 0

    async def run(self, key: str | None = None) -> RefreshReport:
        self.runs += 1
        return await self.refresh.run(Occasion(key or f"run {self.runs}"))

    def stored(self) -> list[list[object]]:
        return self.place.run("SELECT day::text, known_at::text, gauge, lean FROM regime_days ORDER BY day")


@pytest.fixture
async def regimes(place: Place, tmp_path: Path) -> AsyncIterator[Regimes]:
    clock = SteppingClock()
    documents = EmbeddedDocuments(tmp_path / "documents.db", clock=clock)
    database = Database(place.writer, read_only=False)
    refresh = RegimeRefresh(writer=RegimeWriter(database), documents=documents, clock=clock, source="sandbox")
    made = Regimes(refresh, place, clock, Served(build, place, clock))
    yield made
    await made.answers.close()
    await database.close()
    await documents.close()


def rising(days: int = DAYS) -> Panel:
    """Return walks of which the last two hundred days rise by a percent a day."""
    panel = panels.walks(days, TOKENS)
    lift = np.exp(np.clip(np.arange(days) - (days - 200), 0, None) * 0.01)[:, None]
    return panels.panel_of(panel.close * lift, volume_usd=panel.volume_usd, market_cap_usd=panel.market_cap_usd * lift)


async def test_every_day_is_judged_stored_and_answered(regimes: Regimes) -> None:
    panels.store(regimes.place, rising())

    report = await regimes.run()

    answer = await regimes.answers.get("/api/v1/regime")
    body = Envelope[Regime].model_validate_json(answer.content)
    assert (report.outcome, report.detail, report.rows) == ("succeeded", None, DAYS - 1)
    assert (str(body.data.day), body.data.gauge) in (("2026-02-28", "bullish"), ("2026-02-28", "strong_bullish"))
    assert body.data.since is not None
    assert body.data.days == (body.data.day - body.data.since).days + 1
    assert body.data.lean == pytest.approx(
        (body.data.carried or 0) + sum(each.contribution for each in body.data.features or ()), abs=1e-9
    )
    assert all(each.flips_at is None or each.flips_at < (each.value or 0) for each in body.data.features or ())
    assert (body.meta.stale, body.meta.source, body.meta.as_of) == (False, "sandbox", NOON.replace(hour=0))


async def test_fields_are_those_documented(regimes: Regimes) -> None:
    panels.store(regimes.place, rising())
    await regimes.run()

    data = json.loads((await regimes.answers.get("/api/v1/regime")).text)["data"]

    assert set(data) == set(Regime.model_fields)
    assert "NaN" not in json.dumps(data)


async def test_history_is_as_it_was_said_then(regimes: Regimes) -> None:
    panels.store(regimes.place, rising())
    await regimes.run()
    said_at = round(NOON.timestamp() * 1000)
    regimes.place.run(
        "INSERT INTO regime_days SELECT day, known_at + interval '1 hour', 'another', inputs, 'neutral', NULL, 0, 1, 0, evidence,"
        " confluence, lean, carried, explanation FROM regime_days WHERE day = '2026-02-28'"
    )
    regimes.clock.advance(timedelta(hours=2))

    path = "/api/v1/regime/history?from=2026-02-01"
    now = Envelope[list[RegimePoint]].model_validate_json((await regimes.answers.get(path)).content)
    then = Envelope[list[RegimePoint]].model_validate_json(
        (await regimes.answers.get(f"{path}&as_of={said_at}")).content
    )
    before = await regimes.answers.fresh(f"{path}&as_of={said_at - 1}")

    assert (now.data[-1][1], now.meta.total, len(now.data)) == ("neutral", 28, 28)
    assert then.data[-1][1] in ("bullish", "strong_bullish")
    assert (before["data"], before["meta"]["total"]) == ([], 0)


async def test_a_later_hour_judges_nothing_anew_and_a_new_day_adds_one_row(regimes: Regimes) -> None:
    panels.store(regimes.place, rising())
    await regimes.run()
    stored = regimes.stored()
    regimes.clock.advance(timedelta(hours=1))
    again = await regimes.run()
    assert (again.rows, regimes.stored()) == (0, stored)

    regimes.clock.advance(timedelta(hours=12))
    waiting = await regimes.run()
    assert (waiting.rows, waiting.outcome, regimes.stored()) == (0, "degraded", stored)

    [[series]] = regimes.place.run("SELECT count(*) FROM candle_series")
    assert series == TOKENS
    regimes.place.run(
        "INSERT INTO candles (series_id, source_id, closed, opened_at, known_at, open, high, low, close, turnover)"
        " SELECT series_id, source_id, closed, opened_at + interval '1 day', known_at, open, high, low, close, turnover"
        " FROM candles WHERE opened_at = '2026-02-28 00:00Z'"
    )
    added = await regimes.run()

    assert (added.rows, added.outcome) == (1, "succeeded")
    assert regimes.stored()[:-1] == stored


async def test_a_second_delivery_writes_nothing(regimes: Regimes) -> None:
    panels.store(regimes.place, rising(120))
    first = await regimes.run("refresh-regime@00:17")

    second = await regimes.run("refresh-regime@00:17")

    assert (second.started_at, second.rows, len(regimes.stored())) == (first.started_at, first.rows, 119)


@pytest.mark.parametrize("days", [2, 13])
async def test_too_short_a_history_is_unknown_and_says_why(regimes: Regimes, days: int) -> None:
    panels.store(regimes.place, panels.walks(days, TOKENS))

    await regimes.run()

    body = Envelope[Regime].model_validate_json((await regimes.answers.get("/api/v1/regime")).content)
    assert (body.data.gauge, body.data.probabilities, body.data.features) == (None, None, None)
    assert "365 days" in (body.data.reason or "")


async def test_without_any_price_nothing_is_said(regimes: Regimes) -> None:
    report = await regimes.run()

    answer = await regimes.answers.get("/api/v1/regime")
    assert (report.outcome, report.rows) == ("succeeded", 0)
    assert report.detail == "nothing to judge yet: there is no day with a price"
    assert (answer.status_code, answer.json()["code"]) == (503, "no_data")


async def test_only_tokens_that_follow_another_are_no_market(regimes: Regimes) -> None:
    panels.store(regimes.place, panels.walks(400, 3))
    regimes.place.run("UPDATE tokens SET symbol = 'USDT', name = 'Tether'")

    report = await regimes.run()

    assert (report.outcome, (report.detail or "")[:20]) == ("succeeded", "nothing to judge yet")
    assert regimes.stored() == []


async def test_what_was_said_cannot_be_changed(regimes: Regimes) -> None:
    panels.store(regimes.place, panels.walks(20, TOKENS))
    await regimes.run()

    for statement in ("UPDATE regime_days SET reason = 'other'", "DELETE FROM regime_days"):
        with pytest.raises(Exception, match="stands"):
            regimes.place.run(statement)


async def test_a_day_is_explained_and_an_unknown_one_is_not_found(regimes: Regimes) -> None:
    panels.store(regimes.place, rising())
    await regimes.run()

    day: Any = await regimes.answers.fresh("/api/v1/regime/explain?day=2026-01-15")
    missing = await regimes.answers.get("/api/v1/regime/explain?day=2020-01-15")
    refused = [
        (await regimes.answers.get(f"/api/v1/regime/{path}")).status_code
        for path in (
            "explain?day=never",
            "explain?as_of=2199-01-01",
            "history?from=5&to=4",
            "history?cursor=zz",
            "?x=1",
        )
    ]

    assert day["data"]["day"] == "2026-01-15"
    assert (missing.status_code, missing.json()["code"]) == (404, "day_not_found")
    assert refused == [422, 422, 422, 422, 404] or refused == [422] * 5


async def test_three_promises_after_the_last_refresh_the_answer_is_stale(regimes: Regimes) -> None:
    panels.store(regimes.place, rising(60))
    await regimes.run()
    regimes.clock.advance(timedelta(hours=3, seconds=1))

    body = await regimes.answers.fresh("/api/v1/regime")

    assert body["meta"]["stale"] is True
