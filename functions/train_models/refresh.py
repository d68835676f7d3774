"""The steps of a training, in the order in which data flows."""

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

from shared.core.settings import DataSource
from shared.domain.ml.artifact import ArtifactError, from_bytes
from shared.domain.ml.gathering import RowReader
from shared.domain.ml.records import VERSION, ModelRecord, StoredModel, TooLittleError
from shared.domain.ml.writing import DATASET, ModelWriter, Newest
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.records.refresh import Outcome, RefreshReport

if TYPE_CHECKING:
    from shared.domain.ml.numeric.replacing import Serving
    from shared.domain.ml.numeric.rows import Rows
    from shared.domain.ml.numeric.training import Trained

EVERY = timedelta(days=7)
YOUNG_EVERY = timedelta(days=1)
YOUNG_ROWS = 10_000
"""A model of fewer rows is of a place that is still filling: the next one is made a day later."""
WITHIN = timedelta(minutes=12)
"""No fold is begun after that; the function itself may take fifteen."""


class TimeUpError(Exception):
    """Learning took too long."""


class _Ending(TypedDict):
    outcome: Outcome
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTraining(LedgeredRefresh):
    """One refresh function's work and what it needs."""

    name: ClassVar[str] = DATASET
    lease: ClassVar[timedelta] = timedelta(seconds=910)
    reader: RowReader
    writer: ModelWriter
    source: DataSource
    rounds: int | None = None
    """Trees of each booster; as many as the parameters say if nothing else is."""

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        now, until = report.started_at, self.clock.monotonic() + WITHIN.total_seconds()
        newest = await self.writer.newest()
        if newest is not None and now < due(newest):
            told = f"{newest.model_id} is the newest; the next one is due on {due(newest):%Y-%m-%d}"
            return replace(report, outcome="succeeded", detail=told)
        with steps("read"):
            rows = await self.reader.rows(as_of=now)
            model_id = self._id_of(rows, now)
        if newest is not None and made_alike(newest.model_id, model_id):
            return replace(report, outcome="succeeded", detail="nothing that a model is made of has changed")
        try:
            with steps("learn"):
                made = await asyncio.to_thread(self._learned, rows, model_id, until)
        except TooLittleError as error:
            return replace(report, **_with_too_little(newest, error))
        except TimeUpError:
            told = f"learning takes more than {WITHIN.total_seconds() / 60:.0f} minutes; nothing was stored"
            return replace(report, outcome="degraded", detail=told)
        with steps("compare"):
            stored = await self.writer.serving()
            record = await asyncio.to_thread(self._recorded, made, rows, stored, now)
        with steps("store"):
            serving = None if stored is None else stored.model_id
            written = await self.writer.store(record, instead_of=serving, data_source=self.source)
        told = f"{model_id} {record.decision.state}: {record.decision.reason}"
        return replace(report, outcome="succeeded", rows=int(written), detail=told)

    def _learned(self, rows: "Rows", model_id: str, until: float) -> "Trained":
        from shared.domain.ml.numeric.training import trained

        def in_time() -> None:
            if self.clock.monotonic() > until:
                raise TimeUpError

        return trained(rows, model_id=model_id, rounds=self._parameters()["rounds"], on_fold=in_time)

    def _recorded(self, made: "Trained", rows: "Rows", stored: StoredModel | None, now: datetime) -> ModelRecord:
        """Return the model as it is stored, with what was decided about it."""
        from shared.domain.ml.numeric.replacing import decided

        return ModelRecord(
            artifact=made.artifact,
            trained_at=now,
            trained_through=date.fromisoformat(str(made.trained_through)),
            data_digest=rows.digest(),
            parameters={**self._parameters(), "rows": len(rows.labelled.days)},
            record=made.record,
            decision=decided(made, _readable(stored)),
        )

    def _parameters(self) -> dict[str, Any]:
        from shared.domain.ml.numeric.learning import parameters

        return parameters() if self.rounds is None else parameters(self.rounds)

    def _id_of(self, rows: "Rows", now: datetime) -> str:
        made_of = f"{rows.digest()} {VERSION} {sorted(self._parameters().items())}"
        return f"relative-7d-{now:%Y-%m-%d}-{hashlib.sha256(made_of.encode()).hexdigest()[:8]}"


def _with_too_little(newest: Newest | None, error: TooLittleError) -> "_Ending":
    if newest is not None:
        return {"outcome": "degraded", "detail": f"no_data: {error}"}
    # Nothing failed: history comes day by day, and the first model with it.
    return {"outcome": "succeeded", "detail": f"nothing to learn from yet: {error}"}


def due(newest: Newest) -> datetime:
    """Return when the model after this one is to be made."""
    return newest.trained_at + (YOUNG_EVERY if newest.rows < YOUNG_ROWS else EVERY)


def made_alike(model_id: str, other: str) -> bool:
    """Return whether two models are made of the same rows in the same way, on whatever days."""
    return model_id.rsplit("-", 1)[-1] == other.rsplit("-", 1)[-1]


def _readable(stored: StoredModel | None) -> "Serving | None":
    """Return the serving model, or nothing if it cannot be applied to today's data points any more."""
    import numpy as np

    from shared.domain.datapoints.catalogue import VERSION as DATAPOINTS_VERSION
    from shared.domain.ml.features import feature_ids
    from shared.domain.ml.numeric.replacing import Serving

    if stored is None:
        return None
    try:
        artifact = from_bytes(stored.artifact)
    except ArtifactError:
        return None
    same = artifact.datapoints_version == DATAPOINTS_VERSION and artifact.features == feature_ids()
    named = replace(artifact, model_id=stored.model_id)
    return Serving(named, np.datetime64(stored.trained_through, "D")) if same else None
