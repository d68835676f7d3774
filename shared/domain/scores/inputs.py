"""What scores are made of besides prices, out of PostgreSQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from shared.db.engine import Database
from shared.domain.cursors import from_microseconds
from shared.domain.datapoints.kinds import Kind, kind_of
from shared.records.chains import Metric

from .chain_use import ChainUse, Told, use_of_chains


@dataclass(frozen=True, slots=True)
class SortedToken:
    """A token and what it is."""

    token_id: str
    kind: Kind


class ScoreInputs:
    """Reads; every method raises `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tokens(self) -> list[SortedToken]:
        """Return every token with a quote, best ranked first."""
        from .input_statements import sorted_tokens

        rows = await self._database.fetch("scores.tokens", sorted_tokens, {})
        return [
            SortedToken(token_id, kind_of(symbol, name, categories.split()))
            for token_id, symbol, name, categories in rows
        ]

    async def chain_use(self, *, as_of: datetime) -> Mapping[str, ChainUse]:
        """Return what is known of the use of chains by token, as it was at `as_of`."""
        from .input_statements import chain_days

        rows = await self._database.fetch("scores.chains", chain_days, {"as_of": as_of})
        told = [
            Told(chain, cast("Metric", metric), from_microseconds(observed), value, source)
            for chain, metric, observed, value, source in rows
        ]
        return use_of_chains(told, now=as_of)
