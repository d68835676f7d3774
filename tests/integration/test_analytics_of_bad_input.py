"""Whatever history tokens have, scores, screener, regime and predictions are made of it, and answers are numbers or null."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from functions.ml.wiring import wired
from functions.refresh_regime.refresh import RegimeRefresh
from functions.regime.main import build as build_regime
from functions.scores.main import build as build_scores
from functions.screener.main import build as build_screener
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.regime.writing import RegimeWriter
from shared.http.function import Wiring
from shared.http.refresh import Occasion
from shared.records.refresh import RefreshReport
from tests import broken
from tests.broken import TOKEN
from tests.callers import ANN, KnownCallers
from tests.clocks import NOON, SteppingClock
from tests.databases import Place, Server
from tests.fakes_documents import MemoryDocuments
from tests.functions.quoting import Served
from tests.models import artifact
from tests.models import stored as stored_model
from tests.panels import walks
from tests.predictions import predicted
from tests.scored import scored
from tests.screened import built

DAYS, TOKENS = 600, 20
"""The regime judges from a year and the record of half a one on."""
UNPRICED = ("none", "one", "zero")
BUILDS = {"scores": build_scores, "screener": build_screener, "regime": build_regime}


def build_ml(settings: Settings, clock: Clock) -> Wiring:
    return wired(settings, clock, documents=MemoryDocuments(), callers=KnownCallers())


async def judged(place: Place) -> RefreshReport:
    database = Database(place.writer, read_only=False)
    try:
        refresh = RegimeRefresh(
            writer=RegimeWriter(database), documents=MemoryDocuments(), clock=SteppingClock(NOON), source="sandbox"
        )
        return await refresh.run(Occasion("run"))
    finally:
        await database.close()


async def refreshed(place: Place) -> list[RefreshReport]:
    """Run everything that is made of daily history, in the order in which it is made."""
    reports = [await scored(place, SteppingClock(NOON)), await judged(place)]
    return [*reports, await predicted(place, SteppingClock(NOON)), await built(place, SteppingClock(NOON))]


@pytest.fixture(scope="module")
def bad(server: Server) -> tuple[Place, list[RefreshReport]]:
    """A broken market of which everything was made, for tests that only read."""
    return _made(server, "analytics_bad", excluded=False)


@pytest.fixture(scope="module")
def pegged(server: Server) -> tuple[Place, list[RefreshReport]]:
    """The same one, in which every token only follows another price."""
    return _made(server, "analytics_pegged", excluded=True)


def _made(server: Server, name: str, *, excluded: bool) -> tuple[Place, list[RefreshReport]]:
    server.create(name, "migrated")
    place = Place(server, name)
    broken.stored(place, walks(DAYS, TOKENS, seed=9))
    if excluded:
        broken.all_excluded(place)
    stored_model(place, artifact())
    return place, asyncio.run(refreshed(place))


@pytest.fixture
async def asked(bad: tuple[Place, list[RefreshReport]]) -> AsyncIterator[dict[str, Served]]:
    served = _served(bad[0])
    yield served
    for each in served.values():
        await each.close()


@pytest.fixture
async def asked_pegged(pegged: tuple[Place, list[RefreshReport]]) -> AsyncIterator[dict[str, Served]]:
    served = _served(pegged[0])
    yield served
    for each in served.values():
        await each.close()


def _served(place: Place) -> dict[str, Served]:
    served = {name: Served(build, place) for name, build in BUILDS.items()}
    return served | {"ml": Served(build_ml, place, SteppingClock(NOON))}


async def told(asked: dict[str, Served], path: str, status: int = 200) -> Any:
    group = path.split("/")[0].split("?")[0]
    answer = await asked[group].get(f"/api/v1/{path}", **{"cache-control": "no-cache", **ANN})
    assert answer.status_code == status, (path, answer.text)
    return json.loads(answer.text, parse_constant=pytest.fail)


def test_every_refresh_succeeds(bad: tuple[Place, list[RefreshReport]]) -> None:
    assert [(each.refresh, each.outcome) for each in bad[1]] == [
        ("refresh_scores", "succeeded"),
        ("refresh_regime", "succeeded"),
        ("refresh_predictions", "succeeded"),
        ("refresh_screener", "succeeded"),
    ]


async def test_scores_are_numbers_or_null_and_nobody_without_history_is_ranked(
    asked: dict[str, Served], bad: tuple[Place, list[RefreshReport]]
) -> None:
    board = (await told(asked, "scores/leaderboard?limit=100"))["data"]
    every = {
        str(row[0]): await told(asked, f"scores/{row[0]}") for row in bad[0].run("SELECT token_id FROM token_scores")
    }
    for token_id in every:
        await told(asked, f"scores/{token_id}/history")

    assert len(every) == TOKENS
    ranked = {each["id"] for each in board}
    assert ranked.isdisjoint({TOKEN[kind] for kind in (*UNPRICED, "thirteen", "ended")})
    assert {each["data"]["crypto_score"] for name, each in every.items() if name not in ranked} == {None}
    assert ranked >= {"bitcoin", TOKEN["renamed"], TOKEN["zero days"]}
    assert all(0 <= each["crypto_score"] <= 100 for each in board)


async def test_the_screener_tells_every_token_and_never_passes_an_unknown_number(asked: dict[str, Served]) -> None:
    every = await told(asked, "screener?limit=100")
    moved = await told(asked, "screener?limit=100&min_return_30d=-1000000")
    scored_ones = await told(asked, "screener?limit=100&min_crypto_score=0")

    assert every["meta"]["total"] == TOKENS
    assert {each["id"] for each in scored_ones["data"]}.isdisjoint({TOKEN[kind] for kind in UNPRICED})
    assert moved["data"] == [], "data points are made by another refresh, which did not run"


async def test_the_regime_is_judged_of_the_tokens_that_have_prices(asked: dict[str, Served]) -> None:
    now = (await told(asked, "regime"))["data"]
    history = (await told(asked, "regime/history?from=2024-01-01"))["data"]
    await told(asked, "regime/explain")

    assert str(now["day"]) == "2026-02-28"
    assert now["gauge"] is not None
    days = [each[0] for each in history]
    assert (days, len(days)) == (list(range(days[0], days[-1] + 1, 86_400_000)), DAYS - 1)
    assert history[0][1:] == [None] * 4, "of its first year nothing can be said"


async def test_predictions_are_numbers_and_null_says_why(
    asked: dict[str, Served], bad: tuple[Place, list[RefreshReport]]
) -> None:
    board = (await told(asked, "ml/predictions?limit=250"))["data"]
    every = {
        str(row[0]): await told(asked, f"ml/predictions/{row[0]}") for row in bad[0].run("SELECT token_id FROM quotes")
    }

    assert len(every) == TOKENS
    predicted_ones = {each["id"] for each in board if each["probability"] is not None}
    assert predicted_ones.isdisjoint({TOKEN[kind] for kind in (*UNPRICED, "thirteen", "ended")})
    assert predicted_ones >= {"bitcoin", TOKEN["renamed"]}
    for token_id, body in every.items():
        assert (body["data"]["probability"] is None) == (token_id not in predicted_ones)
        assert (body["data"]["reason"] is None) == (token_id in predicted_ones)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", '"7"', "true"])
async def test_a_vector_that_is_not_of_numbers_is_refused(asked: dict[str, Served], value: str) -> None:
    content = f'{{"features": {{"return_7d": {value}, "volatility_30": 70.0}}}}'
    headers = {**ANN, "content-type": "application/json"}

    answer = await asked["ml"].client.post("/api/v1/ml/predict", content=content, headers=headers)

    assert answer.status_code in (400, 422)
    json.loads(answer.text, parse_constant=pytest.fail)


async def test_where_every_token_follows_another_price_answers_are_empty_or_null_and_never_wrong(
    asked_pegged: dict[str, Served], pegged: tuple[Place, list[RefreshReport]]
) -> None:
    board = await told(asked_pegged, "scores/leaderboard")
    every = await told(asked_pegged, "screener?limit=100")
    predictions = await told(asked_pegged, "ml/predictions")

    assert {each.outcome for each in pegged[1]} == {"succeeded"}
    assert (await told(asked_pegged, "regime", 503))["code"] == "no_data"
    assert (board["data"], board["meta"]["excluded"]) == ([], TOKENS)
    assert {each["crypto_score"] for each in every["data"]} == {None}
    assert predictions["data"] == []
