"""The steps of a refresh of predictions, in the order in which data flows."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from shared.core.settings import DataSource
from shared.db.engine import Database
from shared.domain.ml.artifact import Artifact, ArtifactError
from shared.domain.ml.grading import PredictionGrader
from shared.domain.ml.prediction_writing import DATASET, PredictionRun, PredictionWriter
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.domain.scores.inputs import ScoreInputs, SortedToken
from shared.http.warming import warm
from shared.records.refresh import RefreshReport

if TYPE_CHECKING:
    from shared.domain.ml.numeric.predicting import Features

DAYS = 400
"""Of history: the longest data point looks back 366 days, and what fades has faded by then."""
CHUNK = 500
"""Tokens whose history is in memory at a time."""
BITCOIN = "bitcoin"
NO_MODEL = "No model serves yet, so nothing is predicted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionsRefresh(LedgeredRefresh):
    """One refresh function's work and what it needs."""

    name: ClassVar[str] = DATASET
    lease: ClassVar[timedelta] = timedelta(seconds=310)
    database: Database
    source: DataSource
    warm_urls: Sequence[str] = ()

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        # LightGBM takes a while, and a repeated delivery needs none of it.
        from shared.domain.ml.numeric.predicting import outdated

        now = report.started_at
        with steps("model"):
            try:
                artifact = await PredictionWriter(self.database).serving()
            except ArtifactError as error:
                return replace(report, outcome="failed", detail=f"The serving model cannot be read: {error}")
        if artifact is None:
            return replace(report, outcome="succeeded", detail=NO_MODEL)
        if why := outdated(artifact):
            return replace(report, outcome="failed", detail=f"Model '{artifact.model_id}' cannot be asked: {why}")
        with steps("read"):
            tokens = await ScoreInputs(self.database).tokens()
        if not tokens:
            return replace(report, outcome="failed", detail="There are no tokens with a quote yet; nothing was written")
        with steps("features"):
            features = await self._features(artifact, tokens, now)
        predicted = await self._predict(artifact, features, now, steps)
        with steps("grade"):
            graded = await PredictionGrader(self.database).grade(tokens, now=now)
        with steps("warm"):
            await warm(self.warm_urls)
        said = "nothing that predictions are made of has changed" if predicted is None else f"{predicted} predicted"
        return replace(report, rows=predicted or 0, outcome="succeeded", detail=f"{said}, {graded} graded")

    async def _features(self, artifact: Artifact, tokens: Sequence[SortedToken], now: datetime) -> "Features":
        from shared.domain.ml.numeric.predicting import features_of
        from shared.domain.panels.reading import PanelReader

        reader = PanelReader(self.database)
        benchmark = await reader.panel([BITCOIN], as_of=now, days=DAYS)
        panels = reader.panels([token.token_id for token in tokens], as_of=now, days=DAYS, chunk=CHUNK)
        return await features_of(artifact, tokens, panels, benchmark.close[:, 0])

    async def _predict(self, artifact: Artifact, features: "Features", now: datetime, steps: Steps) -> int | None:
        """Store predictions and return how many there are; `None` when they would be those that are there."""
        from shared.domain.ml.numeric.predicting import predicted

        writer = PredictionWriter(self.database)
        through = (now - timedelta(days=1)).date()
        inputs = features.digest(artifact, through)
        if await writer.inputs() == inputs:
            await writer.unchanged(at=now, data_source=self.source)
            return None
        with steps("predict"):
            predictions = await asyncio.to_thread(predicted, artifact, features)
        with steps("store"):
            return await writer.store(
                PredictionRun(
                    model_id=artifact.model_id,
                    through=through,
                    inputs=inputs,
                    predictions=predictions,
                    computed_at=now,
                    data_source=self.source,
                )
            )
