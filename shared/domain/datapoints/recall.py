"""Data points of daily bars that an earlier run made of the same days, so that they need not be made every five minutes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.db.engine import Database

from .catalogue import VERSION

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .numeric.windows import FloatArray

ANEW_AFTER = timedelta(minutes=58)
"""Once an hour all are made anew, because candles of the last day may come late and former ones may be revised."""

_HELD = """
    SELECT CAST(row_number() OVER (ORDER BY token_id) AS integer), ARRAY[bars_at], array_replace(values, NULL, 'NaN')
    FROM token_datapoints WHERE {which} ORDER BY token_id
"""
_NAMES = "SELECT token_id, bars_at FROM token_datapoints WHERE {which} ORDER BY token_id"


@dataclass(frozen=True, slots=True)
class Held:
    """What is there already."""

    bars_at: Mapping[str, datetime] = field(default_factory=dict)
    """When each token's were made, in the order of the rows of `values`."""
    values: "FloatArray | None" = None
    """(tokens, data points); NaN where unknown."""


class DataPointRecall:
    """Reads what is held; `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def held(self, *, day: datetime, now: datetime, count: int) -> Held:
        """Return the data points of the last completed day that are young enough, by this version of the formulas.

        Args:
            day: When the last completed day began.
            now: The time of the run.
            count: How many data points there are.
        """
        return await self._database.transaction(lambda connection: _held(connection, day, now, count))


def _held(connection: "Connection", day: datetime, now: datetime, count: int) -> Held:
    import numpy as np
    from sqlalchemy import text

    from shared.domain.panels.copied import copied

    which = (
        f"day = '{day.isoformat()}' AND version = '{VERSION}' AND cardinality(values) = {count:d}"
        f" AND bars_at > '{(now - ANEW_AFTER).isoformat()}' AND bars_at <= '{now.isoformat()}'"
    )
    # Names and values are of one moment. All in this text is ours; COPY takes no parameters.
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    names = [(row[0], row[1]) for row in connection.execute(text(_NAMES.format(which=which)))]
    rows = [numbers[0] for _, _, numbers in copied(connection, _HELD.format(which=which))]
    return Held(dict(names), np.array(rows)) if rows else Held()


def missing(token_ids: Sequence[str], held: Held) -> list[str]:
    """Return the tokens whose data points have to be made."""
    return [token_id for token_id in token_ids if token_id not in held.bars_at]
