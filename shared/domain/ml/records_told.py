"""What answers say of how good a model was, and why it serves or does not."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Measured(BaseModel):
    """A figure, and where it lies with 95 %."""

    value: float | None
    lower: float | None = Field(description="Null where there are too few days.")
    upper: float | None = Field(description="Null where there are too few days.")


class Compared(Measured):
    """A loss: the smaller the better."""

    base: float | None = Field(description="Of the same forecast without features: what a model has to beat.")
    improvement: Measured | None = Field(description="By how much it is smaller; above 0 is better.")


class Bin(BaseModel):
    """How often it happened where so much was predicted."""

    predicted: float = Field(description="Mean probability stated.", ge=0, le=1)
    observed: float = Field(description="Share that returned more than the market.", ge=0, le=1)
    count: int = Field(ge=0)


class Covered(Measured):
    """How often an interval held what came."""

    stated: float = Field(description="The share of cases that it is made to hold.", gt=0, lt=1)


class Measures(BaseModel):
    """How predictions compare with what came."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    start: date | None = Field(alias="from", description="First day predicted of.")
    end: date | None = Field(alias="to", description="Last day predicted of.")
    days: int = Field(ge=0)
    predictions: int = Field(ge=0)
    base_rate: float | None = Field(default=None, description="Share that returned more than the market.")
    information_coefficient: Measured | None = Field(
        default=None, description="Mean rank correlation of a day's probabilities with what came."
    )
    brier: Compared | None = Field(default=None, description="Mean squared error of the probability.")
    log_loss: Compared | None = Field(default=None, description="Mean −ln of the probability given to what came.")
    calibration_error: float | None = Field(default=None, description="Mean distance of stated from observed shares.")
    reliability: list[Bin] | None = Field(default=None, description="Ten bins of equally many predictions.")
    hit_rate: Measured | None = Field(default=None, description="How often the side of one half was right.")
    absolute_error: Compared | None = Field(
        default=None, description="Mean distance of what was expected from what came, in logarithms."
    )
    coverage: list[Covered] | None = Field(default=None, description="Of both intervals.")
    interval_score: Compared | None = Field(
        default=None, description="Width of the narrower interval and a fine for what it misses, in logarithms."
    )
    top_minus_bottom_pct: Measured | None = Field(
        default=None,
        description="Mean relative return of the tenth with the highest probabilities less that with the lowest, percent, before costs.",
    )


class Fold(Measures):
    """One stretch of weeks that was predicted by what was learned before it; without figures where nothing had calibrated it."""

    learned_through: date | None = Field(default=None, description="The last day that it learned from.")


class Summary(BaseModel):
    """How good a model was on weeks that it had not learned from."""

    model_config = ConfigDict(extra="allow")

    base_rate: float | None
    skill: Literal["none", "some"] = Field(
        description="Whether its probabilities beat the base rate beyond chance; without, every probability is the base rate."
    )
    centre_skill: Literal["none", "some"] = Field(description="Whether the median beat a constant; without, it is one.")
    whole: Measures | None = Field(description="All folds after the first, each calibrated by those before it.")
    held_out: Measures | None = Field(description="The stored model itself, on its last weeks.")


class Record(Summary):
    """The same with every fold."""

    folds: list[Fold]


class LiveRecord(Measures):
    """The same of predictions that were made in service, the last 365 days of them, by the same code."""

    lost: int = Field(
        description="Predictions of tokens that had no price any more when their days were over; not in the figures.",
        ge=0,
    )


class Comparison(BaseModel):
    """Two models on the same rows that neither had seen."""

    new: float | None
    serving: float | None
    difference: float | None = Field(description="New less serving; below 0 is better.")
    lower: float | None
    upper: float | None
    probability_better: float | None = Field(description="That the new one is better, by bootstrap over weeks.")


class Decision(BaseModel):
    """Why a model is in its state."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    state: Literal["serving", "retired", "refused"] = Field(description="What was decided when it was trained.")
    reason: str
    rule: str
    compared_with: str | None = Field(description="The model that served then.")
    log_loss: Comparison | None
    interval_score: Comparison | None
    predictions: int | None
    start: date | None = Field(alias="from")
    end: date | None = Field(alias="to")
