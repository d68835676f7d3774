"""From arrays to one record for each token."""

from collections.abc import Sequence

import numpy as np

from shared.domain.panels.panel import FloatArray
from shared.domain.scores.methodology import ALL, SCORES
from shared.records.scores import PartScore, Reason, ScoreDetail, ScoreName, TokenScore

from .scoring import Measured, Scored


def token_scores(token_ids: Sequence[str], kinds: Sequence[str], measured: Measured, found: Scored) -> list[TokenScore]:
    """Return the records of all tokens, in their order; what is unknown is `None`."""
    details = {name: _details(name, found) for name in SCORES}
    return [
        _record(token_id, kinds[at], int(measured.known_days[at]), found, [details[name][at] for name in SCORES], at)
        for at, token_id in enumerate(token_ids)
    ]


def _record(token_id: str, kind: str, days: int, found: Scored, details: Sequence[ScoreDetail], at: int) -> TokenScore:
    score = _known(found.crypto_score.score[at])
    return TokenScore(
        token_id=token_id,
        kind=kind,
        history_days=days,
        crypto_score=score,
        reason=None if score is not None else _why(details),
        scores=tuple(details),
    )


def _why(details: Sequence[ScoreDetail]) -> Reason:
    return next((each.reason for each in details if each.reason is not None), "too_little_known")


def _details(name: ScoreName, found: Scored) -> list[ScoreDetail]:
    score, composite, row = ALL[name], found.scores[name], SCORES.index(name)
    values = found.values[name].T.tolist()
    weights, contributions = _columns(composite.weights), _columns(composite.contributions)
    in_whole, to_whole = _row(found.crypto_score.weights[row]), _row(found.crypto_score.contributions[row])
    return [
        ScoreDetail(
            name=name,
            value=_known(composite.score[at]),
            weight=in_whole[at],
            full_weight=score.weight,
            contribution=to_whole[at],
            coverage=round(float(composite.coverage[at]), 9),
            reason=found.reasons[name][at],
            parts=tuple(
                PartScore(id=part.id, value=_known(value), weight=weight, full_weight=part.weight, contribution=given)
                for part, value, weight, given in zip(
                    score.parts, values[at], weights[at], contributions[at], strict=True
                )
            ),
        )
        for at in range(len(values))
    ]


def _columns(values: FloatArray) -> list[list[float]]:
    """Return (parts, tokens) as a list for each token; where there is no score nothing has a weight."""
    lists: list[list[float]] = np.where(np.isfinite(values), values, 0.0).T.tolist()
    return lists


def _row(values: FloatArray) -> list[float]:
    row: list[float] = np.where(np.isfinite(values), values, 0.0).tolist()
    return row


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
