"""Small models for tests: learned in a moment from made-up vectors, stored as a training would."""

import json
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import lightgbm
import numpy as np

from shared.domain.datapoints.catalogue import VERSION
from shared.domain.ml.artifact import Artifact, digest_of, to_bytes
from shared.domain.ml.horizon import COVERAGES
from shared.domain.panels.panel import FloatArray
from tests.databases import Place

FEATURES = ("return_7d", "return_30d", "rsi_14", "volatility_30", "distance_to_sma_50", "median_volume_30")
REQUIRED = ("return_7d", "volatility_30")
TRAINED_AT = datetime(2026, 2, 22, 3, 0, tzinfo=UTC)
_ROWS = 600


def vectors(rows: int, *, seed: int = 11, known: float = 0.85) -> FloatArray:
    """Return vectors of the features, some values unknown, never those that are required."""
    random = np.random.default_rng(seed)
    scale = np.array([12.0, 30.0, 12.0, 25.0, 15.0, 4e6])
    middle = np.array([0.0, 0.0, 50.0, 70.0, 0.0, 8e6])
    values = middle + scale * random.normal(0, 1, (rows, len(FEATURES)))
    hidden = random.random(values.shape) > known
    hidden[:, [FEATURES.index(name) for name in REQUIRED]] = False
    return np.where(hidden, np.nan, values)


@cache
def artifact(model_id: str = "20260222-0a1b2c3d", *, skill: bool = True, version: str = VERSION) -> Artifact:
    """Return a model that has found something in its vectors, or one that says the same of everything."""
    values = vectors(_ROWS)
    random = np.random.default_rng(3)
    label = 0.004 * values[:, 0] - 0.001 * (values[:, 3] - 70) + random.normal(0, 0.06, _ROWS)
    return Artifact(
        model_id=model_id,
        features=FEATURES,
        required=REQUIRED,
        datapoints_version=version,
        classifier=_boosted(values, (label > 0).astype(np.float64), objective="binary"),
        skill="some" if skill else "none",
        base_rate=0.48,
        slope=0.7 if skill else 0.0,
        intercept=-0.08,
        centre=_boosted(values, label, objective="quantile", alpha=0.5),
        centre_skill="some" if skill else "none",
        centre_constant=-0.012,
        lower=_boosted(values, label, objective="quantile", alpha=0.1),
        upper=_boosted(values, label, objective="quantile", alpha=0.9),
        widths=tuple(zip(COVERAGES, (0.05, 0.6), strict=True)),
        ranges=tuple((float(a), float(b)) for a, b in np.nanquantile(values, [0.001, 0.999], axis=0).T),
    )


def stored(
    place: Place, model: Artifact, *, state: str = "serving", trained_at: datetime = TRAINED_AT, source: str = "sandbox"
) -> None:
    """Put a model into PostgreSQL as a training does; one that serves retires the one before."""
    if state == "serving":
        place.run("UPDATE ml_models SET state = 'retired' WHERE state = 'serving'")
    columns = (
        "model_id, trained_at, trained_through, data_digest, code_version, parameters, features, record, artifact,"
        " artifact_digest, state, decided_at, decision"
    )
    place.run(
        f"INSERT INTO ml_models ({columns}) VALUES ('{model.model_id}', '{trained_at}', '{date(2025, 12, 25)}', "  # noqa: S608
        f"'{'d' * 64}', '1', '{json.dumps({'num_leaves': 7})}', '{{{','.join(model.features)}}}', '{json.dumps(record())}', "
        f"'\\x{to_bytes(model).hex()}', '{digest_of(model)}', '{state}', '{trained_at}', '{json.dumps(decision(state))}')"
    )
    place.run(
        "INSERT INTO datasets (dataset, refreshed_at, sources, data_source)"  # noqa: S608
        f" VALUES ('train_models', '{trained_at}', '{{cryptoprism}}', '{source}') ON CONFLICT DO NOTHING"
    )


def record() -> dict[str, Any]:
    """Return a record of the form that a training writes."""
    figure = {"value": 0.03, "lower": -0.01, "upper": 0.07}
    loss = {**figure, "base": 0.69, "improvement": figure}
    measures = {
        "from": "2024-01-04",
        "to": "2025-10-23",
        "days": 94,
        "predictions": 4700,
        "base_rate": 0.48,
        "information_coefficient": figure,
        "brier": loss,
        "log_loss": loss,
        "calibration_error": 0.011,
        "reliability": [{"predicted": 0.4, "observed": 0.42, "count": 470}],
        "hit_rate": figure,
        "absolute_error": loss,
        "coverage": [{"stated": each, **figure} for each in COVERAGES],
        "interval_score": loss,
        "top_minus_bottom_pct": figure,
    }
    fold = {**measures, "learned_through": "2023-12-21", "calibration_error": None}
    told = {"base_rate": 0.48, "skill": "some", "centre_skill": "some"}
    return {**told, "whole": measures, "held_out": measures, "folds": [fold, fold]}


def decision(state: str) -> dict[str, Any]:
    """Return a decision of the form that a training writes."""
    return {
        "state": "serving" if state == "retired" else state,
        "reason": "the first model, and an honest one",
        "rule": "the first one serves if it is honest",
        "compared_with": None,
        "log_loss": None,
        "interval_score": None,
        "predictions": 1200,
        "from": "2025-10-30",
        "to": "2025-12-18",
    }


def _boosted(values: FloatArray, label: FloatArray, **parameters: Any) -> str:
    fixed = {"num_leaves": 7, "min_data_in_leaf": 20, "num_threads": 1, "deterministic": True, "seed": 1, "verbose": -1}
    booster = lightgbm.train({**fixed, **parameters}, lightgbm.Dataset(values, label), num_boost_round=15)
    return booster.model_to_string()
