"""A market in PostgreSQL with enough history for scores, and the refresh that scores it."""

from datetime import datetime
from typing import Any

import numpy as np

from functions.refresh_scores.refresh import ScoresRefresh
from shared.core.clock import Clock
from shared.core.settings import DataSource
from shared.db.engine import Database
from shared.domain.panels.panel import Panel
from shared.http.refresh import Occasion
from shared.records.refresh import RefreshReport
from tests.clocks import NOON
from tests.databases import Place
from tests.fakes_documents import MemoryDocuments
from tests.panels import store, walks

DAYS = 120
"""Enough for every part."""


def market(tokens: int = 12, *, last: datetime = NOON) -> Panel:
    """Return a market of random walks: bitcoin, then token-1 and so on, largest first."""
    return walks(DAYS, tokens, last=last)


def stored(place: Place, panel: Panel, *, known_at: datetime | None = None) -> None:
    """Put a panel into PostgreSQL, each token of a capitalisation of its own."""
    store(place, panel, known_at=known_at)


def stablecoin(place: Place, token_id: str) -> None:
    """Make a stored token a stablecoin by its category."""
    place.run(
        "INSERT INTO category_members (category_id, token_id, known_at, provider)"  # noqa: S608
        f" VALUES ('stablecoins', '{token_id}', '2026-01-01+0', 'coingecko')"
    )


def chain_told(place: Place, chain: str, *, tvl: float, fees: float, last: datetime = NOON) -> None:
    """Store forty days of a chain's value locked and fees."""
    end = np.datetime64(last.replace(tzinfo=None), "D")
    for metric, value in (("tvl_usd", tvl), ("fees_usd", fees)):
        place.run(
            "INSERT INTO chain_metrics (chain, metric, resolution, observed_at, known_at, value, source)"  # noqa: S608
            f" SELECT '{chain}', '{metric}', 'day', d, d + interval '25 hours', {value}, 'defillama'"
            f" FROM generate_series(timestamptz '{end - 40} 00:00Z', timestamptz '{end - 2} 00:00Z', '1 day') AS d"
        )


async def scored(
    place: Place, clock: Clock, *, key: str = "run", source: DataSource = "sandbox", **more: Any
) -> RefreshReport:
    """Run the refresh once."""
    database = Database(place.writer, read_only=False)
    try:
        refresh = ScoresRefresh(
            database=database, documents=more.pop("documents", MemoryDocuments()), clock=clock, source=source, **more
        )
        return await refresh.run(Occasion(key))
    finally:
        await database.close()
