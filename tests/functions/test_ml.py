"""Models and predictions end to end: a model and history in PostgreSQL, the refresh, and the function that answers."""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from functions.ml.wiring import wired
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.domain.ml.models import (
    ModelDetail,
    ModelSummary,
    ModelWants,
    Predicted,
    PredictionRequest,
    TokenForecast,
    TokenPredicted,
)
from shared.domain.ml.numeric.forecasting import forecasts
from shared.domain.ml.numeric.scoring import Scorer
from shared.http.envelope import Envelope
from shared.http.function import Wiring
from shared.records.caller import Caller
from tests.callers import ANN, KnownCallers
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.fakes_documents import MemoryDocuments
from tests.models import FEATURES, REQUIRED, artifact, stored, vectors
from tests.panels import store
from tests.predictions import YOUNG, forget_after, market, predicted
from tests.scored import stablecoin

from .quoting import Served

BASE = "/api/v1/ml"
DAY = timedelta(days=1)
TODAY = NOON.replace(hour=0)
KEY = {"X-Api-Key": "key-of-ann"}
PEG = "token-3"
SERVING, RETIRED, REFUSED = "20260222-0a1b2c3d", "20260215-0a1b2c3d", "20260220-0a1b2c3d"


class Callers(KnownCallers):
    """Keys may do what they were made for."""

    def __init__(self, *scopes: str) -> None:
        super().__init__()
        self._scopes = frozenset(scopes)

    async def identify(self, headers: Any, *, strictly: bool = False) -> Caller | None:
        caller = await super().identify(headers, strictly=strictly)
        if caller is None or caller.via == "token":
            return caller
        return Caller(uid=caller.uid, via="key", key_id="k1", scopes=self._scopes)


def serving(place: Place, *scopes: str) -> Served:
    def build(settings: Settings, clock: Clock) -> Wiring:
        return wired(settings, clock, documents=MemoryDocuments(), callers=Callers(*(scopes or ("predict",))))

    return Served(build, place, SteppingClock(NOON))


@pytest.fixture(scope="module")
def furnished(shared_place: Place) -> Place:
    """Three models, and a market that the serving one was asked about: a stablecoin, a young token, ten others."""
    stored(shared_place, artifact(RETIRED, skill=False), trained_at=datetime(2026, 2, 15, 3, tzinfo=UTC))
    stored(shared_place, artifact(REFUSED), state="refused", trained_at=datetime(2026, 2, 20, 3, tzinfo=UTC))
    stored(shared_place, artifact(SERVING))
    store(shared_place, market())
    stablecoin(shared_place, PEG)
    report = asyncio.run(predicted(shared_place, SteppingClock(NOON)))
    assert (report.outcome, report.rows, report.detail) == ("succeeded", 10, "10 predicted, 0 graded")
    return shared_place


@pytest.fixture
async def ml(furnished: Place) -> AsyncIterator[Served]:
    served = serving(furnished)
    yield served
    await served.close()


@pytest.fixture
async def empty(place: Place) -> AsyncIterator[Served]:
    served = serving(place)
    yield served
    await served.close()


