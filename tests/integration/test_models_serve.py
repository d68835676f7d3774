"""From history to answers: a model is learned, serves, predicts, is asked by a caller, and is held to what it said."""

import json
import math
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from functions.ml.wiring import wired
from functions.train_models.refresh import ModelTraining
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.ml.features import REQUIRED, feature_ids
from shared.domain.ml.gathering import RowReader
from shared.domain.ml.models import ModelDetail, ModelWants, Predicted, TokenForecast, TokenPredicted
from shared.domain.ml.writing import ModelWriter
from shared.http.envelope import Envelope
from shared.http.function import Wiring
from shared.http.refresh import Occasion
from tests.callers import ANN, KnownCallers
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.fakes_documents import MemoryDocuments
from tests.functions.quoting import Served
from tests.learning import ROUNDS, TOKENS, planted
from tests.panels import store
from tests.predictions import predicted

BASE = "/api/v1/ml"
LEARNED = NOON - timedelta(days=9)
"""A Friday: what is predicted then is of a Thursday, which counts in the record in service."""


@pytest.fixture
async def ml(place: Place) -> AsyncIterator[Served]:
    """The function over a market of which the last nine days are yet to come when the model is learned."""

    def build(settings: Settings, clock: Clock) -> Wiring:
        return wired(settings, clock, documents=MemoryDocuments(), callers=KnownCallers())

    store(place, planted())
    clock = SteppingClock(LEARNED)
    await learned(place, clock)
    served = Served(build, place, clock)
    yield served
    await served.close()


async def learned(place: Place, clock: SteppingClock) -> None:
    database = Database(place.writer, read_only=False)
    training = ModelTraining(
        reader=RowReader(database),
        writer=ModelWriter(database),
        documents=MemoryDocuments(),
        clock=clock,
        source="sandbox",
        rounds=ROUNDS,
    )
    report = await training.run(Occasion("learn"))
    await database.close()
    assert (report.outcome, report.rows) == ("succeeded", 1), report.detail


async def body_of(ml: Served, path: str) -> Any:
    answer = await ml.get(BASE + path, **{"cache-control": "no-cache", **ANN})
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text, parse_constant=pytest.fail)


async def test_a_learned_model_predicts_answers_callers_and_is_graded(place: Place, ml: Served) -> None:
    report = await predicted(place, ml.clock, key="said")

    assert report.detail == f"{TOKENS} predicted, 0 graded"
    board = await body_of(ml, "/predictions?limit=250")
    model_id = board["meta"]["model"]
    assert len(Envelope[list[TokenForecast]].model_validate(board).data) == TOKENS
    model = Envelope[ModelDetail].model_validate(await body_of(ml, f"/models/{model_id}")).data
    assert (model.state, tuple(model.features), model.live, model.record.skill) == (
        "serving",
        feature_ids(),
        None,
        "some",
    )
    wants = Envelope[ModelWants].model_validate(await body_of(ml, "/predict")).data
    assert (tuple(wants.required), wants.model.id) == (REQUIRED, model_id)

    first = Envelope[TokenPredicted].model_validate(await body_of(ml, f"/predictions/{board['data'][0]['id']}")).data
    assert first.explanation is not None
    assert first.probability is not None
    why = first.explanation
    assert why.base + sum(part.contribution for part in why.parts) + why.others == pytest.approx(why.log_odds, abs=1e-9)
    assert 1 / (1 + math.exp(-why.log_odds)) == pytest.approx(first.probability, abs=1e-9)

    given = {"return_7d": 4.0, "volatility_30": 70.0}
    answer = await ml.client.post(f"{BASE}/predict", json={"features": given}, headers=ANN)
    assert answer.status_code == 200, answer.text
    own = Envelope[Predicted].model_validate_json(answer.content).data
    assert set(own.missing) == set(feature_ids()) - set(given)

    ml.clock.advance(timedelta(days=8))
    report = await predicted(place, ml.clock, key="over")

    assert report.detail == f"{TOKENS} predicted, {TOKENS} graded"
    live = Envelope[ModelDetail].model_validate(await body_of(ml, f"/models/{model_id}")).data.live
    assert live is not None
    assert (live.days, live.predictions, live.lost) == (1, TOKENS, 0)
    assert live.information_coefficient is not None
    assert live.information_coefficient.value is not None
    assert live.information_coefficient.value > 0.2, "what is planted goes on"
