"""What answers about the record of signals look like. They document; PostgreSQL and the service build the answers, and the tests compare
the two."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from shared.domain.evidence.models import Evidence

from .models import Signal, like


class Figure(BaseModel):
    """A figure and its 95 % interval, from leaving out blocks of three weeks in turn; null where the group's `intervals` say why."""

    model_config = like({"value": 0.53, "low": 0.49, "high": 0.57})

    value: float | None = Field(description="Null where too little was graded.")
    low: float | None = Field(description="Null where there are too few blocks of days.")
    high: float | None = Field(description="Null where there are too few blocks of days.")


class GroupRecord(BaseModel):
    """How a group of signals did."""

    model_config = like({"group": "all", "graded": 120, "days": 31, "blocks": 5.4, "intervals": "told"})

    group: str = Field(description="`all`, a direction or a strength.")
    graded: int = Field(description="Signals whose horizon is over.", ge=0)
    days: int = Field(description="Different days of emission among them.", ge=0)
    blocks: float = Field(
        description="Blocks of three weeks that the signals are worth, those with many of them counting as one all the same.",
        ge=0,
    )
    intervals: Literal["told", "too_few_blocks"] = Field(
        description="Whether there are intervals: below four blocks nothing can be said of how sure a figure is."
    )
    hit_rate: Figure = Field(description="Share whose price moved the signal's way.")
    information_coefficient: Figure = Field(
        description=(
            "Correlation of the score with the return after it, both by the rank of their size with their sign, about 0: it is 0 where scores "
            "know nothing, and counts the way as well as the order."
        )
    )
    brier: Figure = Field(description="Mean squared error of the stated probability; a coin has 0.25.")
    mean_return_pct: Figure = Field(description="In the signal's direction over the horizon, without costs.")


class ChainState(BaseModel):
    """Whether the log is what it was."""

    model_config = like({"entries": 310, "head": "9f…", "verified": True, "first_broken": None})

    entries: int = Field(description="Signals in the log.", ge=0)
    head: str = Field(description="Hash of the newest entry.")
    verified: bool = Field(description="Whether every entry follows from the one before, from the first on.")
    first_broken: int | None = Field(description="Position of the first that does not.")


class Record(BaseModel):
    """How all signals did."""

    model_config = like({"horizon_days": 7, "emitted": 310, "graded": 120})

    horizon_days: int = Field(description="Days after which a signal is graded.")
    emitted: int = Field(description="Signals in the log.", ge=0)
    graded: int = Field(description="Signals whose horizon is over.", ge=0)
    groups: list[GroupRecord] = Field(description="All, by direction, by strength.")
    chain: ChainState = Field(description="The hash chain.")


class Grade(BaseModel):
    """What came of a signal."""

    model_config = like({"price_usd": 71000.5, "priced_at": "2026-03-08T12:00:10+00:00", "lost": False})

    price_usd: float = Field(description="The first price after the horizon.", gt=0)
    priced_at: datetime = Field(description="When that was.")
    lost: bool = Field(description="Whether nobody told one for three days, so that the last before it counts.")


class LogEntry(BaseModel):
    """One entry of the log: `hash` is the SHA-256 of `previous`, a line break and the body's JSON with sorted keys and no blanks."""

    model_config = like({"position": 310, "previous": "3a…", "hash": "9f…", "grade": None})

    position: int = Field(description="From 1.", ge=1)
    previous: str = Field(description="Hash of the entry before; 64 zeros for the first.")
    hash: str = Field(description="Of this one.")
    body: Signal = Field(description="The signal.")
    grade: Grade | None = Field(description="Null until its horizon is over.")


class TrackRecord(BaseModel):
    """The record and the log."""

    model_config = like({"made_at": "2026-03-01T12:02:00.000Z", "record": None, "log": []})

    made_at: datetime | None = Field(description="When the record was made; once an hour.")
    record: Record | None = Field(description="How signals did.")
    log: list[LogEntry] = Field(description="Newest first.")
    evidence: Evidence = Field(description="How such signals would have done on real history, before this log began.")
