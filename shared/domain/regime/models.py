"""What answers about the regime look like. They document; PostgreSQL builds the answers, and the tests compare the two."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from .catalogue import Gauge, Witness

_FEATURE: dict[str, JsonValue] = {
    "id": "trend_15d",
    "witness": "trend",
    "meaning": "mean daily return of half-life 15 days ÷ spread of returns of half-life 90",
    "value": 0.142,
    "contribution": 0.61,
    "flips_at": -0.031,
}
_FLIP: dict[str, JsonValue] = {"id": "trend_15d", "from": 0.142, "to": -0.031}
_MODEL: dict[str, JsonValue] = {"features": "prices", "penalty": 0.25, "band": 0.85, "fitted_before": "2026-01-01"}


class Probabilities(BaseModel):
    """How the model shares its belief among its three states; by the model's costs, not calibrated."""

    bull: float = Field(ge=0, le=1)
    neutral: float = Field(ge=0, le=1)
    bear: float = Field(ge=0, le=1)


class FeaturePart(BaseModel):
    """One feature's part in a day's lean."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FEATURE]})

    id: str
    witness: Witness = Field(description="Features of one witness have one voice in `confluence`.")
    meaning: str
    value: float | None = Field(description="Null when unknown; it then contributes nothing.")
    contribution: float = Field(description="Above 0 it speaks for bull; all of them and `carried` add up to `lean`.")
    flips_at: float | None = Field(
        description="The value that alone would bring the other side, or of a neutral market the nearer one; null when none within its bounds does."
    )


class Flip(BaseModel):
    """The smallest change of one feature, in its own spread, that would bring the other side, or of a neutral market the nearer one."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FLIP]})

    id: str
    value: float = Field(alias="from", description="What it is.")
    to: float = Field(description="What it would have to be, others as they are.")


class Model(BaseModel):
    """The model that judged the day."""

    model_config = ConfigDict(json_schema_extra={"examples": [_MODEL]})

    features: str = Field(description="Which set of features; chosen by its record before the fit.")
    penalty: float = Field(description="What a change of state costs; chosen likewise.")
    band: float | None = Field(
        default=None,
        description="How far the lean has to be from 0 for a side to be taken; chosen likewise. Null in regime-1.",
    )
    fitted_before: date = Field(description="It was fitted on days before this one only.")


class Regime(BaseModel):
    """The market's regime of one completed UTC day."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "day": "2026-02-28",
                    "gauge": "bullish",
                    "reason": None,
                    "since": "2026-02-11",
                    "days": 18,
                    "probabilities": {"bull": 0.84, "neutral": 0.12, "bear": 0.04},
                    "evidence": 0.42,
                    "confluence": 1.0,
                    "lean": 0.86,
                    "carried": 0.25,
                    "features": [_FEATURE],
                    "flip": _FLIP,
                    "model": _MODEL,
                    "version": "regime-2",
                    "known_at": "2026-03-01T00:17:04.000Z",
                }
            ]
        }
    )

    day: date
    gauge: Gauge | None = Field(description="Null when unknown; `reason` then says why.")
    reason: str | None
    since: date | None = Field(description="The first day of this gauge without another one between.")
    days: int | None = Field(description="How many days it has stood, this one counted.", ge=1)
    probabilities: Probabilities | None
    evidence: float | None = Field(
        description="How sure it is that this market's moves persist at all, 0 to 1; of a random walk near 0.",
        ge=0,
        le=1,
    )
    confluence: float | None = Field(description="Share of independent witnesses that agree with the side.", ge=0, le=1)
    lean: float | None = Field(description="Above 0 bull, below bear: `carried` and the contributions.")
    carried: float | None = Field(description="What the day before left; at most the penalty either way.")
    features: list[FeaturePart] | None
    flip: Flip | None
    model: Model | None
    version: str = Field(description="Of the method.")
    known_at: datetime = Field(
        description="When it was said; days long before were judged as they would have been then."
    )


RegimePoint = tuple[int, Gauge | None, float | None, float | None, float | None]
"""[beginning of the day in ms, gauge, probability of bull, of neutral, of bear]."""
