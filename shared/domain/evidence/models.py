"""What answers tell of the evidence for what they say."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Says = Literal["better", "worse", "not_told"]


class Finding(BaseModel):
    """One figure of a test on real history."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "subject": "momentum",
                    "measure": "best_less_worst_fifth_pct",
                    "horizon_days": 7,
                    "trials": 313,
                    "value": 3.65,
                    "low": 1.25,
                    "high": 7.04,
                    "chance": 0.0,
                    "says": "better",
                }
            ]
        }
    )

    subject: str = Field(description="Which score, or which group of signals.")
    measure: Literal["best_less_worst_fifth_pct", "hit_rate", "information_coefficient", "brier", "mean_return_pct"] = (
        Field(
            description=(
                "`best_less_worst_fifth_pct`: mean return of the fifth of tokens with the highest score less that with the lowest, percent; "
                "the others as the track record has them."
            )
        )
    )
    horizon_days: int = Field(description="Days after which it was measured.")
    trials: int = Field(description="Weeks that were ranked, or signals that were graded.")
    value: float | None
    low: float | None = Field(description="Of the 95 % interval; null where there is too little for one.")
    high: float | None = Field(description="Of the 95 % interval.")
    chance: float = Field(
        description="What it would be if it knew nothing, in a market that goes nowhere; the report tells what the market alone did."
    )
    says: Says = Field(
        description="Whether the whole interval is on the better or the worse side of chance; `not_told` if chance lies within."
    )


class Evidence(BaseModel):
    """A test on real history, whatever it said; written by the tool that made it."""

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "report": "docs/science/signals.md",
                    "tool": "python -m tools.science.signals",
                    "made_on": "2026-11-25",
                    "version": "1",
                    "from": "2016-01-01",
                    "to": "2021-12-31",
                    "fewest_tokens": 11,
                    "most_tokens": 38,
                    "limits": "The history holds only tokens that some source still tells of: …",
                    "findings": [],
                }
            ]
        },
    )

    report: str = Field(description="Where all of it is told, in the repository.")
    tool: str = Field(description="What makes it again.")
    made_on: date = Field(description="When it was made.")
    version: str = Field(description="Of what was tested; another one than is in use says nothing of that.")
    first: date = Field(alias="from", description="First close.")
    last: date = Field(alias="to", description="Last close.")
    fewest_tokens: int = Field(description="On the day that had the fewest.")
    most_tokens: int = Field(description="On the day that had the most.")
    limits: str = Field(description="What it does not show.")
    findings: list[Finding]
