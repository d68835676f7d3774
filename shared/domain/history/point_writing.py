"""Storing imported prices: they fill what is missing, and change nothing that was ever served."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING

from shared.core.settings import DataSource
from shared.db.copying import Field, copy_rows
from shared.domain.datasets.stamping import stamp
from shared.records.points import PricePoint

if TYPE_CHECKING:
    from sqlalchemy import Connection

DATASET = "price_imports"
COLUMNS = ("resolution_s", "token_id", "observed_at", "price_usd", "market_cap_usd", "volume_24h_usd")
RESOLUTIONS = (300, 3_600, 86_400)
"""Seconds; a series is stored at those that are no finer than it is itself."""
_DAY_S = 86_400
_ROUNDING = 0.75
"""Points that are told every hour are not told every hour to the second."""

_STAGE = """
    CREATE TEMPORARY TABLE staged_points
    (resolution_s integer, token_id text, observed_at timestamptz, price_usd numeric, market_cap_usd numeric,
     volume_24h_usd numeric) ON COMMIT DROP
"""
_MERGE = """
    INSERT INTO price_points (resolution_s, token_id, bucket, observed_at, price_usd, market_cap_usd, volume_24h_usd)
    SELECT DISTINCT ON (token_id, resolution_s, bucket)
        resolution_s, token_id, date_bin(make_interval(secs => resolution_s), observed_at, '2000-01-01+0') AS bucket,
        observed_at, price_usd, market_cap_usd, volume_24h_usd
    FROM staged_points ORDER BY token_id, resolution_s, bucket, observed_at
    ON CONFLICT DO NOTHING
"""
"""The first price of a bucket stays, as it does when it comes from a refresh."""


def store(connection: "Connection", points: Iterable[PricePoint], *, at: datetime, data_source: DataSource) -> int:
    """Store prices in the caller's transaction and return how many buckets had none before.

    Raises:
        SettingsError: the database holds another kind of data.
    """
    from sqlalchemy import text

    stamp(connection, DATASET, at=at, sources=[], data_source=data_source)
    connection.execute(text(_STAGE))
    copy_rows(connection, "staged_points", COLUMNS, _rows(points))
    return max(connection.execute(text(_MERGE)).rowcount, 0)


def _rows(points: Iterable[PricePoint]) -> Iterator[tuple[Field, ...]]:
    rest = iter(points)
    first = list(islice(rest, 2))
    resolutions = _resolutions(first)
    for point in chain(first, rest):
        for resolution_s in resolutions:
            yield (
                resolution_s,
                point.token_id,
                point.observed_at,
                point.price_usd,
                point.market_cap_usd,
                point.volume_24h_usd,
            )


def _resolutions(first: list[PricePoint]) -> tuple[int, ...]:
    apart = [abs(after.observed_at - before.observed_at).total_seconds() for before, after in pairwise(first)]
    spacing = apart[0] if apart else _DAY_S
    return tuple(each for each in RESOLUTIONS if each >= spacing * _ROUNDING) or (_DAY_S,)
