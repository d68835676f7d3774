"""Learning: four boosters from the same rows, the same every time."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import lightgbm
import numpy as np

from shared.domain.panels.panel import FloatArray

from .rows import Rows

ROUNDS = 120
PARAMETERS: Mapping[str, Any] = MappingProxyType(
    {
        "learning_rate": 0.04,
        "num_leaves": 15,
        "min_data_in_leaf": 100,
        "max_bin": 63,
        "feature_fraction": 0.5,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "lambda_l2": 10.0,
        "seed": 20_260_101,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
)
"""Written down before anything was looked at; nothing is searched for, so nothing is found by searching."""
ENDS = (0.1, 0.9)
LEAST_ROWS = 400
"""Fewer teach nothing that a base rate does not say."""


@dataclass(frozen=True, slots=True)
class Boosters:
    """What was learned from one set of rows."""

    classifier: lightgbm.Booster
    centre: lightgbm.Booster
    lower: lightgbm.Booster
    upper: lightgbm.Booster

    def said(self, values: FloatArray) -> "Said":
        """Return what they say of (rows, features) values, before any calibration."""
        raw, centre, one, other = (_applied(getattr(self, name), values) for name in _NAMES)
        return Said(raw, centre, np.minimum(one, other), np.maximum(one, other))


_NAMES = ("classifier", "centre", "lower", "upper")


@dataclass(frozen=True, slots=True)
class Said:
    """(rows,) each: the classifier's raw score, and three quantiles of the logarithm of the relative return."""

    raw: FloatArray
    centre: FloatArray
    lower: FloatArray
    upper: FloatArray


def learned(rows: Rows, *, rounds: int = ROUNDS) -> Boosters:
    """Return what is learned from labelled rows, each booster being of so many trees."""
    won = (rows.labels > 0).astype(np.float64)
    # Sorting the values into bins is half of the work: once for all four.
    binned = lightgbm.Dataset(rows.values, won, params=dict(PARAMETERS))
    classifier = _boosted(binned, rounds, objective="binary")
    binned.set_label(rows.labels)
    quantiles = (_boosted(binned, rounds, objective="quantile", alpha=each) for each in (0.5, *ENDS))
    return Boosters(classifier, *quantiles)


def parameters(rounds: int = ROUNDS) -> dict[str, Any]:
    """Return everything that decides what is learned from given rows."""
    return {"library": f"lightgbm {lightgbm.__version__}", "rounds": rounds, "ends": list(ENDS), **PARAMETERS}


def _boosted(binned: lightgbm.Dataset, rounds: int, **objective: Any) -> lightgbm.Booster:
    return lightgbm.train({**PARAMETERS, **objective}, binned, rounds)


def _applied(booster: lightgbm.Booster, values: FloatArray) -> FloatArray:
    if not len(values):
        return np.empty(0)
    return np.asarray(booster.predict(values, raw_score=True, num_threads=1), dtype=np.float64)
