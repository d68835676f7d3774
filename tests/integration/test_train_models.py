"""A training from stored candles to the stored model, over PostgreSQL, with a clock that is moved."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from functions.train_models.refresh import ModelTraining
from shared.core.errors import SettingsError
from shared.core.settings import DataSource
from shared.db.engine import Database
from shared.domain.ml.artifact import digest_of, from_bytes
from shared.domain.ml.features import feature_ids
from shared.domain.ml.gathering import RowReader
from shared.domain.ml.numeric.rows import Rows
from shared.domain.ml.numeric.scoring import Scorer
from shared.domain.ml.records import Decision, ModelRecord
from shared.domain.ml.writing import DATASET, ModelWriter
from shared.domain.status.refreshes import refresh_status
from shared.domain.status.repository import StatusRepository
from shared.http.refresh import Occasion
from shared.records.refresh import REFRESHES, RefreshReport
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.fakes_documents import MemoryDocuments
from tests.learning import ROUNDS, model, noise, planted
from tests.panels import store
from tests.scored import stablecoin

DAY = timedelta(days=1)
SMALLEST = {"days": 310, "tokens": 34}
"""Just enough to learn, calibrate, test and hold out."""


@dataclass
class Training:
    """One instance of the refresh, and the table that it writes."""

    refresh: ModelTraining
    place: Place
    clock: SteppingClock
    runs: int = 0

    async def run(self, key: str | None = None) -> RefreshReport:
        self.runs += 1
        return await self.refresh.run(Occasion(key or f"run {self.runs}"))

    def models(self) -> list[list[object]]:
        return self.place.run("SELECT model_id, state, decision ->> 'reason' FROM ml_models ORDER BY trained_at")

    async def store(
        self, made: ModelRecord, *, instead_of: str | None = None, data_source: DataSource = "sandbox"
    ) -> bool:
        return await self.refresh.writer.store(made, instead_of=instead_of, data_source=data_source)


@pytest.fixture
async def training(place: Place) -> AsyncIterator[Training]:
    clock = SteppingClock(NOON)
    database = Database(place.writer, read_only=False)
    refresh = ModelTraining(
        reader=RowReader(database),
        writer=ModelWriter(database),
        documents=MemoryDocuments(),
        clock=clock,
        source="sandbox",
        rounds=ROUNDS,
    )
    yield Training(refresh, place, clock)
    await database.close()


def record(name: str, *, market: str = "noise", state: Any = "serving", days: int = 0) -> ModelRecord:
    """Return a model as it is stored, made so many days after noon."""
    made = model(market)
    return ModelRecord(
        artifact=replace(made.artifact, model_id=name),
        trained_at=NOON + days * DAY,
        trained_through=date(2026, 9, 1),
        data_digest="0" * 64,
        parameters={"rows": 20_000},
        record=made.record,
        decision=Decision(state=state, reason="because", rule="a rule"),
    )


async def test_a_training_stores_a_model_that_can_be_applied_with_its_record_and_serves(training: Training) -> None:
    store(training.place, planted(**SMALLEST))

    report = await training.run()

    [stored] = training.place.run(
        "SELECT model_id, state, trained_at, trained_through, features, artifact, artifact_digest, record, parameters, decision,"
        " data_digest FROM ml_models"
    )
    model_id, state, trained_at, through, features, raw, digest, told, parameters, decision, data_digest = stored
    artifact = from_bytes(bytes(raw))  # type: ignore[call-overload]
    assert (report.outcome, report.rows, list(report.steps)) == ("succeeded", 1, ["read", "learn", "compare", "store"])
    assert str(model_id).startswith(f"relative-7d-{NOON:%Y-%m-%d}-")
    assert (state, trained_at, artifact.model_id, digest_of(artifact)) == ("serving", NOON, model_id, digest)
    assert tuple(features) == artifact.features == feature_ids()  # type: ignore[arg-type]
    assert isinstance(told, dict)
    assert isinstance(parameters, dict)
    assert told["skill"] == artifact.skill
    assert str(through) < told["held_out"]["from"]
    assert parameters["rounds"] == ROUNDS
    assert isinstance(decision, dict)
    assert decision["compared_with"] is None
    assert len(str(data_digest)) == 64
    assert training.place.run(
        "SELECT dataset, refreshed_at, data_source FROM datasets WHERE dataset = 'train_models'"
    ) == [["train_models", NOON, "sandbox"]]


async def test_what_is_read_is_what_the_market_was_and_rows_are_applied_to_the_same_numbers(training: Training) -> None:
    panel = planted(days=130)
    store(training.place, panel)

    rows = await training.refresh.reader.rows(as_of=NOON)

    assert set(rows.token_ids.tolist()) == set(panel.token_ids)
    assert rows.days.max() == max(day for day in panel.days if day.astype(int) % 7 == 0)
    said = Scorer(model("planted").artifact).predictions(rows.values)
    assert np.isfinite(said.probability).all()


async def test_stablecoins_and_what_follows_another_price_teach_nothing(training: Training) -> None:
    store(training.place, planted(days=130, tokens=4))
    stablecoin(training.place, "token-2")
    training.place.run("UPDATE tokens SET name = 'Wrapped Nothing', symbol = 'WNOT' WHERE token_id = 'token-3'")

    rows: Rows = await training.refresh.reader.rows(as_of=NOON)

    assert set(rows.token_ids.tolist()) == {"bitcoin", "token-1"}


async def test_without_any_history_nothing_is_stored_nothing_failed_and_the_report_says_so(training: Training) -> None:
    report = await training.run()

    assert (report.outcome, report.rows) == ("succeeded", 0)
    assert report.detail == "nothing to learn from yet: of no token is there a month of history and an outcome"
    assert training.models() == []


async def test_a_fresh_place_is_told_green_with_its_reason(training: Training) -> None:
    await training.run()

    kept = await StatusRepository(training.refresh.documents).runs()
    told = refresh_status(DATASET, REFRESHES[DATASET], kept[DATASET], now=training.clock.now())

    assert (told.late, told.rows, told.age_s) == (False, 0, 0)
    assert told.last_run is not None
    assert told.last_run.outcome == "succeeded"
    assert (told.last_run.detail or "").startswith("nothing to learn from yet: ")


@pytest.mark.parametrize(("days", "tokens"), [(13, 5), (150, 12), (310, 3)])
async def test_too_little_history_for_a_first_model_is_no_failure_and_is_tried_again(
    training: Training, days: int, tokens: int
) -> None:
    store(training.place, noise(days=days, tokens=tokens))

    first, second = await training.run(), await training.run()

    assert [each.outcome for each in (first, second)] == ["succeeded", "succeeded"]
    assert (second.detail or "").startswith("nothing to learn from yet: ")
    assert "read" in second.steps
    assert training.models() == []


async def test_where_all_tokens_are_excluded_there_is_no_model(training: Training) -> None:
    store(training.place, noise(days=60, tokens=3))
    training.place.run("UPDATE tokens SET symbol = 'USDT', name = 'Tether'")

    report = await training.run()

    assert (report.outcome, training.models()) == ("succeeded", [])


async def test_a_model_is_made_once_for_an_occasion_not_before_it_is_due_and_not_of_what_has_not_changed(
    training: Training,
) -> None:
    store(training.place, planted(**SMALLEST))

    first, again = await training.run("once"), await training.run("once")
    training.clock.advance(timedelta(hours=23))
    early = await training.run()
    training.clock.advance(timedelta(hours=2))
    unchanged = await training.run()

    assert first == again
    assert "is due on" in (early.detail or "")
    assert early.steps == {}
    assert unchanged.detail == "nothing that a model is made of has changed"
    assert len(training.models()) == 1


async def test_a_model_of_a_full_place_is_followed_a_week_later(training: Training) -> None:
    await training.store(record("full"))

    training.clock.advance(6.9 * DAY)
    early = await training.run()
    training.clock.advance(0.2 * DAY)
    due = await training.run()

    assert "is due on" in (early.detail or "")
    assert (due.outcome, (due.detail or "")[:8]) == ("degraded", "no_data:"), (
        "what the model before was made of is gone"
    )


async def test_a_model_that_is_not_better_is_stored_as_refused_with_the_figures(training: Training) -> None:
    store(training.place, planted(**SMALLEST))
    await training.run()
    # The same model under another name, made a week ago.
    training.place.run(
        "UPDATE ml_models SET model_id = 'first', trained_at = trained_at - interval '8 days', trained_through = '2020-01-01'"
    )

    report = await training.run()

    assert [state for _, state, _ in training.models()] == ["serving", "refused"]
    [[decision]] = training.place.run("SELECT decision FROM ml_models WHERE state = 'refused'")
    assert "refused: it is not better" in (report.detail or "")
    assert isinstance(decision, dict)
    assert (decision["compared_with"], decision["log_loss"]["difference"]) == ("first", 0)
    assert decision["predictions"] == 8 * SMALLEST["tokens"]


async def test_a_model_that_is_better_takes_the_place_of_the_serving_one(training: Training) -> None:
    store(training.place, planted(**SMALLEST))
    sure = record("first", days=-8)
    await training.store(replace(sure, artifact=replace(sure.artifact, intercept=4.0)))
    training.place.run("UPDATE ml_models SET trained_through = '2020-01-01'")

    await training.run()

    [first, second] = training.models()
    [[retired_for]] = training.place.run("SELECT decision ->> 'retired_for' FROM ml_models WHERE state = 'retired'")
    assert (first[:2], second[1]) == (["first", "retired"], "serving")
    assert retired_for == second[0]


async def test_a_serving_model_that_cannot_be_read_any_more_is_replaced_by_an_honest_one(training: Training) -> None:
    store(training.place, planted(**SMALLEST))
    await training.store(record("first", days=-8))
    training.place.run("UPDATE ml_models SET artifact = '\\x00'")

    await training.run()

    assert [state for _, state, _ in training.models()] == ["retired", "serving"]


async def test_a_model_compared_with_one_that_serves_no_longer_is_not_stored(training: Training) -> None:
    assert await training.store(record("first"))
    assert await training.store(record("second", days=1), instead_of="first")

    assert not await training.store(record("third", days=2), instead_of="first")
    assert not await training.store(record("second", days=2), instead_of="second")
    assert [state for _, state, _ in training.models()] == ["retired", "serving"]


async def test_a_refused_model_leaves_the_serving_one_where_it_is(training: Training) -> None:
    await training.store(record("first"))
    await training.store(record("second", state="refused", days=1), instead_of="first")

    assert [state for _, state, _ in training.models()] == ["serving", "refused"]


async def test_models_of_another_kind_of_data_are_refused(training: Training) -> None:
    await training.store(record("first"))

    with pytest.raises(SettingsError):
        await training.store(record("second"), instead_of="first", data_source="live")
    assert len(training.models()) == 1


async def test_learning_that_takes_too_long_stores_nothing(training: Training) -> None:
    store(training.place, planted(**SMALLEST))

    def slowly(step: str) -> None:
        if step == "learn":
            training.clock.advance(timedelta(minutes=13))

    report = await replace(training.refresh, on_step=slowly).run(Occasion("late"))

    assert report.outcome == "degraded"
    assert "12 minutes" in (report.detail or "")
    assert training.models() == []


async def test_the_bytes_that_are_stored_are_those_of_the_artifact(training: Training) -> None:
    await training.store(record("first"))

    stored = await training.refresh.writer.serving()

    assert stored is not None
    assert from_bytes(stored.artifact) == record("first").artifact
    assert (stored.model_id, stored.trained_through) == ("first", date(2026, 9, 1))
