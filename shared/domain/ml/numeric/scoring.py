"""Applying a model: LightGBM and numpy alone."""

from dataclasses import dataclass
from functools import cached_property

import lightgbm
import numpy as np
from numpy.typing import NDArray

from shared.domain.ml.artifact import Artifact

from .calibrating import chance, widened

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Predictions:
    """One row for each token; NaN throughout where nothing can be said."""

    probability: FloatArray
    """Of returning more than the market."""
    expected_pct: FloatArray
    """Median of the relative return, percent."""
    intervals_pct: tuple[tuple[FloatArray, FloatArray], ...]
    """Lower and upper ends, percent, in the order of `artifact.widths`."""
    raw: FloatArray
    """The classifier's score before calibration: what tokens are ranked by."""


class Scorer:
    """One artifact, its boosters read when they are first needed."""

    def __init__(self, artifact: Artifact) -> None:
        self._artifact = artifact

    def predictions(self, values: FloatArray) -> Predictions:
        """Return what is predicted for (tokens, features) raw values, in the artifact's order, NaN where unknown."""
        artifact = self._artifact
        raw = self._applied(self._classifier, values)
        ends = [self._applied(each, values) for each in (self._lower, self._upper)]
        lower, upper = np.minimum(*ends), np.maximum(*ends)
        intervals = [widened(lower, upper, width) for _, width in artifact.widths]
        # The narrowest interval holds what is expected.
        centre = np.clip(self._centred(values), *intervals[0])
        probability = chance(artifact.intercept + artifact.slope * raw)
        return Predictions(probability, _percent(centre), tuple((_percent(a), _percent(b)) for a, b in intervals), raw)

    def contributions(self, values: FloatArray) -> FloatArray:
        """Return (tokens, features + 1) contributions to the log odds of the probability, the last the same for all; they add up to it.

        NaN where nothing can be predicted.
        """
        artifact = self._artifact
        said = np.asarray(self._classifier.predict(values, pred_contrib=True, num_threads=1), dtype=np.float64)
        said = said * artifact.slope
        said[:, -1] += artifact.intercept
        return np.where(self.predictable(values)[:, None], said, np.nan)

    def predictable(self, values: FloatArray) -> NDArray[np.bool_]:
        """Return of which rows everything required is known."""
        places = [self._artifact.features.index(name) for name in self._artifact.required]
        known: NDArray[np.bool_] = np.all(np.isfinite(values[:, places]), axis=1)
        return known

    def _centred(self, values: FloatArray) -> FloatArray:
        if self._artifact.centre_skill == "some":
            return self._applied(self._centre, values)
        return np.where(self.predictable(values), self._artifact.centre_constant, np.nan)

    def _applied(self, booster: lightgbm.Booster, values: FloatArray) -> FloatArray:
        known = self.predictable(values)
        result = np.full(len(values), np.nan)
        if known.any():
            result[known] = booster.predict(values[known], raw_score=True, num_threads=1)
        return result

    @cached_property
    def _classifier(self) -> lightgbm.Booster:
        return lightgbm.Booster(model_str=self._artifact.classifier)

    @cached_property
    def _centre(self) -> lightgbm.Booster:
        return lightgbm.Booster(model_str=self._artifact.centre)

    @cached_property
    def _lower(self) -> lightgbm.Booster:
        return lightgbm.Booster(model_str=self._artifact.lower)

    @cached_property
    def _upper(self) -> lightgbm.Booster:
        return lightgbm.Booster(model_str=self._artifact.upper)


def _percent(logarithm: FloatArray) -> FloatArray:
    # Beyond e^10 nobody asks how much beyond.
    percent: FloatArray = 100.0 * np.expm1(np.minimum(logarithm, 10.0))
    return percent