async def body_of(served: Served, path: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Any:
    answer = await served.get(BASE + path, **{"cache-control": "no-cache", **(headers or {})})
    assert answer.status_code == status, answer.text
    return json.loads(answer.text, parse_constant=pytest.fail)


async def asked(served: Served, body: Any, status: int = 200, headers: dict[str, str] = KEY) -> Any:
    answer = await served.client.post(f"{BASE}/predict", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return json.loads(answer.text, parse_constant=pytest.fail)


def vector(seed: int = 21) -> dict[str, float]:
    values = vectors(1, seed=seed, known=1.0)[0]
    return dict(zip(FEATURES, values.tolist(), strict=True))


async def test_models_are_listed_newest_first_refused_ones_too(ml: Served) -> None:
    body = Envelope[list[ModelSummary]].model_validate(await body_of(ml, "/models"))
    page = await body_of(ml, "/models?limit=1&offset=1")

    assert [(each.id, each.state) for each in body.data] == [
        (SERVING, "serving"),
        (REFUSED, "refused"),
        (RETIRED, "retired"),
    ]
    told = body.meta.model_dump()
    assert (told["total"], told["serving"], told["stale"], told["source"]) == (3, SERVING, False, "sandbox")
    assert [each["id"] for each in page["data"]] == [REFUSED]
    assert page["meta"]["next"] == "?limit=1&offset=2"


async def test_a_model_tells_how_it_was_made_and_how_good_it_was(ml: Served) -> None:
    for name, state in ((SERVING, "serving"), (RETIRED, "retired"), (REFUSED, "refused")):
        body = Envelope[ModelDetail].model_validate(await body_of(ml, f"/models/{name}"))

        assert (body.data.id, body.data.state, body.data.live) == (name, state, None)
        assert body.data.features == list(FEATURES)
        assert body.data.trained_through == date(2025, 12, 25)
        assert len(body.data.record.folds) == 2
        assert body.data.record.held_out is not None
        assert body.data.record.held_out.brier is not None
        assert body.data.parameters == {"num_leaves": 7}


async def test_fields_are_those_documented(ml: Served) -> None:
    listed = await body_of(ml, "/models")
    one = await body_of(ml, f"/models/{SERVING}")
    board = await body_of(ml, "/predictions")
    token = await body_of(ml, "/predictions/bitcoin")
    wants = await body_of(ml, "/predict", headers=KEY)
    answer = await asked(ml, {"features": vector()})

    assert {frozenset(each) for each in listed["data"]} == {frozenset(ModelSummary.model_fields)}
    assert set(one["data"]) == set(ModelDetail.model_fields)
    assert "folds" not in listed["data"][0]["record"]
    assert {frozenset(each) for each in board["data"]} == {frozenset(TokenForecast.model_fields)}
    assert set(token["data"]) == set(TokenPredicted.model_fields)
    assert set(wants["data"]) == set(ModelWants.model_fields)
    assert set(answer["data"]) == set(Predicted.model_fields)


async def test_predictions_are_by_probability_and_leave_out_what_cannot_be_predicted(ml: Served) -> None:
    body = Envelope[list[TokenForecast]].model_validate(await body_of(ml, "/predictions"))

    said = [each.probability or 0 for each in body.data]
    assert len(said) == 10
    assert said == sorted(said, reverse=True)
    assert len(set(said)) > 5
    assert not {PEG, YOUNG} & {each.id for each in body.data}
    assert {tuple(interval.coverage for interval in each.intervals) for each in body.data} == {(0.8, 0.95)}
    told = body.meta.model_dump()
    assert (told["total"], told["unpredicted"], told["model"]) == (10, 2, SERVING)
    assert (body.meta.as_of, body.meta.stale, body.meta.sources) == (TODAY, False, ["cryptoprism"])
    assert (told["counts_from"], told["counts_to"]) == ("2026-03-02T00:00:00.000Z", "2026-03-09T00:00:00.000Z")
    assert told["computed_at"] == "2026-03-01T12:00:00.000Z"


async def test_predictions_are_sorted_and_paged_as_asked(ml: Served) -> None:
    whole = (await body_of(ml, "/predictions?sort=expected_return&order=asc"))["data"]
    first = await body_of(ml, "/predictions?sort=expected_return&order=asc&limit=4")
    second = await body_of(ml, "/predictions" + first["meta"]["next"])
    last = await body_of(ml, "/predictions" + second["meta"]["next"])
    by_size = (await body_of(ml, "/predictions?sort=market_cap"))["data"]
    beyond = await body_of(ml, "/predictions?offset=500")

    expected = [each["expected_return_pct"] for each in whole]
    assert expected == sorted(expected)
    assert first["data"] + second["data"] + last["data"] == whole
    assert "next" not in last["meta"]
    caps = {str(name): float(str(cap)) for name, cap in market_caps(ml)}
    assert [each["id"] for each in by_size] == sorted((each["id"] for each in by_size), key=lambda name: -caps[name])
    assert (beyond["data"], beyond["meta"]["total"]) == ([], 10)


def market_caps(ml: Served) -> list[list[object]]:
    panel = market()
    return [[name, panel.market_cap_usd[-1, column]] for column, name in enumerate(panel.token_ids)]


async def test_one_prediction_is_explained_and_the_explanation_adds_up(ml: Served) -> None:
    body = Envelope[TokenPredicted].model_validate(await body_of(ml, "/predictions/token-1"))

    assert body.data.explanation is not None
    assert body.data.probability is not None
    why = body.data.explanation
    together = why.base + sum(part.contribution for part in why.parts) + why.others
    assert together == pytest.approx(why.log_odds, abs=1e-9)
    assert 1 / (1 + math.exp(-together)) == pytest.approx(body.data.probability, abs=1e-9)
    assert {part.id for part in why.parts} <= set(FEATURES)
    assert (body.data.reason, body.data.why) == (None, None)


@pytest.mark.parametrize(("token_id", "reason"), [(PEG, "follows_another"), (YOUNG, "too_little_known")])
async def test_where_nothing_is_predicted_it_says_why(ml: Served, token_id: str, reason: str) -> None:
    body = Envelope[TokenPredicted].model_validate(await body_of(ml, f"/predictions/{token_id}"))

    assert (body.data.reason, body.data.probability, body.data.expected_return_pct) == (reason, None, None)
    assert (body.data.intervals, body.data.explanation) == ([], None)
    assert body.data.why


async def test_a_token_that_came_after_the_run_is_not_predicted_yet(place: Place, empty: Served) -> None:
    stored(place, artifact())
    store(place, market(6))
    await predicted(place, empty.clock)
    place.run(
        "INSERT INTO tokens (token_id, symbol, name, provisional, first_seen_at, last_seen_at)"
        " VALUES ('newcomer', 'NEW', 'Newcomer', false, now(), now())"
    )

    body = Envelope[TokenPredicted].model_validate(await body_of(empty, "/predictions/newcomer"))

    assert (body.data.id, body.data.reason, body.data.probability) == ("newcomer", "not_predicted_yet", None)


async def test_what_does_not_exist_is_not_found(ml: Served) -> None:
    assert (await body_of(ml, "/models/nothing", 404))["code"] == "model_not_found"
    assert (await body_of(ml, "/predictions/nothing", 404))["code"] == "token_not_found"
    assert (await body_of(ml, "/predict?model=nothing", 404, KEY))["code"] == "model_not_found"
    assert (await asked(ml, {"features": vector(), "model": "nothing\x00"}, 404))["code"] == "model_not_found"


async def test_bad_parameters_are_refused(ml: Served) -> None:
    for path in (
        *("/models?limit=0", "/models?limit=251", "/models?offset=-1", "/models?sort=x"),
        *("/predictions?sort=name", "/predictions?order=up", "/predictions?limit=1000", f"/models/{'x' * 81}"),
    ):
        await body_of(ml, path, 422)


async def test_before_anything_was_made_there_is_no_data(place: Place, empty: Served) -> None:
    for path in ("/models", "/models/x", "/predictions", "/predictions/bitcoin"):
        assert (await body_of(empty, path, 503))["code"] == "no_data"
    assert (await body_of(empty, "/predict", 503, KEY))["code"] == "no_data"
    assert (await asked(empty, {"features": vector()}, 503))["code"] == "no_data"

    stored(place, artifact(REFUSED), state="refused")

    assert (await asked(empty, {"features": vector()}, 503))["detail"] == "No model serves yet"
    assert (await body_of(empty, "/predictions", 503))["code"] == "no_data"
    assert (await body_of(empty, "/models"))["meta"]["serving"] is None


async def test_late_predictions_and_late_models_say_so(ml: Served) -> None:
    assert (await body_of(ml, "/predictions"))["meta"]["stale"] is False
    ml.clock.advance(timedelta(hours=3, seconds=1))

    assert (await body_of(ml, "/predictions"))["meta"]["stale"] is True
    assert (await body_of(ml, "/predictions/bitcoin"))["meta"]["stale"] is True
    assert (await body_of(ml, "/models"))["meta"]["stale"] is False
    ml.clock.advance(21 * DAY)
    assert (await body_of(ml, "/models"))["meta"]["stale"] is True
    assert (await asked(ml, {"features": vector()}))["meta"]["stale"] is True


async def test_a_vector_is_answered_as_the_model_itself_would(ml: Served) -> None:
    model = artifact(SERVING)
    values = vectors(20, seed=33)
    expected = forecasts(model, Scorer(model), values)

    for row, forecast in zip(values.tolist(), expected, strict=True):
        given = {name: value for name, value in zip(FEATURES, row, strict=True) if not math.isnan(value)}
        body = Envelope[Predicted].model_validate(await asked(ml, {"features": given}))

        assert forecast is not None
        assert (body.data.probability, body.data.expected_return_pct) == (
            forecast.probability,
            forecast.expected_return_pct,
        )
        assert body.data.missing == [name for name in FEATURES if name not in given]
        assert (body.data.model.id, body.data.model.state) == (SERVING, "serving")
        assert [each.coverage for each in body.data.intervals] == [0.8, 0.95]


async def test_a_stored_prediction_is_what_its_own_data_points_are_answered_with(ml: Served) -> None:
    token = (await body_of(ml, "/predictions/token-2"))["data"]
    given = {part["id"]: part["value"] for part in token["explanation"]["parts"]}
    assert set(given) == set(FEATURES), "the tests' model has fewer data points than are shown"

    answer = (await asked(ml, {"features": given}))["data"]

    assert answer["probability"] == token["probability"]
    assert answer["intervals"] == token["intervals"]
    assert answer["explanation"] == token["explanation"]


async def test_null_is_unknown_like_what_is_left_out(ml: Served) -> None:
    given = vector()
    del given["rsi_14"]

    without = (await asked(ml, {"features": given}))["data"]
    null = (await asked(ml, {"features": {**given, "rsi_14": None}}))["data"]

    assert without == null
    assert without["missing"] == ["rsi_14"]


async def test_what_is_not_read_and_what_lies_beyond_is_told(ml: Served) -> None:
    answer = (await asked(ml, {"features": {**vector(), "return_7d": 1e15, "cci_20": 3}}))["data"]

    assert answer["unused"] == ["cci_20"]
    assert [(each["id"], each["value"]) for each in answer["beyond"]] == [("return_7d", 1e15)]
    assert answer["beyond"][0]["highest"] < 100


async def test_retired_and_refused_models_answer_when_they_are_named(ml: Served) -> None:
    retired = (await asked(ml, {"features": vector(), "model": RETIRED}))["data"]
    refused = (await asked(ml, {"features": vector(), "model": REFUSED}))["data"]

    assert retired["model"] == {"id": RETIRED, "state": "retired", "trained_through": "2025-12-25"}
    assert retired["probability"] == pytest.approx(1 / (1 + math.exp(0.08)))
    assert retired["explanation"]["parts"] == []
    assert refused["model"]["state"] == "refused"


@pytest.mark.parametrize("lacking", REQUIRED)
async def test_without_what_the_model_requires_it_says_nothing(ml: Served, lacking: str) -> None:
    given = vector()
    del given[lacking]

    refused = await asked(ml, {"features": given}, 422)

    assert refused["detail"][0]["loc"] == ["body", "features"]
    assert lacking in refused["detail"][0]["msg"]


NONSENSE: tuple[tuple[str, str], ...] = (
    ("no features", "{}"),
    ("an empty vector", '{"features": {}}'),
    ("a list", '{"features": [1, 2]}'),
    ("no object", "[1]"),
    ("not a number", '{"features": {"return_7d": NaN, "volatility_30": 1}}'),
    ("infinity", '{"features": {"return_7d": -Infinity, "volatility_30": 1}}'),
    ("a number beyond doubles", '{"features": {"return_7d": 1e999, "volatility_30": 1}}'),
    ("an integer beyond doubles", '{"features": {"return_7d": 1' + "0" * 400 + ', "volatility_30": 1}}'),
    ("a number nobody means", '{"features": {"return_7d": 1e16, "volatility_30": 1}}'),
    ("a text", '{"features": {"return_7d": "5", "volatility_30": 1}}'),
    ("a truth", '{"features": {"return_7d": true, "volatility_30": 1}}'),
    ("an object", '{"features": {"return_7d": {}, "volatility_30": 1}}'),
    ("an unknown data point", '{"features": {"return_7d": 1, "volatility_30": 1, "return_8d": 1}}'),
    ("SQL", '{"features": {"x\'; DROP TABLE ml_models; --": 1, "return_7d": 1, "volatility_30": 1}}'),
    ("another member", '{"features": {"return_7d": 1, "volatility_30": 1}, "token": "bitcoin"}'),
    ("an empty model", '{"features": {"return_7d": 1, "volatility_30": 1}, "model": ""}'),
    ("a long name", '{"features": {"' + "x" * 101 + '": 1}}'),
    ("too many", json.dumps({"features": {f"p{number}": 1 for number in range(501)}})),
)


@pytest.mark.parametrize("text", [text for _, text in NONSENSE], ids=[name for name, _ in NONSENSE])
async def test_nonsense_is_refused(ml: Served, text: str) -> None:
    answer = await ml.client.post(f"{BASE}/predict", content=text, headers={**KEY, "content-type": "application/json"})

    assert answer.status_code == 422, answer.text
    assert json.loads(answer.text, parse_constant=pytest.fail)["detail"][0]["loc"][0] == "body"


async def test_pages_of_a_snapshot_are_of_the_same_predictions_and_later_ones_are_another(place: Place) -> None:
    stored(place, artifact(SERVING))
    store(place, market())
    await predicted(place, SteppingClock(NOON), key="1")
    served = serving(place)
    first = await body_of(served, "/predictions?limit=4")
    whole = await body_of(served, "/predictions")

    second = await body_of(served, f"/predictions{first['meta']['next']}")
    unknown = await body_of(served, "/predictions?snapshot=abc", 404)
    forget_after(place, NOON - DAY)
    await predicted(place, SteppingClock(NOON + timedelta(hours=1)), key="2")
    gone = await body_of(served, f"/predictions{first['meta']['next']}", 404)
    newer = await body_of(served, "/predictions?limit=4")

    assert first["data"] + second["data"] == whole["data"][:8]
    assert first["meta"]["snapshot"] == second["meta"]["snapshot"] == whole["meta"]["snapshot"]
    assert {unknown["code"], gone["code"]} == {"snapshot_not_found"}
    assert newer["meta"]["snapshot"] != first["meta"]["snapshot"]
    await served.close()


async def test_an_unknown_data_point_is_answered_with_its_neighbours(ml: Served) -> None:
    refused = await asked(ml, {"features": {**vector(), "retun_7d": 1, "zzz": 2}}, 422)

    assert "'retun_7d' (and 1 more) is no data point; nearest: return_7d" in refused["detail"][0]["msg"]


async def test_what_is_no_json_or_too_large_is_refused(ml: Served) -> None:
    post = ml.client.post
    broken = await post(f"{BASE}/predict", content="{", headers={**KEY, "content-type": "application/json"})
    form = await post(f"{BASE}/predict", content="a=1", headers={**KEY, "content-type": "text/plain"})
    large = await post(f"{BASE}/predict", content=" " * 1_100_000, headers={**KEY, "content-type": "application/json"})

    assert (broken.status_code, form.status_code, large.status_code) == (422, 415, 413)


async def test_who_does_not_say_who_they_are_is_refused(ml: Served) -> None:
    for headers in ({}, {"X-Api-Key": "nonsense"}, {"Authorization": "Bearer nonsense"}):
        await asked(ml, {"features": vector()}, 401, headers)
        await body_of(ml, "/predict", 401, headers)


async def test_a_key_predicts_only_when_it_was_made_for_it(furnished: Place) -> None:
    served = serving(furnished, "read", "trading")

    refused = await asked(served, {"features": vector()}, 403)
    looking = await body_of(served, "/predict", 403, KEY)
    person = await asked(served, {"features": vector()}, 200, ANN)
    await served.close()

    assert refused["code"] == looking["code"] == "forbidden"
    assert "predict" in refused["detail"]
    assert 0 < person["data"]["probability"] < 1


async def test_no_cache_keeps_what_was_predicted_for_somebody(ml: Served) -> None:
    answer = await ml.client.post(f"{BASE}/predict", json={"features": vector()}, headers=KEY)
    looked = await ml.get(f"{BASE}/predict", **KEY)

    assert (answer.headers["cache-control"], looked.headers["cache-control"]) == ("no-store", "no-store")
    assert "ratelimit" in answer.headers


async def test_it_tells_what_a_prediction_takes(ml: Served) -> None:
    body = Envelope[ModelWants].model_validate(await body_of(ml, "/predict", headers=KEY))

    assert [each.id for each in body.data.features] == list(FEATURES)
    assert body.data.required == list(REQUIRED) == [each.id for each in body.data.features if each.required]
    assert all(each.lowest < each.highest for each in body.data.features)
    (example,) = PredictionRequest.model_json_schema()["examples"]
    assert (await asked(ml, example))["data"]["missing"] == ["return_30d", "distance_to_sma_50", "median_volume_30"]


async def test_a_model_of_other_formulas_is_not_asked(place: Place, empty: Served) -> None:
    stored(place, artifact(version="0"))

    refused = await asked(empty, {"features": vector()}, 409)

    assert refused["code"] == "model_outdated"
    assert (await body_of(empty, "/predict", 409, KEY))["code"] == "model_outdated"


async def test_a_new_model_answers_from_the_next_request_on(place: Place, empty: Served) -> None:
    stored(place, artifact("first"))
    before = (await asked(empty, {"features": vector()}))["data"]
    stored(place, artifact("second", skill=False))

    after = (await asked(empty, {"features": vector()}))["data"]
    again = (await asked(empty, {"features": vector(), "model": "first"}))["data"]

    assert (before["model"]["id"], after["model"]["id"]) == ("first", "second")
    assert before["probability"] == again["probability"] != after["probability"]


async def test_many_at_a_time_are_answered_alike(ml: Served) -> None:
    one = (await asked(ml, {"features": vector()}))["data"]

    answers = await asyncio.gather(*(asked(ml, {"features": vector()}) for _ in range(20)))

    assert [each["data"] for each in answers] == [one] * 20
