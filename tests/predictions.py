"""A refresh of predictions over PostgreSQL."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from functions.refresh_predictions.refresh import PredictionsRefresh
from shared.core.clock import Clock
from shared.core.settings import DataSource
from shared.db.engine import Database
from shared.domain.panels.panel import Panel
from shared.http.refresh import Occasion
from shared.records.refresh import RefreshReport
from tests.clocks import NOON
from tests.databases import Place
from tests.fakes_documents import MemoryDocuments
from tests.panels import panel_of, walks

DAYS = 70
"""Enough for what the tests' model requires, and to be graded."""
YOUNG = "token-4"
"""Has 13 days of history."""


def market(tokens: int = 12, *, days: int = DAYS, last: datetime = NOON) -> Panel:
    """Return random walks, bitcoin first, then token-1 and so on; token-4 is young."""
    panel = walks(days, tokens, last=last)
    close = panel.close.copy()
    close[:-13, 4:5] = np.nan
    return panel_of(
        close,
        last=last,
        open=panel.open,
        high=panel.high,
        low=panel.low,
        volume_usd=panel.volume_usd,
        market_cap_usd=panel.market_cap_usd,
    )


async def predicted(
    place: Place, clock: Clock, *, key: str = "run", source: DataSource = "sandbox", **more: Any
) -> RefreshReport:
    """Run the refresh once."""
    database = Database(place.writer, read_only=False)
    try:
        refresh = PredictionsRefresh(
            database=database, documents=more.pop("documents", MemoryDocuments()), clock=clock, source=source, **more
        )
        return await refresh.run(Occasion(key))
    finally:
        await database.close()


def forget_after(place: Place, moment: datetime) -> None:
    """Take out every price that became known after a moment."""
    place.run(f"DELETE FROM candles WHERE opened_at > '{moment - timedelta(days=1)}'")  # noqa: S608
    place.run(f"DELETE FROM price_points WHERE observed_at > '{moment}'")  # noqa: S608
