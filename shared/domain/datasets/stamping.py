"""A refresher's stamp on what it stored, in the same transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.errors import SettingsError
from shared.core.settings import DataSource

if TYPE_CHECKING:
    from sqlalchemy import Connection

_STAMP = """
    INSERT INTO datasets (dataset, refreshed_at, sources, data_source)
    VALUES (:dataset, :refreshed_at, CAST(:sources AS text[]), :data_source)
    ON CONFLICT (dataset) DO UPDATE
    SET refreshed_at = greatest(datasets.refreshed_at, excluded.refreshed_at), sources = excluded.sources
    WHERE datasets.data_source = excluded.data_source
"""


def stamp(
    connection: "Connection", dataset: str, *, at: datetime, sources: Iterable[str], data_source: DataSource
) -> None:
    """Say that a dataset was refreshed; to be called first, so that a refused one has written nothing.

    Args:
        connection: In the transaction that stores the facts.
        dataset: The refresh function's name, with a suffix where it refreshes several: `refresh_news`.
        at: When the refresh began: the facts are at least so young.
        sources: Providers whose facts were stored.
        data_source: Which kind of data it is.

    Raises:
        SettingsError: the database holds data of another kind, which must never mix.
    """
    from sqlalchemy import text

    values = {"dataset": dataset, "refreshed_at": at, "sources": list(sources), "data_source": data_source}
    if connection.execute(text(_STAMP), values).rowcount == 0:
        raise SettingsError("DATA_SOURCE", f"this database holds other than {data_source} data of {dataset}")
