"""The rows to learn from, read from PostgreSQL in chunks so that never all tokens' history is in memory."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from shared.db.engine import Database
from shared.domain.datapoints.kinds import follows_another
from shared.domain.panels.reading import PanelReader
from shared.domain.scores.inputs import ScoreInputs

from .horizon import MARKET_TOKENS

if TYPE_CHECKING:
    from shared.domain.panels.panel import FloatArray, Panel

    from .numeric.rows import Rows

DAYS = 1_500
"""So far back is learned from: four years, of which the first month only makes the first features."""
CHUNK = 250
"""Tokens at a time: their data points of all days take 300 MB."""
BITCOIN = "bitcoin"


class RowReader:
    """Reads rows; `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database) -> None:
        self._inputs = ScoreInputs(database)
        self._panels = PanelReader(database)

    async def rows(self, *, as_of: datetime) -> "Rows":
        """Return the rows of every token that follows no other, as they were known at a time."""
        from .numeric.rows import Gathering

        plain = [token.token_id for token in await self._inputs.tokens() if not follows_another(token.kind)]
        market, bitcoin = await self._compared(plain, as_of)
        gathering = Gathering(market, bitcoin)
        async for panel in self._panels.panels(plain, as_of=as_of, days=DAYS, chunk=CHUNK):
            await asyncio.to_thread(gathering.add, panel)
        return gathering.rows()

    async def _compared(self, plain: list[str], as_of: datetime) -> "tuple[FloatArray, FloatArray | None]":
        from shared.domain.regime.numeric.market import market_of

        panel = await self._panels.panel(plain[:MARKET_TOKENS], as_of=as_of, days=DAYS)
        market = await asyncio.to_thread(market_of, panel)
        return market.log_return, _closes(panel, BITCOIN)


def _closes(panel: "Panel", token_id: str) -> "FloatArray | None":
    """Return one token's closes; `None` where it is not among the tokens."""
    if token_id not in panel.token_ids:
        return None
    closes: FloatArray = panel.close[:, panel.token_ids.index(token_id)].copy()
    return closes
