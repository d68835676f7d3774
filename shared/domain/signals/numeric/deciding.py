"""What is said of each token: verdict, heat, consensus and divergence, ready to be stored."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from shared.domain.datapoints.catalogue import VERSION as FORMULAS
from shared.domain.datapoints.inputs import Inputs, TokenNow
from shared.domain.datapoints.kinds import follows_another
from shared.domain.datapoints.numeric.table import DataPoints
from shared.domain.datapoints.numeric.windows import FlagArray, FloatArray
from shared.domain.signals.rules import (
    DIVERGES,
    LARGEST_POSITION,
    LEAST_AGREEING,
    LEAST_EFFECTIVE,
    LEAST_VOLUME_USD,
    MOST_SPREAD_BPS,
    STRENGTH_FROM,
    STRENGTHS,
    TARGET_VOLATILITY_PCT,
    VERSION,
    VOTING,
    Direction,
    Strength,
)
from shared.records.signals import Emission

from .agreement import Agreement, agreed
from .scoring import Scores, contributions, scored, votes_of

CODE = f"datapoints {FORMULAS}, rules {VERSION}"
_TECHNICAL = (VOTING.index("momentum"), VOTING.index("structure"))
_ON_CHAIN = VOTING.index("on_chain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is said of one token."""

    token: TokenNow
    digest: str
    heat: Mapping[str, tuple[float | None, float, int]]
    """Score, confidence and number of known data points by category."""
    composite: float | None
    direction: Direction | None
    agreeing: tuple[str, ...]
    opposing: tuple[str, ...]
    effective: float
    strength: Strength | None
    """`None` where no signal is given."""
    withheld: tuple[str, ...]
    """Why not, of what would have been a signal."""
    position: float | None
    divergence: float | None
    """On-chain less technical score where they are on different sides; above zero when on-chain is the more bullish."""

    def emission(self) -> Emission | None:
        """Return the signal that this amounts to, `None` for none."""
        if self.strength is None or self.direction is None or self.composite is None:
            return None
        return Emission(
            token_id=self.token.token_id,
            direction=self.direction,
            strength=self.strength,
            score=_digits(self.composite),
            effective=_digits(self.effective),
            categories={name: _digits(score) for name, (score, *_) in self.heat.items() if score is not None},
            price_usd=self.token.price_usd,
            position=None if self.position is None else _digits(self.position),
            inputs=self.digest,
            code=CODE,
        )


@dataclass(frozen=True, slots=True)
class Decided:
    """Everything that one run says."""

    verdicts: Sequence[Verdict]
    points: DataPoints
    contributions: FloatArray
    scores: Scores
    agreement: Agreement


def decided(points: DataPoints, inputs: Inputs) -> Decided:
    """Return what the data points say of each token."""
    votes = votes_of(points)
    scores = scored(votes)
    agreement = agreed(scores)
    sized = sizes(points.of("volatility_30"))
    verdicts = [_verdict(token, place, points, scores, agreement, sized) for place, token in enumerate(inputs.tokens)]
    return Decided(verdicts, points, contributions(votes, scores), scores, agreement)


def sizes(volatility: FloatArray) -> FloatArray:
    """Return the share of a portfolio in which a token of this volatility moves the whole as much as is aimed at; NaN where unknown."""
    with np.errstate(divide="ignore"):
        return np.minimum(LARGEST_POSITION, TARGET_VOLATILITY_PCT / np.where(volatility > 0, volatility, np.nan))


def strength_of(composite: float, effective: float) -> Strength | None:
    """Return how strong a signal is, `None` below the least."""
    weight = abs(composite) * effective**0.5
    reached = [strength for strength, least in zip(STRENGTHS, STRENGTH_FROM, strict=True) if weight >= least]
    return reached[-1] if reached else None


def _verdict(
    token: TokenNow, place: int, points: DataPoints, scores: Scores, agreement: Agreement, sized: FloatArray
) -> Verdict:
    whole, effective = float(agreement.composite[place]), float(agreement.effective[place])
    agreeing = _names(agreement.agreeing[:, place])
    direction: Direction | None = None if not whole or np.isnan(whole) else "bullish" if whole > 0 else "bearish"
    enough = len(agreeing) >= LEAST_AGREEING and effective >= LEAST_EFFECTIVE
    strength = strength_of(whole, effective) if direction and enough else None
    withheld = _reasons(token, place, points, agreement) if strength else ()
    given = None if withheld else strength
    size = float(sized[place])
    heat: dict[str, tuple[float | None, float, int]] = {
        name: (_known(scores.score[row, place]), float(scores.confidence[row, place]), int(scores.known[row, place]))
        for row, name in enumerate(VOTING)
    }
    return Verdict(
        token=token,
        digest=digest_of(points.values[:, place]),
        heat=heat,
        composite=_known(whole),
        direction=direction,
        agreeing=agreeing,
        opposing=_names(agreement.opposing[:, place]),
        effective=effective,
        strength=given,
        withheld=withheld,
        position=None if given is None or np.isnan(size) else size * (STRENGTHS.index(given) + 1) / len(STRENGTHS),
        divergence=_divergence(scores.score[:, place]),
    )


def digest_of(values: FloatArray) -> str:
    """Return the SHA-256 of a token's values as little-endian doubles, one bit pattern for all that is unknown."""
    plain = np.where(np.isnan(values), np.nan, values).astype("<f8")
    return hashlib.sha256(plain.tobytes()).hexdigest()


def _reasons(token: TokenNow, place: int, points: DataPoints, agreement: Agreement) -> tuple[str, ...]:
    traded, spread = points.of("median_volume_30")[place], points.of("spread")[place]
    reasons = {
        "contradicted": bool(agreement.vetoed[place]),
        "follows_another": follows_another(token.kind),
        "illiquid": not traded >= LEAST_VOLUME_USD or bool(spread > MOST_SPREAD_BPS),
        "price_old": not token.priced,
    }
    return tuple(name for name, true in reasons.items() if true)


def _divergence(score: FloatArray) -> float | None:
    technical = score[list(_TECHNICAL)]
    technical = technical[np.isfinite(technical)]
    chain = score[_ON_CHAIN]
    if not len(technical) or np.isnan(chain):
        return None
    mean = float(technical.mean())
    apart = abs(chain) >= DIVERGES and abs(mean) >= DIVERGES and chain * mean < 0
    return float(chain) - mean if apart else None


def _names(flags: FlagArray) -> tuple[str, ...]:
    return tuple(name for name, flag in zip(VOTING, flags, strict=True) if flag)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _digits(value: float) -> Decimal:
    return Decimal(f"{value:.4f}")
