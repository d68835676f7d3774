"""A model with how it came to serve or not, and the facts it was made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from .artifact import Artifact

VERSION = "1"
"""Of the code that learns: part of every model's id."""
State = Literal["serving", "retired", "refused"]


class TooLittleError(Exception):
    """There are not enough days or tokens to learn from and be tested on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Why a model serves or does not."""

    state: Literal["serving", "refused"]
    reason: str
    rule: str
    compared_with: str | None = None
    log_loss: Mapping[str, float] | None = None
    interval_score: Mapping[str, float] | None = None
    predictions: int | None = None
    """Rows that both were tested on."""
    first: str | None = None
    last: str | None = None

    def told(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "state": self.state,
            "reason": self.reason,
            "rule": self.rule,
            "compared_with": self.compared_with,
            "log_loss": self.log_loss,
            "interval_score": self.interval_score,
            "predictions": self.predictions,
            "from": self.first,
            "to": self.last,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRecord:
    """One model as it is stored."""

    artifact: Artifact
    trained_at: datetime
    trained_through: date
    data_digest: str
    parameters: Mapping[str, Any]
    record: Mapping[str, Any]
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredModel:
    """The serving model as it lies in the table."""

    model_id: str
    trained_through: date
    artifact: bytes
