"""The statistical jump model: three states, and a price for every change of state.

Source: Nystrup, Lindström and Madsen, Learning hidden Markov models with persistent states by penalizing jumps (2020);
Shu, Yu and Mulvey, Downside risk reduction using regime-switching signals: a statistical jump model approach (2024).
"""

from dataclasses import dataclass

import numpy as np

from shared.domain.panels.panel import FloatArray
from shared.domain.regime.catalogue import FEATURES

from .features import Features

STATES = 3
WINDOW_DAYS = 1_460
LEAST_DAYS = 365
"""Days with every feature known that a fit needs."""
FIT_PENALTY = 2.0
LAPSES_AFTER_DAYS = 30
"""A side that nothing renewed for so long is over."""
_CLIP = 3.0
_STARTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A fitted model; it knows nothing later than the day it was fitted on."""

    names: tuple[str, ...]
    centre: FloatArray
    """What is taken off each feature; 0 where zero is the middle by itself."""
    scale: FloatArray
    states: FloatArray
    """(3, features): bull, neutral, bear, in scaled units. Bull and bear are mirror images."""

    def scaled(self, features: Features) -> FloatArray:
        """Return (days, features) in the units of `states`; NaN where unknown."""
        columns = [features.names.index(name) for name in self.names]
        wide = (features.values[:, columns] - self.centre) / self.scale
        units: FloatArray = np.clip(wide, -_CLIP, _CLIP) / np.sqrt(len(self.names))
        return units


def fitted(features: Features, log_return: FloatArray, names: tuple[str, ...]) -> Fit | None:
    """Return a fit to the last `WINDOW_DAYS` rows, `None` where they say too little.

    The states are jumpmodels', sorted by what the market returned in them. Bull and bear are then made mirror images about the middle: which
    way a market leans is not to depend on how many of the years behind it were good ones.
    """
    names = usable(features, names)
    if not names:
        return None
    columns = [features.names.index(name) for name in names]
    values, returned = features.values[-WINDOW_DAYS:, columns], log_return[-WINDOW_DAYS:]
    whole = np.isfinite(values).all(axis=1) & np.isfinite(returned)
    if whole.sum() < LEAST_DAYS:
        return None
    values, returned = values[whole], returned[whole]
    centre = np.where([FEATURES[name].centred for name in names], values.mean(axis=0), 0.0)
    scale = np.sqrt(np.square(values - centre).mean(axis=0))
    units = np.clip((values - centre) / scale, -_CLIP, _CLIP) / np.sqrt(len(names))
    return Fit(names=names, centre=centre, scale=scale, states=_mirrored(_states(units, returned)))


def usable(features: Features, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return those features of which enough is known for a fit, and which move."""
    return tuple(name for name in names if _says_enough(features, name))


def _says_enough(features: Features, name: str) -> bool:
    known = features.values[-WINDOW_DAYS:, features.names.index(name)]
    known = known[np.isfinite(known)]
    return len(known) >= LEAST_DAYS and float(known.std()) > 1e-9


def _states(units: FloatArray, returned: FloatArray) -> FloatArray:
    from jumpmodels.jump import JumpModel

    model = JumpModel(n_components=STATES, jump_penalty=FIT_PENALTY, n_init=_STARTS, max_iter=50, random_state=0)
    # A state that no day fell into is divided by no days and has no centre: it stands where all days' middle is.
    with np.errstate(invalid="ignore", divide="ignore"):
        centres: FloatArray = model.fit(units, ret_ser=returned, sort_by="ret").centers_
    return np.where(np.isfinite(centres), centres, units.mean(axis=0))


def _mirrored(states: FloatArray) -> FloatArray:
    half = (states[0] - states[2]) / 2
    return np.stack([half, np.zeros_like(half), -half])


def losses(units: FloatArray, states: FloatArray) -> FloatArray:
    """Return (days, states): half the squared distance of each day to each state, by what is known of the day."""
    apart = np.where(np.isfinite(units)[:, None], units[:, None] - states, 0.0)
    halved: FloatArray = 0.5 * np.square(apart).sum(axis=2)
    return halved


def costs(day_losses: FloatArray, penalty: float) -> FloatArray:
    """Return (days, states): what the cheapest history costs that ends in each state, less the cheapest of all: online, row by row."""
    before = np.zeros(day_losses.shape[1])
    found = np.empty_like(day_losses)
    for day, loss in enumerate(day_losses):
        before = loss + np.minimum(before, before.min() + penalty)
        before = before - before.min()
        found[day] = before
    return found


def leanings(said: FloatArray, penalty: float) -> tuple[FloatArray, FloatArray]:
    """Return `(lean, carried)` of each day: how much cheaper it is to be in the bull than in the bear state, neutral left out.

    A day's lean is what it carried over from the day before, at most the penalty either way, and what the day itself says.

    Args:
        said: (days,), how much less the day itself costs in the bull than in the bear state.
        penalty: Of a change of state.
    """
    lean, carried = np.zeros(len(said)), np.zeros(len(said))
    before = 0.0
    for day, word in enumerate(said.tolist()):
        carried[day] = max(-penalty, min(penalty, before))
        before = lean[day] = carried[day] + word
    return lean, carried


def sides(lean: FloatArray, band: float) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Return 1 (bull), −1 (bear) or 0 of each day.

    A side is taken where the lean leaves the band. It stands until the other one is taken, or until the lean has been within the band for
    `LAPSES_AFTER_DAYS`.
    """
    found = np.zeros(len(lean), dtype=np.int64)
    side = within = 0
    for day, value in enumerate(lean.tolist()):
        within += 1
        if abs(value) > band:
            side, within = (1 if value > 0 else -1), 0
        elif within >= LAPSES_AFTER_DAYS:
            side = 0
        found[day] = side
    return found
