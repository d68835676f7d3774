"""All data points of all tokens: the one place where every source comes together."""

from dataclasses import dataclass

import numpy as np

from shared.domain.datapoints.catalogue import data_points, positions
from shared.domain.datapoints.inputs import Inputs
from shared.domain.datapoints.recall import Held
from shared.domain.panels.panel import Panel

from . import market
from .bars import bars_of
from .technical import FADING, WINDOWED, latest
from .windows import FloatArray


@dataclass(frozen=True, slots=True)
class DataPoints:
    """The values of all data points, in the order of the catalogue, by tokens in the order of their quotes; NaN where unknown."""

    token_ids: tuple[str, ...]
    values: FloatArray
    """(data points, tokens)."""

    def of(self, name: str) -> FloatArray:
        """Return one data point of all tokens."""
        row: FloatArray = self.values[positions()[name]]
        return row


class Table:
    """Filled chunk by chunk with what daily bars say, then with everything else."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._slots = market.slots_of(inputs)
        self._values = np.full((len(data_points()), self._slots.count), np.nan)

    def bars(self, panel: Panel, bitcoin: FloatArray | None) -> None:
        """Fill in the data points of daily bars of some tokens.

        Args:
            panel: Of tokens that are quoted.
            bitcoin: (days,) closes of bitcoin.
        """
        places = [self._slots.places[token_id] for token_id in panel.token_ids]
        for name, values in latest(bars_of(panel, bitcoin)):
            self._values[positions()[name], places] = values

    def reuse(self, held: Held) -> None:
        """Take over data points of daily bars that an earlier run made of the same days; other tokens than ours are passed over."""
        if held.values is None:
            return
        rows = [positions()[name] for name in (*FADING, *WINDOWED)]
        known = [(row, self._slots.places[name]) for row, name in enumerate(held.bars_at) if name in self._slots.places]
        from_rows, places = [row for row, _ in known], [place for _, place in known]
        self._values[np.ix_(rows, places)] = held.values[np.ix_(from_rows, rows)].T

    def finished(self) -> DataPoints:
        """Return everything, with what is no daily bar."""
        inputs, slots = self._inputs, self._slots
        month = self._values[positions()["return_30d"]]
        with np.errstate(all="ignore"):
            named = {
                **market.quoted(inputs, slots),
                **market.on_chain(inputs, slots, month),
                **market.flows(inputs, slots),
                **market.sentiment(inputs, slots),
                **market.books(inputs, slots, self._values[positions()["median_volume_30"]]),
            }
        for name, values in named.items():
            self._values[positions()[name]] = np.where(np.isfinite(values), values, np.nan)
        return DataPoints(tuple(slots.places), self._values)
