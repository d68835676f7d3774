"""Scores of categories: each -1 to 1 with a confidence, and how much each data point has to do with it."""

from dataclasses import dataclass

import numpy as np

from shared.domain.datapoints.catalogue import DataPoint, data_points
from shared.domain.datapoints.numeric.table import DataPoints
from shared.domain.datapoints.numeric.windows import FloatArray
from shared.domain.signals.rules import VOTING


@dataclass(frozen=True, slots=True)
class Scores:
    """(categories, tokens), categories in the order of `VOTING`."""

    score: FloatArray
    """-1 to 1; NaN where no data point of the category is known."""
    confidence: FloatArray
    """0 to 1: the share of its data points that are known, times how little they contradict each other; 0 where none is."""
    known: FloatArray
    """How many of its data points are known."""


def votes_of(points: DataPoints) -> FloatArray:
    """Return (data points, tokens) votes from -1 to 1; NaN where unknown or without a direction."""
    catalogue = data_points()
    sign = _column([float(point.sign) or np.nan for point in catalogue])
    neutral, scale = _column([point.neutral for point in catalogue]), _column([point.scale for point in catalogue])
    return sign * np.tanh((points.values - neutral) / scale)


def scored(votes: FloatArray) -> Scores:
    """Return what each category says: the plain mean of its votes."""
    rows = [_category(votes[_members(name)]) for name in VOTING]
    return Scores(*(np.array([row[part] for row in rows]) for part in range(3)))


def composite(scores: Scores) -> FloatArray:
    """Return the mean of the scores by confidence, -1 to 1; NaN where nothing is known."""
    weight = scores.confidence.sum(axis=0)
    total = (np.nan_to_num(scores.score) * scores.confidence).sum(axis=0)
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)


def contributions(votes: FloatArray, scores: Scores) -> FloatArray:
    """Return (data points, tokens): what each vote adds to the composite, so that they add up to it; NaN where it has no vote."""
    weight = scores.confidence / np.maximum(scores.confidence.sum(axis=0), 1e-300)
    made = np.full_like(votes, np.nan)
    for row, name in enumerate(VOTING):
        members = _members(name)
        made[members] = votes[members] * weight[row] / np.maximum(scores.known[row], 1.0)
    return made


def _category(votes: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    there = np.isfinite(votes)
    known = there.sum(axis=0).astype(np.float64)
    some = np.maximum(known, 1.0)
    mean = np.where(there, votes, 0.0).sum(axis=0) / some
    apart = np.sqrt((np.where(there, votes - mean, 0.0) ** 2).sum(axis=0) / some)
    confidence = known / len(votes) * (1.0 - np.minimum(1.0, apart))
    return np.where(known > 0, mean, np.nan), confidence, known


def _members(category: str) -> list[int]:
    return [place for place, point in enumerate(data_points()) if _votes(point) and point.category == category]


def _votes(point: DataPoint) -> bool:
    return point.sign != 0


def _column(values: list[float]) -> FloatArray:
    return np.array(values)[:, None]
