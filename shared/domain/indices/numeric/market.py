"""A panel made fit to trade on: prices that cannot be believed are holes, redenominations are found, holes carry the price before."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain.panels.panel import DayArray, FloatArray, Panel

SILENT_DAYS = 14
"""Without a price for so long, a token is taken to be delisted."""
CAP_CARRIED_DAYS = 7
_IMPLAUSIBLE_RISE = 20.0
"""In one day: a wrong price or a redenomination, until its capitalisation says otherwise."""
_SUPPLY_TOLERANCE = 0.02
_PRICE_BAND = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Every array is (days, tokens); row `d` is what was known at the end of day `d`, and made of rows up to `d` only."""

    days: DayArray
    token_ids: tuple[str, ...]
    excluded: NDArray[np.bool_]
    """(T,) stablecoins and wrapped assets."""
    open: FloatArray
    """What an order of the evening before is carried out at; NaN where there was no trading."""
    close: FloatArray
    """NaN in holes."""
    last: FloatArray
    """The newest price; NaN before the first, and after `SILENT_DAYS` days of silence and one more."""
    silent: NDArray[np.int32]
    """Days since the newest price."""
    cap: FloatArray
    """Capitalisation, carried over holes of a week."""
    priced: FloatArray
    """`last`, with 0 for NaN: what holdings are valued at."""
    eventful: NDArray[np.bool_]
    """(D,) whether any token is redenominated this day, or was silent for so long that it is taken for delisted."""
    factor: FloatArray
    """By how much the number of coins of a holder was multiplied this day: 1 but for redenominations."""

    def column(self, token_id: str) -> int | None:
        """Return the position of a token."""
        return self.token_ids.index(token_id) if token_id in self.token_ids else None


def market_of(panel: Panel, excluded: Collection[str] = ()) -> Market:
    """Return the market of a panel.

    Prices of 0 and below are holes. A price that rose more than twentyfold in a day counts only if the capitalisation rose with it.
    A supply that changes by a power of ten (within 2 %) while the price changes by its inverse is a redenomination: holders' coins are
    multiplied. A rise by a power of ten whose capitalisation is unknown is taken for one as well: a gain that nothing confirms is not
    booked. A fall is always believed unless the supply tells otherwise.
    """
    days, tokens = panel.close.shape
    close, start = _positive(panel.close), _positive(panel.open)
    caps = _positive(panel.market_cap_usd)
    out = {name: np.full((days, tokens), np.nan) for name in ("close", "last", "cap")}
    factor = np.ones((days, tokens))
    silent = np.zeros((days, tokens), dtype=np.int32)
    last, last_cap = np.full(tokens, np.nan), np.full(tokens, np.nan)
    age, cap_age = np.zeros(tokens, dtype=np.int32), np.zeros(tokens, dtype=np.int32)
    for row in range(days):
        price, cap = close[row], caps[row]
        factor[row], refused = _judged(price, cap, last, last_cap)
        price = np.where(refused, np.nan, price)
        known, known_cap = np.isfinite(price), np.isfinite(cap)
        age = np.where(known, 0, age + 1).astype(np.int32)
        cap_age = np.where(known_cap, 0, cap_age + 1).astype(np.int32)
        last = np.where(known, price, np.where(age > SILENT_DAYS + 1, np.nan, last))
        last_cap = np.where(known_cap, cap, np.where(cap_age > CAP_CARRIED_DAYS, np.nan, last_cap))
        out["close"][row], out["last"][row], out["cap"][row], silent[row] = price, last, last_cap, age
    eventful = (factor != 1.0) | ((silent >= SILENT_DAYS) & np.isfinite(out["last"]))
    return Market(
        days=panel.days,
        token_ids=panel.token_ids,
        excluded=np.isin(np.array(panel.token_ids, dtype=object), list(excluded)),
        # A day's trade needs a price of that day: without an opening one that can be believed it is done at the close.
        open=_tradable(start, out["close"]),
        silent=silent,
        priced=np.nan_to_num(out["last"]),
        eventful=eventful.any(axis=1),
        factor=factor,
        **out,
    )


def _tradable(start: FloatArray, close: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = start / close
        good = (ratio < _IMPLAUSIBLE_RISE) & (ratio > 1.0 / _IMPLAUSIBLE_RISE)
    return np.where(good, start, close)


def _positive(values: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(values) & (values > 0), values, np.nan)


def _judged(
    price: FloatArray, cap: FloatArray, last: FloatArray, last_cap: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return holders' factors of a day, and which prices are refused."""
    with np.errstate(invalid="ignore", divide="ignore"):
        rise = price / last
        # Neither a redenomination nor a wrong price is any nearer to 1: of most days nothing more need be asked.
        if not ((rise > 4.0) | (rise < 0.25)).any():
            return np.ones(price.shape), np.zeros(price.shape, dtype=bool)
        supply = (cap / price) / (last_cap / last)
        power = 10.0 ** np.round(np.log10(supply))
        exact = (np.abs(power - 1.0) > 0.5) & (np.abs(supply / power - 1.0) < _SUPPLY_TOLERANCE)
        split = exact & (rise * power < _PRICE_BAND) & (rise * power > 1.0 / _PRICE_BAND)
        guessed_power = 10.0 ** np.round(np.log10(rise))
        unconfirmed = ~np.isfinite(supply) & (rise > _IMPLAUSIBLE_RISE)
        near = (rise / guessed_power < _PRICE_BAND) & (rise / guessed_power > 1.0 / _PRICE_BAND)
        guessed = unconfirmed & near & (guessed_power >= 100.0)
        confirmed = np.isfinite(supply) & (supply > 0.5)
        refused = (rise > _IMPLAUSIBLE_RISE) & ~split & ~guessed & ~confirmed
    factor = np.where(split, power, np.where(guessed, 1.0 / guessed_power, 1.0))
    return factor, refused
