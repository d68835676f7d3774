"""Whatever history tokens have, the indices are kept, answers are numbers or null, and the log of transactions verifies."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from functions.indices.wiring import wired
from functions.run_backtests.work import BacktestWorker
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.backtests.models import BacktestTold
from shared.domain.chain import first_broken
from shared.domain.indices.catalogue import BENCHMARK, INDICES, MAIN
from shared.domain.indices.models import Holdings, IndexTransaction, Performance
from shared.domain.indices.numeric.market import SILENT_DAYS
from shared.http.envelope import Envelope
from shared.http.function import Wiring
from shared.records.refresh import RefreshReport
from tests import broken
from tests.broken import ENDED_BEFORE_END, RENAMED_BEFORE_END, TOKEN
from tests.callers import ANN, KnownCallers
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.functions.quoting import Served
from tests.indices import documents_in, refresh_once, worker_over
from tests.panels import store, walks

BASE = "/api/v1/indices"
DAYS, TOKENS = 110, 40
DAY = timedelta(days=1)
TODAY = NOON.date()
MORE = 8
"""Days that come later: one Sunday at least."""
WHOLE = walks(DAYS + MORE, TOKENS, seed=21, last=NOON + MORE * DAY)


class HeldTasks:
    """A queue that keeps what is put into it."""

    def __init__(self) -> None:
        self.bodies: list[object] = []

    async def put(self, name: str, body: object) -> None:
        self.bodies.append(body)


@dataclass
class Indices:
    """The refresh, the function that answers, and the worker that does its backtests, over one database."""

    place: Place
    folder: Path
    served: Served
    queue: HeldTasks
    worker: BacktestWorker

    async def refresh(self, *, days: int = 0) -> RefreshReport:
        return await refresh_once(self.place, self.folder, SteppingClock(NOON + days * DAY))

    async def told(self, path: str = "", status: int = 200) -> Any:
        answer = await self.served.get(BASE + path, **{"cache-control": "no-cache"})
        assert answer.status_code == status, (path, answer.text)
        return json.loads(answer.text, parse_constant=pytest.fail)

    async def log(self, index_id: str) -> list[IndexTransaction]:
        """Return the whole log, oldest first, page by page as callers get it, after its chain was verified as they would."""
        raw: list[dict[str, Any]] = []
        query = "?limit=500"
        while query:
            page = await self.told(f"/{index_id}/transactions{query}")
            raw += page["data"]
            query = page["meta"].get("next", "")
        raw.reverse()
        assert first_broken([_entry(each) for each in raw]) is None
        return [IndexTransaction.model_validate(each) for each in raw]

    async def backtest(self, body: dict[str, Any]) -> BacktestTold:
        content = json.dumps({"from": str(TODAY - 90 * DAY), "to": str(TODAY), **body})
        headers = {**ANN, "content-type": "application/json"}
        asked = await self.served.client.post(f"{BASE}/backtests", content=content, headers=headers)
        assert asked.status_code == 202, asked.text
        await self.worker.work(self.queue.bodies[-1])
        answer = await self.served.get(f"{BASE}/backtests/{asked.json()['data']['id']}", **ANN)
        json.loads(answer.text, parse_constant=pytest.fail)
        return Envelope[BacktestTold].model_validate_json(answer.content).data


def _entry(told: dict[str, Any]) -> tuple[str, str, dict[str, object]]:
    return (
        told["previous"],
        told["hash"],
        {name: each for name, each in told.items() if name not in ("previous", "hash")},
    )


@pytest.fixture
async def indices(place: Place, tmp_path: Path) -> AsyncIterator[Indices]:
    clock = SteppingClock(NOON)
    documents, queue = documents_in(tmp_path, clock), HeldTasks()
    database = Database(place.reader, read_only=True)

    def build(settings: Settings, clock: Clock) -> Wiring:
        return wired(settings, clock, documents=documents, queue=queue, callers=KnownCallers())

    served = Served(build, place, clock)
    broken.stored(place, WHOLE.until(DAYS))
    yield Indices(place, tmp_path, served, queue, worker_over(database, documents, clock))
    await served.close()
    await documents.close()
    await database.close()


async def everything(indices: Indices) -> dict[str, Any]:
    """Return what is answered to every question about every index that is kept."""
    kept = [each["id"] for each in (await indices.told())["data"]]
    paths = [f"/{name}{part}" for name in kept for part in ("", "/holdings", "/performance", "/transactions?limit=500")]
    return {path: (await indices.told(path))["data"] for path in paths}


async def test_every_kind_of_bad_history_is_held_sold_and_told_in_numbers_or_null(indices: Indices) -> None:
    report = await indices.refresh()

    assert (report.outcome, report.detail) == ("succeeded", None)
    told = await everything(indices)
    assert {path.split("/")[1] for path in told} >= {MAIN, BENCHMARK, "btc-hold"}
    for name in (MAIN, BENCHMARK):
        Performance.model_validate(told[f"/{name}/performance"])
        held = {each.token_id: each for each in Holdings.model_validate(told[f"/{name}/holdings"]).tokens}
        assert held.keys().isdisjoint({TOKEN["none"], TOKEN["one"], TOKEN["zero"], TOKEN["ended"]})
        assert held.keys() >= {TOKEN[kind] for kind in ("thirteen", "constant", "no volume", "renamed", "zero days")}
        assert all(each.weight > 0 and each.price_usd > 0 for each in held.values())
        traded = {each["token_id"] for each in told[f"/{name}/transactions?limit=500"]}
        assert TOKEN["holes"] in traded, "held while it has a price at the close of a Sunday"


async def test_the_log_tells_of_the_delisting_and_the_new_coins_and_verifies(indices: Indices) -> None:
    await indices.refresh()

    entries = await indices.log(BENCHMARK)

    ended = [each for each in entries if each.token_id == TOKEN["ended"]]
    assert float(ended[0].units) > 0
    sold = ended[-1]
    silent_since = TODAY - ENDED_BEFORE_END * DAY
    assert (sold.reason, sold.at.date()) == ("delisting", silent_since + (SILENT_DAYS - 1) * DAY)
    last = indices.place.run(
        "SELECT CAST(close AS float8) FROM candles JOIN candle_series USING (series_id)"  # noqa: S608 the test's own
        f" WHERE token_id = '{TOKEN['ended']}' ORDER BY opened_at DESC LIMIT 1"
    )
    assert float(sold.price_usd) == last[0][0]
    assert float(sold.slippage_usd) == pytest.approx(
        INDICES[BENCHMARK].rules.costs.delisting_penalty * float(sold.value_usd)
    )
    assert sum(float(each.units) for each in ended) == pytest.approx(0, abs=1e-9)

    [renamed] = [each for each in entries if each.reason == "redenomination"]
    assert (renamed.token_id, renamed.at.date()) == (TOKEN["renamed"], TODAY - RENAMED_BEFORE_END * DAY)
    before = sum(float(each.units) for each in entries if each.token_id == TOKEN["renamed"] and each.at < renamed.at)
    assert float(renamed.units) == pytest.approx(before / 1000)


async def test_new_coins_and_prices_of_zero_make_nobody_rich_or_poor(indices: Indices) -> None:
    await indices.refresh()

    rows = indices.place.run(
        f"SELECT day, CAST(value AS float8) FROM index_days WHERE index_id = '{BENCHMARK}' ORDER BY day"  # noqa: S608
    )
    days: list[date] = [row[0] for row in rows]  # type: ignore[misc]
    values = np.array([row[1] for row in rows], dtype=np.float64)

    assert days == [days[0] + number * DAY for number in range(len(days))]
    # Forty walks of 4 % a day together move by a tenth of that; the penalty for what was delisted is a few percent.
    assert np.abs(values[1:] / values[:-1] - 1.0).max() < 0.2


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"universe": {"only": list(TOKEN.values())}, "rebalance": "daily", "cap": 1.0},
        {"universe": {"only": [TOKEN["constant"]]}, "cap": 1.0},
        {"universe": {"only": [TOKEN["ended"]]}, "cap": 1.0, "weighting": "equal"},
        {"universe": {"only": [TOKEN["thirteen"], TOKEN["holes"]]}, "weighting": "root_market_cap", "delay_days": 2},
        {"universe": {"only": [TOKEN["zero days"], TOKEN["renamed"]]}, "exposure": {"kind": "two_states"}},
    ],
    ids=["all", "only broken ones", "a constant", "one that ends", "young and holed", "zeros and new coins"],
)
async def test_backtests_of_bad_history_end_with_a_report(indices: Indices, asked: dict[str, Any]) -> None:
    told = await indices.backtest(asked)

    assert (told.state, told.detail) == ("done", None)
    assert told.report is not None
    assert told.report.figures.days == 90


@pytest.mark.parametrize("kind", ["none", "zero"])
async def test_a_backtest_of_what_has_no_price_says_so(indices: Indices, kind: str) -> None:
    told = await indices.backtest({"universe": {"only": [TOKEN[kind]]}})

    assert (told.state, told.report) == ("failed", None)
    assert told.detail == "none of the tokens has a daily history in these days"


async def test_where_every_token_follows_another_price_there_is_no_index_and_no_data(indices: Indices) -> None:
    broken.all_excluded(indices.place)

    report = await indices.refresh()

    assert (report.outcome, report.rows) == ("succeeded", 0)
    assert report.detail == f"{MAIN} begins with the first completed day of which 20 capitalisations are known"
    for path in ("", f"/{MAIN}", f"/{MAIN}/holdings", f"/{MAIN}/performance", f"/{BENCHMARK}/transactions"):
        assert (await indices.told(path, 503))["code"] == "no_data"
    told = await indices.backtest({})
    assert told.report is None or told.report.figures.volatility in (None, 0.0)


async def test_what_is_held_when_every_token_is_excluded_is_sold_for_usdc(indices: Indices) -> None:
    await indices.refresh()
    indices.place.run(
        "DELETE FROM candles; DELETE FROM price_points; DELETE FROM candle_series; DELETE FROM quotes; DELETE FROM tokens"
    )
    store(indices.place, broken.broken(WHOLE))
    broken.all_excluded(indices.place)

    report = await indices.refresh(days=MORE)

    assert report.outcome == "succeeded"
    indices.served.clock.advance(MORE * DAY)
    held = Holdings.model_validate((await indices.told(f"/{BENCHMARK}/holdings"))["data"])
    assert (held.tokens, held.usdc_weight) == ([], 1.0)
    entries = await indices.log(BENCHMARK)
    left: dict[str, float] = {}
    for each in entries:
        held_before = left.get(each.token_id, 0.0)
        left[each.token_id] = float(each.units) if each.reason == "redenomination" else held_before + float(each.units)
    assert max(map(abs, left.values())) < 1e-9
