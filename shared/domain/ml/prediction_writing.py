"""Storing predictions: one transaction. What was made of the same model and the same numbers is not written again."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from shared.core.settings import DataSource
from shared.db.copying import Field, copy_rows
from shared.db.engine import Database
from shared.domain.datasets.stamping import stamp
from shared.records.predictions import Explanation, TokenPrediction

from .artifact import Artifact, from_bytes

if TYPE_CHECKING:
    from sqlalchemy import Connection

DATASET = "refresh_predictions"

_SERVING = "SELECT artifact FROM ml_models WHERE state = 'serving'"
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4203018)"
_NEWEST = "SELECT inputs FROM prediction_runs"
_CLEAR = "DELETE FROM token_predictions"
_NUMBERS = ("probability", "expected_return_pct", "lower_pct", "upper_pct", "lower_95_pct", "upper_95_pct")
_COLUMNS = ("token_id", "model_id", "computed_at", "through", *_NUMBERS, "contributions", "reason")
# What was first said of a day is what is graded: a late candle changes the newest prediction, never the log.
_LOG = f"""
    INSERT INTO prediction_log (day, token_id, model_id, {", ".join(_NUMBERS)}, known_at)
    SELECT through, token_id, model_id, {", ".join(_NUMBERS)}, computed_at FROM token_predictions
    WHERE probability IS NOT NULL ORDER BY token_id
    ON CONFLICT (token_id, day, model_id) DO NOTHING
"""  # noqa: S608  # names of ours
_RUN = """
    INSERT INTO prediction_runs (name, model_id, through, computed_at, inputs, predicted, unpredicted)
    VALUES ('newest', :model_id, :through, :computed_at, :inputs, :predicted, :unpredicted)
    ON CONFLICT (name) DO UPDATE SET model_id = excluded.model_id, through = excluded.through,
        computed_at = excluded.computed_at, inputs = excluded.inputs, predicted = excluded.predicted,
        unpredicted = excluded.unpredicted
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionRun:
    """What one run predicted."""

    model_id: str
    through: date
    """The last completed day."""
    inputs: str
    """Digest of what the predictions were made of."""
    predictions: Sequence[TokenPrediction]
    computed_at: datetime
    data_source: DataSource


class PredictionWriter:
    """The tables of predictions, for the refresher, over a writing `database`; every method raises `DatabaseUnavailableError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def serving(self) -> Artifact | None:
        """Return the model that serves.

        Raises:
            ArtifactError: it cannot be read.
        """

        def read(connection: "Connection") -> bytes | None:
            from sqlalchemy import text

            stored: bytes | None = connection.execute(text(_SERVING)).scalar_one_or_none()
            return stored

        stored = await self._database.transaction(read)
        return None if stored is None else from_bytes(bytes(stored))

    async def inputs(self) -> str | None:
        """Return the digest of what the newest predictions were made of."""

        def read(connection: "Connection") -> str | None:
            from sqlalchemy import text

            digest: str | None = connection.execute(text(_NEWEST)).scalar_one_or_none()
            return digest

        return await self._database.transaction(read)

    async def unchanged(self, *, at: datetime, data_source: DataSource) -> None:
        """Say that the newest predictions are still what would be predicted.

        Raises:
            SettingsError: the database holds another kind of data.
        """
        await self._database.transaction(
            lambda connection: stamp(connection, DATASET, at=at, sources=["cryptoprism"], data_source=data_source)
        )

    async def store(self, run: PredictionRun) -> int:
        """Store a run and return how many tokens were predicted.

        Raises:
            SettingsError: the database holds another kind of data: sandbox, replay and live never mix.
        """
        return await self._database.transaction(lambda connection: _store(connection, run))


def _store(connection: "Connection", run: PredictionRun) -> int:
    from sqlalchemy import text

    connection.execute(text(_ONE_AT_A_TIME))
    stamp(connection, DATASET, at=run.computed_at, sources=["cryptoprism"], data_source=run.data_source)
    connection.execute(text(_CLEAR))
    copy_rows(connection, "token_predictions", _COLUMNS, _rows(run))
    connection.execute(text(_LOG))
    predicted = sum(each.forecast is not None for each in run.predictions)
    values = {
        "model_id": run.model_id,
        "through": run.through,
        "computed_at": run.computed_at,
        "inputs": run.inputs,
        "predicted": predicted,
        "unpredicted": len(run.predictions) - predicted,
    }
    connection.execute(text(_RUN), values)
    return predicted


def _rows(run: PredictionRun) -> Iterator[tuple[Field, ...]]:
    for each in run.predictions:
        yield (each.token_id, run.model_id, run.computed_at, run.through.isoformat(), *_told(each), each.reason)


def _told(prediction: TokenPrediction) -> tuple[Field, ...]:
    forecast = prediction.forecast
    if forecast is None:
        return (None,) * (len(_NUMBERS) + 1)
    ends = [end for interval in forecast.intervals for end in (interval.lower_pct, interval.upper_pct)]
    numbers = (forecast.probability, forecast.expected_return_pct, *ends)
    return (*(repr(number) for number in numbers), explanation_text(forecast.explanation))


def explanation_text(explanation: Explanation) -> str:
    """Return an explanation as JSON, numbers with every digit, so that they add up."""
    return json.dumps(asdict(explanation), separators=(",", ":"), allow_nan=False)
