"""The scores of one token on one day."""

from dataclasses import dataclass
from typing import Literal

ScoreName = Literal["durability", "momentum", "valuation"]
Reason = Literal["excluded", "not_priced", "too_little_history", "never_moved", "too_little_known"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartScore:
    """One part of a score."""

    id: str
    value: float | None
    """0 to 100, compared with all other tokens; `None` when unknown."""
    weight: float
    """It had this weight; 0 when unknown."""
    full_weight: float
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDetail:
    """One score and what it is made of."""

    name: ScoreName
    value: float | None
    weight: float
    """In CryptoScore, as it was; 0 when unknown."""
    full_weight: float
    contribution: float
    """To CryptoScore."""
    coverage: float
    reason: Reason | None
    """Why there is no value."""
    parts: tuple[PartScore, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenScore:
    """CryptoScore of one token and what it is made of."""

    token_id: str
    kind: str
    """`plain`, or what it follows another price as."""
    history_days: int
    crypto_score: float | None
    reason: Reason | None
    """Why there is no CryptoScore."""
    scores: tuple[ScoreDetail, ...]

    def value(self, name: ScoreName) -> float | None:
        """Return one score."""
        return next(each.value for each in self.scores if each.name == name)
