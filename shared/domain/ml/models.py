"""What answers about models and predictions look like, and what a prediction is asked by."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from .records_told import Decision, LiveRecord, Record, Summary

State = Literal["serving", "retired", "refused"]
ReasonTold = Literal["follows_another", "too_little_known", "not_predicted_yet"]
Value = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-1e15, le=1e15)]

_BITCOIN: dict[str, JsonValue] = {
    "id": "bitcoin",
    "symbol": "BTC",
    "name": "Bitcoin",
    "image": "https://images.example/bitcoin.png",
}
_SAID: dict[str, JsonValue] = {
    "probability": 0.53,
    "expected_return_pct": 0.4,
    "intervals": [
        {"coverage": 0.8, "lower_pct": -7.9, "upper_pct": 8.8},
        {"coverage": 0.95, "lower_pct": -15.2, "upper_pct": 18.9},
    ],
}
_EXPLANATION: dict[str, JsonValue] = {
    "log_odds": 0.12,
    "base": -0.03,
    "parts": [{"id": "volatility_30", "value": 48.1, "contribution": 0.1}],
    "others": 0.05,
}
_MODEL: dict[str, JsonValue] = {"id": "20260301-1f2e3d4c", "state": "serving", "trained_through": "2025-12-25"}
_PROBABILITY = "Of returning more than the market in the seven days."
_EXPECTED = "Median of the relative return, (1 + token) ÷ (1 + market) − 1, percent."


def _example(value: dict[str, JsonValue]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [value]})


class ModelSummary(BaseModel):
    """A model, what became of it and how good it was."""

    id: str = Field(examples=["20260301-1f2e3d4c"])
    state: State = Field(description="`serving` (at most one), `retired` after it served, `refused` before it could.")
    trained_at: datetime = Field(description="UTC.")
    trained_through: date = Field(description="No price of a later day was learned from.")
    decided_at: datetime = Field(description="When it came into its state, UTC.")
    decision: Decision
    feature_count: int = Field(description="Data points that it reads.", ge=0)
    record: Summary = Field(description="Out of sample: of weeks that it had not learned from.")
    live: LiveRecord | None = Field(
        description="What came of what it said in service; null before anything came of it."
    )


class ModelDetail(ModelSummary):
    """Everything about one model but its trees."""

    record: Record = Field(description="Out of sample: of weeks that it had not learned from.")
    code_version: str = Field(description="Of the code that trained it.")
    data_digest: str = Field(description="SHA-256 of everything that it learned from and was tested on.")
    artifact_digest: str = Field(description="SHA-256 of the model itself.")
    parameters: dict[str, JsonValue] = Field(
        description="Of the learning: the same data and parameters make the same model."
    )
    features: list[str] = Field(description="Ids of the data points that it reads, in its order.")


class IntervalTold(BaseModel):
    """Where the relative return is expected to lie."""

    model_config = _example({"coverage": 0.8, "lower_pct": -7.9, "upper_pct": 8.8})

    coverage: float = Field(description="The share of cases that it is made to hold.", gt=0, lt=1)
    lower_pct: float = Field(description="Percent.", ge=-100)
    upper_pct: float = Field(description="Percent.", ge=-100)


class PartTold(BaseModel):
    """One data point's part in a probability."""

    model_config = _example({"id": "volatility_30", "value": 48.1, "contribution": 0.1})

    id: str = Field(description="As in `/api/v1/signals/datapoints`.")
    value: float | None = Field(description="Null when unknown: the model has an opinion on that, too.")
    contribution: float = Field(description="To the log odds.")


class ExplanationTold(BaseModel):
    """What the log odds are made of: `base`, the contributions of `parts` and `others` add up to them."""

    model_config = _example(_EXPLANATION)

    log_odds: float = Field(description="ln(p ÷ (1 − p)) of the probability.")
    base: float = Field(description="The same for every token.")
    parts: list[PartTold] = Field(
        description="The eight largest, whichever way they point; none where a model has no skill."
    )
    others: float = Field(description="Contributions of all other data points together.")


class TokenForecast(BaseModel):
    """What is predicted of one token."""

    model_config = _example(_BITCOIN | _SAID)

    id: str
    symbol: str
    name: str
    image: str | None = Field(description="Address of its picture.")
    probability: float | None = Field(description=f"{_PROBABILITY} Null where nothing is predicted.", ge=0, le=1)
    expected_return_pct: float | None = Field(description=_EXPECTED, ge=-100)
    intervals: list[IntervalTold] = Field(description="Narrowest first; empty where nothing is predicted.")


class TokenPredicted(TokenForecast):
    """What is predicted of one token, and why."""

    model_config = _example(_BITCOIN | _SAID | {"reason": None, "why": None, "explanation": _EXPLANATION})

    reason: ReasonTold | None = Field(description="Why nothing is predicted; null where something is.")
    why: str | None = Field(description="The reason in words.")
    explanation: ExplanationTold | None


class ModelNamed(BaseModel):
    """Which model said it."""

    model_config = _example(_MODEL)

    id: str
    state: State
    trained_through: date = Field(description="No price of a later day was learned from.")


class FeatureWanted(BaseModel):
    """One data point that a model reads."""

    model_config = _example(
        {
            "id": "rsi_14",
            "category": "momentum",
            "unit": "0 to 100",
            "horizon_days": 14,
            "formula": "100 × mean rise ÷ (mean rise + mean fall), Wilder's averages of 14 days",
            "required": False,
            "lowest": 8.5,
            "highest": 93.0,
        }
    )

    id: str = Field(description="As in `/api/v1/signals/datapoints`.")
    category: str
    unit: str
    horizon_days: int
    formula: str
    required: bool = Field(description="Whether the model says nothing without it.")
    lowest: float = Field(description="99.8 % of what it learned from lay from here …")
    highest: float = Field(description="… to here; beyond, it answers as at the border.")


class ModelWants(BaseModel):
    """What a model takes."""

    model: ModelNamed
    required: list[str] = Field(description="Data points without which it says nothing.", examples=[["volatility_30"]])
    features: list[FeatureWanted]


class PredictionRequest(BaseModel):
    """A vector of data points."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"features": {"return_7d": 4.2, "volatility_30": 61.5, "rsi_14": 58.0}}]},
    )

    features: dict[Annotated[str, Field(max_length=100)], Value | None] = Field(
        max_length=500, description="Raw values by id of a data point; null or left out is unknown.", min_length=1
    )
    model: str | None = Field(
        default=None, min_length=1, max_length=80, description="Id of a model; the one that serves by default."
    )


class Beyond(BaseModel):
    """A value outside of nearly all that the model learned from."""

    model_config = _example({"id": "return_7d", "value": 900.0, "lowest": -58.1, "highest": 214.7})

    id: str
    value: float
    lowest: float
    highest: float


class Predicted(BaseModel):
    """What a model says of a vector."""

    model_config = _example(
        {
            "model": _MODEL,
            **_SAID,
            "explanation": _EXPLANATION,
            "missing": ["return_365d"],
            "unused": [],
            "beyond": [],
        }
    )

    model: ModelNamed
    probability: float = Field(description=_PROBABILITY, ge=0, le=1)
    expected_return_pct: float = Field(description=_EXPECTED, ge=-100)
    intervals: list[IntervalTold] = Field(description="Narrowest first.")
    explanation: ExplanationTold
    missing: list[str] = Field(description="Data points that the model reads and was not given.")
    unused: list[str] = Field(description="Data points given that it does not read.")
    beyond: list[Beyond] = Field(description="Values outside of nearly all that it learned from.")
