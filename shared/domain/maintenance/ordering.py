"""Which months of candles are worth putting in order, and doing it: docs/decisions/0006-candles.md."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_A_RUN = 2
"""Writers of candles wait while a month is rewritten: some seconds for a million rows."""
FEWEST_ROWS = 20_000
"""In a smaller month nothing lies far apart."""
_SETTLED_AFTER = timedelta(days=2)
"""By then the last candles of a month have come in."""
_ORDERED = 0.9
"""Of PostgreSQL's correlation between the number of a row's series and its place; hour by hour it is 0."""
_DUE = """
    SELECT right(child.relname, 7)
    FROM pg_inherits
    JOIN pg_class AS child ON child.oid = inhrelid
    JOIN pg_stats AS told ON told.schemaname = 'public' AND told.tablename = child.relname AND told.attname = 'series_id'
    WHERE inhparent = 'public.intraday_candles'::regclass AND child.relname ~ '_[0-9]{4}_[0-9]{2}$'
        AND to_timestamp(right(child.relname, 7), 'YYYY_MM') + interval '1 month' <= :settled
        AND child.reltuples >= :fewest AND abs(told.correlation) < :ordered
    ORDER BY child.relname DESC LIMIT :most
"""


def due(connection: "Connection", *, now: datetime) -> list[datetime]:
    """Return the beginnings of months that are over and out of order, newest first, as many as one run takes."""
    from sqlalchemy import text

    values = {"settled": now - _SETTLED_AFTER, "fewest": FEWEST_ROWS, "ordered": _ORDERED, "most": MOST_A_RUN}
    names = connection.execute(text(_DUE), values).scalars()
    return [datetime.strptime(name, "%Y_%m").replace(tzinfo=UTC) for name in names]


def order(connection: "Connection", month: datetime) -> int:
    """Rewrite a month so that a series lies together, and return how many candles that were."""
    from sqlalchemy import text

    return int(connection.execute(text("SELECT order_candles_of(:month)"), {"month": month}).scalar_one())
