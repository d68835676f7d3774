"""What is learned from: one row for each token and week, features known at the day's close and, where it is known yet, what came of it.

A row depends on the days up to its own; its label on the eight days after.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain.datapoints.numeric.bars import Bars, bars_of
from shared.domain.datapoints.numeric.technical import histories
from shared.domain.ml.features import REQUIRED, feature_ids
from shared.domain.ml.horizon import ENTRY_DAYS, HORIZON_DAYS, KNOWN_AFTER_DAYS
from shared.domain.panels.panel import DayArray, FloatArray, Panel

EVERY_DAYS = 7
"""Days whose number since 1 January 1970 divides by it, so Thursdays: labels of one token never overlap."""
MOST_A_DAY = 500
"""Tokens of one day; more would cost memory and time, and tokens of one day tell much the same."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """By day, then by token."""

    days: DayArray
    """(rows,) the completed days that the features are made of."""
    token_ids: NDArray[np.str_]
    values: FloatArray
    """(rows, features) in the order of `feature_ids()`, NaN where unknown."""
    labels: FloatArray
    """(rows,) logarithms of the relative return; NaN where nobody knows (yet)."""

    def only(self, mask: Mask) -> "Rows":
        """Return some of the rows."""
        return Rows(
            days=self.days[mask],
            token_ids=self.token_ids[mask],
            values=self.values[mask],
            labels=self.labels[mask],
        )

    @property
    def labelled(self) -> "Rows":
        """The rows of which it is known what came of them."""
        return self.only(np.isfinite(self.labels))

    def digest(self) -> str:
        """Return a digest of everything in it."""
        made = hashlib.sha256("\n".join([*feature_ids(), *self.token_ids.tolist()]).encode())
        # One bit pattern for all that is unknown.
        for array in (self.days.astype(np.int64), _plain(self.values), _plain(self.labels)):
            made.update(np.ascontiguousarray(array).tobytes())
        return made.hexdigest()


class Gathering:
    """Rows of all tokens, gathered from chunks of them; which are kept does not depend on the chunks."""

    def __init__(
        self, market_log_return: FloatArray, bitcoin: FloatArray | None, *, most_a_day: int = MOST_A_DAY
    ) -> None:
        """Take what all chunks are compared with.

        Args:
            market_log_return: (days,) of the same days as all panels; NaN where unknown.
            bitcoin: (days,) its closes.
            most_a_day: Tokens of one day that are kept.
        """
        self._market = market_log_return
        self._bitcoin = bitcoin
        self._most = most_a_day
        self._rows: Rows | None = None

    def add(self, panel: Panel) -> None:
        """Take the rows of some tokens."""
        found = _rows_of(panel, bars_of(panel, self._bitcoin), self._market)
        together = found if self._rows is None else _joined(self._rows, found)
        self._rows = together.only(_chosen(together, self._most))

    def rows(self) -> Rows:
        """Return what was gathered, by day and token."""
        if self._rows is None:
            return _none()
        order = np.lexsort((self._rows.token_ids, self._rows.days))
        return Rows(
            days=self._rows.days[order],
            token_ids=self._rows.token_ids[order],
            values=self._rows.values[order],
            labels=self._rows.labels[order],
        )


def _rows_of(panel: Panel, bars: Bars, market: FloatArray) -> Rows:
    weekly = np.flatnonzero(panel.days.astype(np.int64) % EVERY_DAYS == 0)
    made = dict(_sampled(bars, weekly))
    known = np.all([np.isfinite(made[name]) for name in REQUIRED], axis=0)
    day, token = np.nonzero(known)
    values = np.empty((len(day), len(made)))
    for column, name in enumerate(feature_ids()):
        values[:, column] = made[name][day, token]
    return Rows(
        days=panel.days[weekly][day],
        token_ids=np.array(panel.token_ids, dtype=np.str_)[token],
        values=values,
        labels=labels_of(bars.close, market)[weekly][day, token],
    )


def _sampled(bars: Bars, weekly: NDArray[np.int64]) -> Iterator[tuple[str, FloatArray]]:
    for name, values in histories(bars):
        yield name, values[weekly]


def labels_of(close: FloatArray, market: FloatArray) -> FloatArray:
    """Return (days, tokens) logarithms of what came of each day's prediction; NaN where it is not known.

    Args:
        close: (days, tokens), made ready by `bars_of`.
        market: (days,) logarithms of the market's return.
    """
    labels = np.full(close.shape, np.nan)
    if len(close) > KNOWN_AFTER_DAYS:
        own = np.log(close[KNOWN_AFTER_DAYS:] / close[ENTRY_DAYS:-HORIZON_DAYS])
        windows = np.lib.stride_tricks.sliding_window_view(market[ENTRY_DAYS + 1 :], HORIZON_DAYS)
        labels[:-KNOWN_AFTER_DAYS] = own - windows.sum(axis=1)[:, None]
    return labels


def _chosen(rows: Rows, most: int) -> Mask:
    """Return which rows have one of the `most` smallest hashes of their day."""
    order = np.lexsort((rows.token_ids, _hashes(rows), rows.days))
    days = rows.days[order]
    first = np.searchsorted(days, days, side="left")
    chosen = np.zeros(len(days), dtype=np.bool_)
    chosen[order[np.arange(len(days)) - first < most]] = True
    return chosen


def _hashes(rows: Rows) -> NDArray[np.uint64]:
    """Return a number for each token and day that nobody chose: which tokens are in a day's sample is chance, the same every time."""
    ids, place = np.unique(rows.token_ids, return_inverse=True)
    own = np.array(
        [int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") for name in ids], np.uint64
    )
    mixed = own[place] ^ (rows.days.astype(np.int64).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    # The finish of splitmix64.
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def _joined(one: Rows, other: Rows) -> Rows:
    return Rows(
        days=np.concatenate([one.days, other.days]),
        token_ids=np.concatenate([one.token_ids, other.token_ids]),
        values=np.concatenate([one.values, other.values]),
        labels=np.concatenate([one.labels, other.labels]),
    )


def _none() -> Rows:
    return Rows(
        days=np.empty(0, "datetime64[D]"),
        token_ids=np.empty(0, np.str_),
        values=np.empty((0, len(feature_ids()))),
        labels=np.empty(0),
    )


def _plain(values: FloatArray) -> FloatArray:
    return np.where(np.isnan(values), np.nan, values + 0.0)
