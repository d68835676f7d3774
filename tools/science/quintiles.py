"""What tokens of each fifth of a score returned afterwards, week by week, against all that were scored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain.honesty.numeric.bootstrap import intervals
from shared.domain.panels.panel import FloatArray, Panel
from shared.domain.scores.methodology import DAYS, SCORES
from shared.domain.scores.numeric.scoring import measured, scored

EVERY_DAYS = 7
FIFTHS = 5
_BLOCK_WEEKS, _SEED = 9, 20


@dataclass(frozen=True, slots=True)
class Fifths:
    """Of one score."""

    weeks: int
    excess_pct: Sequence[float]
    """Mean return of each fifth less that of all, worst scores first."""
    spread_pct: float
    """Of the best fifth less the worst."""
    low: float
    high: float


def weekly_scores(panel: Panel, excluded: frozenset[str], start: int) -> tuple[list[int], Mapping[str, FloatArray]]:
    """Return the rows of weekly closes, and (weeks, tokens) of each score and of CryptoScore as they would have been then.

    What chains tell is left out: the recorded sets have it of six tokens.
    """
    rows = list(range(start, len(panel.days), EVERY_DAYS))
    barred = np.array([name in excluded for name in panel.token_ids])
    told: dict[str, list[FloatArray]] = {name: [] for name in (*SCORES, "crypto_score")}
    for row in rows:
        then = _last_days(panel.until(row + 1))
        nothing = np.full(len(barred), np.nan)
        found = scored(measured(then, tvl_usd=nothing, yearly_fees_usd=nothing), barred)
        for name in SCORES:
            told[name].append(found.scores[name].score)
        told["crypto_score"].append(found.crypto_score.score)
    return rows, {name: np.array(values) for name, values in told.items()}


def fifths(scores: FloatArray, later: FloatArray) -> Fifths | None:
    """Return how fifths did; `None` where no week has two tokens for each.

    Args:
        scores: (weeks, tokens).
        later: (weeks, tokens) returns.
    """
    weeks = np.array(list(_weeks(scores, later)))
    if len(weeks) < FIFTHS:
        return None
    spread = weeks[:, -1] - weeks[:, 0]
    ends = intervals(spread, lambda drawn: drawn.mean(axis=1)[:, None], seed=_SEED, mean_block=_BLOCK_WEEKS)
    return Fifths(len(weeks), weeks.mean(axis=0).tolist(), float(spread.mean()), float(ends[0, 0]), float(ends[1, 0]))


def _weeks(scores: FloatArray, later: FloatArray) -> Iterator[FloatArray]:
    for score, after in zip(scores, later, strict=True):
        both = np.flatnonzero(np.isfinite(score) & np.isfinite(after))
        if len(both) >= 2 * FIFTHS:
            order = both[np.argsort(score[both], kind="stable")]
            parts = np.array_split(after[order], FIFTHS)
            yield 100.0 * (np.array([part.mean() for part in parts]) - after[both].mean())


def _last_days(panel: Panel) -> Panel:
    fields = ("open", "high", "low", "close", "volume_usd", "market_cap_usd")
    kept = {name: getattr(panel, name)[-DAYS:] for name in fields}
    return Panel(days=panel.days[-DAYS:], token_ids=panel.token_ids, **kept)
