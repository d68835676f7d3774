"""Every kind of history that a token may have and nobody wants, in one market, and the way of it into PostgreSQL."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from shared.domain.panels.panel import Panel
from tests.databases import Place
from tests.panels import store

TOKEN: Mapping[str, str] = MappingProxyType(
    {
        "none": "token-3",
        "one": "token-4",
        "thirteen": "token-5",
        "holes": "token-6",
        "constant": "token-7",
        "no volume": "token-8",
        "zero": "token-9",
        "renamed": "token-10",
        "ended": "token-11",
        "zero days": "token-12",
    }
)
"""By what is wrong with it."""
RENAMED_BEFORE_END, ENDED_BEFORE_END = 20, 20
_ZERO_DAYS = (30, 27)
"""Before the end: from, to."""


def broken(whole: Panel) -> Panel:
    """Return a market of at least 16 tokens and 90 days with ten of its tokens broken; the others are as they were."""
    panel = replace(whole, **{name: getattr(whole, name).copy() for name in _FIELDS})
    prices = (panel.open, panel.high, panel.low, panel.close)
    for array in (*prices, panel.market_cap_usd):
        array[:, _place("none")] = np.nan
        array[:-1, _place("one")] = np.nan
        array[:-13, _place("thirteen")] = np.nan
        array[::4, _place("holes")] = np.nan
        array[-50:-35, _place("holes")] = np.nan
        array[-ENDED_BEFORE_END:, _place("ended")] = np.nan
    for array in prices:
        array[:, _place("constant")] = 0.25
        # A thousand old coins for a new one: what all of them are worth together stays.
        array[-RENAMED_BEFORE_END:, _place("renamed")] *= 1000.0
    panel.volume_usd[:, _place("no volume")] = 0.0
    return panel


def stored(place: Place, whole: Panel) -> None:
    """Put a broken market into PostgreSQL: who has no history at all has a quote, and prices of 0 are stored as they are."""
    store(place, broken(whole))
    zero, none, zero_days = TOKEN["zero"], TOKEN["none"], TOKEN["zero days"]
    first, last = (f"date '{whole.days[-1]}' - {each}" for each in _ZERO_DAYS)
    candles_of = (
        "DELETE FROM candles USING candle_series AS held WHERE held.series_id = candles.series_id AND token_id ="
    )
    place.run(
        f"UPDATE price_points SET price_usd = 0 WHERE token_id = '{zero}'; {candles_of} '{zero}';"  # noqa: S608 the test's own
        f"UPDATE price_points SET price_usd = 0 WHERE token_id = '{zero_days}' AND bucket > {first} AND bucket <= {last};"
        f"{candles_of} '{zero_days}' AND opened_at >= {first} AND opened_at < {last};"
        "INSERT INTO quotes (token_id, price_usd, rank, as_of, priced_at, facts_provider, sources, source_prices, data_source, refreshed_at)"
        f" SELECT '{none}', 1, 99, as_of, priced_at, facts_provider, sources, source_prices, data_source, refreshed_at"
        " FROM quotes WHERE token_id = 'bitcoin'"
    )


def all_excluded(place: Place) -> None:
    """Let every token be one that only follows another price."""
    place.run("UPDATE tokens SET name = 'Wrapped ' || name")


def _place(kind: str) -> int:
    return int(TOKEN[kind].removeprefix("token-"))


_FIELDS = ("open", "high", "low", "close", "volume_usd", "market_cap_usd")
