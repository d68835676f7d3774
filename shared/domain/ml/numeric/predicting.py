"""Predictions of all tokens from their daily history, panel by panel."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from shared.domain.datapoints.catalogue import VERSION
from shared.domain.datapoints.kinds import Kind, follows_another
from shared.domain.datapoints.numeric.bars import bars_of
from shared.domain.datapoints.numeric.technical import FADING, WINDOWED, latest
from shared.domain.ml.artifact import Artifact
from shared.domain.panels.panel import FloatArray, Panel
from shared.records.predictions import Forecast, TokenPrediction, Unpredicted

from .forecasting import forecasts
from .scoring import Scorer

_AT_A_TIME = 250
"""Rows: taking trees apart needs a number for each data point and class of each row."""


class _Token(Protocol):
    @property
    def token_id(self) -> str: ...

    @property
    def kind(self) -> Kind: ...


@dataclass(frozen=True, slots=True)
class Features:
    """What a model is asked about."""

    tokens: Sequence[_Token]
    values: FloatArray
    """(tokens, features) in the model's order, NaN where unknown."""

    def digest(self, artifact: Artifact, day: object) -> str:
        """Return the SHA-256 of the model, the day, the tokens and every number."""
        said = hashlib.sha256(repr([artifact.model_id, str(day), VERSION]).encode())
        said.update(repr([(token.token_id, token.kind) for token in self.tokens]).encode())
        said.update(np.ascontiguousarray(self.values).tobytes())
        return said.hexdigest()


def outdated(artifact: Artifact) -> str | None:
    """Return why a model cannot be asked about today's data points; `None` when it can."""
    if artifact.datapoints_version != VERSION:
        return f"it learned from version {artifact.datapoints_version} of the data points, which are at {VERSION} now"
    unknown = [name for name in artifact.features if name not in FADING and name not in WINDOWED]
    return f"there is no daily data point called {', '.join(unknown)}" if unknown else None


async def features_of(
    artifact: Artifact, tokens: Sequence[_Token], panels: AsyncIterator[Panel], bitcoin: FloatArray
) -> Features:
    """Return the values of the model's data points on the last day.

    Args:
        artifact: The model.
        tokens: In the order of the panels.
        panels: Together they hold exactly the tokens.
        bitcoin: (days,) closes of bitcoin.
    """
    values = np.full((len(tokens), len(artifact.features)), np.nan)
    first = 0
    async for panel in panels:
        last = first + len(panel.token_ids)
        values[first:last] = await asyncio.to_thread(_values, artifact, panel, bitcoin)
        first = last
    return Features(tokens, values)


def predicted(artifact: Artifact, features: Features) -> list[TokenPrediction]:
    """Return what the model says of every token; of one whose price follows another it says nothing."""
    scorer = Scorer(artifact)
    asked = [row for row, token in enumerate(features.tokens) if not follows_another(token.kind)]
    said: dict[int, Forecast | None] = {}
    for first in range(0, len(asked), _AT_A_TIME):
        rows = asked[first : first + _AT_A_TIME]
        said.update(zip(rows, forecasts(artifact, scorer, features.values[rows]), strict=True))
    return [_prediction(token, row in said, said.get(row)) for row, token in enumerate(features.tokens)]


def _values(artifact: Artifact, panel: Panel, bitcoin: FloatArray) -> FloatArray:
    known: Mapping[str, FloatArray] = dict(latest(bars_of(panel, bitcoin)))
    return np.stack([known[name] for name in artifact.features], axis=1)


def _prediction(token: _Token, asked: bool, forecast: Forecast | None) -> TokenPrediction:
    if forecast is not None:
        return TokenPrediction(token_id=token.token_id, forecast=forecast, reason=None)
    reason: Unpredicted = "too_little_known" if asked else "follows_another"
    return TokenPrediction(token_id=token.token_id, forecast=None, reason=reason)
