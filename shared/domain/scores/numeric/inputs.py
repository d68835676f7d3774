"""A panel made ready for measuring: holes bridged, what is no price taken out, returns."""

from dataclasses import dataclass

import numpy as np

from shared.domain.panels.panel import FloatArray, Panel
from shared.domain.scores.methodology import DAYS, PRICED_WITHIN_DAYS

from .series import bridged, counted, deviation, last_rows, log, positive

STILL_FOR = 90
"""Days; a price that has not moved for so long is no market's."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """(days, tokens) for all but the last three, which are (tokens,)."""

    close: FloatArray
    """Holes of three days bridged."""
    returns: FloatArray
    """Daily log returns."""
    volume: FloatArray
    """As told; zero is a volume."""
    cap: FloatArray
    """Holes of three days bridged."""
    known_days: FloatArray
    """Days with a close."""
    age_days: FloatArray
    """Days since the first close, `DAYS` at most; NaN without any."""
    moved: FloatArray
    """1 where the price has moved within 90 days, else 0."""


def inputs_of(panel: Panel) -> Inputs:
    """Return the inputs of the last row's scores, from the last `DAYS` rows of a panel."""
    # The order of additions, and so the last digits, must not depend on how the panel lies in memory.
    raw = np.ascontiguousarray(positive(last_rows(panel.close, DAYS)))
    close = bridged(raw, most=PRICED_WITHIN_DAYS)
    logs = log(close)
    returns = np.vstack([np.full((1, logs.shape[1]), np.nan), logs[1:] - logs[:-1]])
    known = np.isfinite(raw)
    first = np.where(known.any(axis=0), known.argmax(axis=0), DAYS)
    still = deviation(last_rows(logs, STILL_FOR), least=2)
    volume = np.ascontiguousarray(last_rows(panel.volume_usd, DAYS))
    cap = np.ascontiguousarray(positive(last_rows(panel.market_cap_usd, DAYS)))
    return Inputs(
        close=close,
        returns=returns,
        volume=np.where(volume >= 0, volume, np.nan),
        cap=bridged(cap, most=PRICED_WITHIN_DAYS),
        known_days=counted(raw),
        age_days=np.where(first < DAYS, DAYS - first, np.nan).astype(np.float64),
        # The same number added ninety times is not quite its mean.
        moved=(still > 1e-9).astype(np.float64),
    )
