"""Values of data points in, forecasts out: the same code for every token of an hour and for one vector that a caller gives."""

import math
from collections.abc import Sequence

import numpy as np

from shared.domain.ml.artifact import Artifact
from shared.records.predictions import Explanation, Forecast, Interval, Part

from .scoring import FloatArray, Predictions, Scorer

SHOWN = 8
"""Data points that a forecast is explained by; the others are told as one number."""


def forecasts(artifact: Artifact, scorer: Scorer, values: FloatArray) -> list[Forecast | None]:
    """Return what a model says of each row; `None` where something that it requires is unknown.

    Args:
        artifact: The model.
        scorer: The same one, ready.
        values: (rows, features) in the model's order, NaN where unknown.
    """
    said = scorer.predictions(values)
    contributions = _contributions(artifact, scorer, values)
    return [_forecast(artifact, said, row, values[row], contributions[row]) for row in range(len(values))]


def explained(features: Sequence[str], values: FloatArray, contributions: FloatArray) -> Explanation:
    """Return which data points made one row's log odds.

    Args:
        features: Ids of the data points.
        values: (features,), NaN where unknown.
        contributions: (features + 1,), the last one the same for every row.
    """
    order = np.argsort(-np.abs(contributions[:-1]), kind="stable")
    shown = [int(place) for place in order[:SHOWN] if contributions[place] != 0.0]
    parts = tuple(
        Part(
            id=features[place],
            value=float(values[place]) if math.isfinite(values[place]) else None,
            contribution=float(contributions[place]),
        )
        for place in shown
    )
    others = math.fsum(np.delete(contributions[:-1], shown))
    return Explanation(log_odds=math.fsum(contributions), base=float(contributions[-1]), parts=parts, others=others)


def _contributions(artifact: Artifact, scorer: Scorer, values: FloatArray) -> FloatArray:
    if artifact.slope != 0.0:
        return scorer.contributions(values)
    # A model without skill says the same of everything, and taking trees apart costs milliseconds a row.
    same = np.zeros((len(values), len(artifact.features) + 1))
    same[:, -1] = artifact.intercept
    return same


def _forecast(
    artifact: Artifact, said: Predictions, row: int, values: FloatArray, contributions: FloatArray
) -> Forecast | None:
    numbers = [
        said.probability[row],
        said.expected_pct[row],
        *(end[row] for ends in said.intervals_pct for end in ends),
    ]
    if not np.isfinite(numbers).all():
        return None
    return Forecast(
        probability=float(said.probability[row]),
        expected_return_pct=float(said.expected_pct[row]),
        intervals=tuple(
            Interval(coverage=coverage, lower_pct=float(lower[row]), upper_pct=float(upper[row]))
            for (coverage, _), (lower, upper) in zip(artifact.widths, said.intervals_pct, strict=True)
        ),
        explanation=explained(artifact.features, values, contributions),
    )
