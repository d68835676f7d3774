"""Asking a model about a vector that a caller gives: what it takes, and what it says."""

import difflib
import json
from collections.abc import Mapping
from dataclasses import asdict

from shared.core.clock import Clock
from shared.core.errors import ConflictError, InvalidParameterError, NoDataError, NotFoundError
from shared.domain.datapoints.catalogue import VERSION, data_points
from shared.domain.market.service import storable
from shared.records.answer import Answer
from shared.records.predictions import Forecast
from shared.records.refresh import is_late

from .artifact import Artifact
from .repository import Chosen, ModelRepository
from .shelf import ModelShelf, Ready
from .statements import MODELS

_KNOWN = {point.id: point for point in data_points()}
_LONGEST = 100
"""Characters of a name that are compared: what a caller sends must not cost much."""


class ModelAsking:
    """Answers by asking models. Every method raises what `ModelRepository` raises, and:

    Raises:
        NotFoundError: there is no such model.
        NoDataError: none is named, and none serves.
        ConflictError: the model learned from other formulas than today's data points have.
    """

    def __init__(self, repository: ModelRepository, shelf: ModelShelf, clock: Clock) -> None:
        self._repository = repository
        self._shelf = shelf
        self._clock = clock

    async def wants(self, model_id: str | None) -> Answer:
        """Return what a model takes."""
        chosen, ready = await self._chosen(model_id)
        artifact = ready.artifact
        told = {
            "model": _model(chosen),
            "required": list(artifact.required),
            "features": [
                _feature(name, artifact, lowest, highest)
                for name, (lowest, highest) in zip(artifact.features, artifact.ranges, strict=True)
            ],
        }
        return self._answer(told, chosen)

    async def predict(self, model_id: str | None, given: Mapping[str, float | None]) -> Answer:
        """Return what a model says of data points.

        Args:
            model_id: Which one; the one that serves by default.
            given: Finite values by data point; what is unknown is left out or `None`.

        Raises:
            InvalidParameterError: something given is no data point, or something that the model requires is not given.
        """
        _refuse_unknown(given)
        chosen, ready = await self._chosen(model_id)
        artifact = ready.artifact
        values = {name: value for name, value in given.items() if value is not None}
        forecast = await ready.forecast(values)
        if forecast is None:
            lacking = [name for name in artifact.required if name not in values]
            raise InvalidParameterError(
                "features", f"the model says nothing without {', '.join(lacking)}", list(given)[:20], place="body"
            )
        return self._answer(_said(chosen, artifact, values, forecast), chosen)

    async def _chosen(self, model_id: str | None) -> tuple[Chosen, Ready]:
        chosen = await self._repository.chosen(None if model_id is None else storable(model_id))
        if chosen.model_id is None:
            raise NoDataError("No model serves yet") if model_id is None else NotFoundError("model", model_id)
        ready = await self._shelf.model(chosen.model_id, chosen.digest)
        if ready.artifact.datapoints_version != VERSION:
            raise ConflictError(
                "model_outdated",
                f"Model '{chosen.model_id}' learned from version {ready.artifact.datapoints_version} of the data points,"
                f" which are at {VERSION} now",
            )
        return chosen, ready

    def _answer(self, told: Mapping[str, object], chosen: Chosen) -> Answer:
        stamp = chosen.stamp
        return Answer(
            data=json.dumps(told, separators=(",", ":"), ensure_ascii=False, allow_nan=False),
            as_of=None,
            source=stamp.data_source,
            sources=("cryptoprism",),
            stale=is_late(MODELS, stamp.refreshed_at, now=self._clock.now()),
        )


def _refuse_unknown(given: Mapping[str, object]) -> None:
    unknown = [name for name in given if name not in _KNOWN]
    if not unknown:
        return
    name = unknown[0][:_LONGEST]
    near = difflib.get_close_matches(name, list(_KNOWN), n=3, cutoff=0.0)
    more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
    message = f"'{name}'{more} is no data point; nearest: {', '.join(near)}; all: GET /api/v1/signals/datapoints"
    raise InvalidParameterError("features", message, name, place="body")


def _model(chosen: Chosen) -> dict[str, object]:
    return {"id": chosen.model_id, "state": chosen.state, "trained_through": chosen.trained_through}


def _feature(name: str, artifact: Artifact, lowest: float, highest: float) -> dict[str, object]:
    point = _KNOWN[name]
    return {
        "id": name,
        "category": point.category,
        "unit": point.unit,
        "horizon_days": point.horizon_days,
        "formula": point.formula,
        "required": name in artifact.required,
        "lowest": lowest,
        "highest": highest,
    }


def _said(chosen: Chosen, artifact: Artifact, values: Mapping[str, float], forecast: Forecast) -> dict[str, object]:
    ranges = dict(zip(artifact.features, artifact.ranges, strict=True))
    return {
        "model": _model(chosen),
        "probability": forecast.probability,
        "expected_return_pct": forecast.expected_return_pct,
        "intervals": [asdict(each) for each in forecast.intervals],
        "explanation": asdict(forecast.explanation),
        "missing": [name for name in artifact.features if name not in values],
        "unused": [name for name in values if name not in ranges],
        "beyond": [
            {"id": name, "value": values[name], "lowest": lowest, "highest": highest}
            for name, (lowest, highest) in ranges.items()
            if name in values and not lowest <= values[name] <= highest
        ],
    }
