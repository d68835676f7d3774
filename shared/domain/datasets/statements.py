"""The stamp of a dataset, to be selected beside its facts."""

from sqlalchemy import Subquery, select
from sqlalchemy.dialects import postgresql

from shared.db.expressions import microseconds, written
from shared.db.tables.datasets import datasets


def stamp_of(dataset: str) -> Subquery:
    """Return one row `refreshed_us, sources, data_source`; none when the dataset was never refreshed."""
    return (
        select(microseconds(datasets.c.refreshed_at).label("refreshed_us"), datasets.c.sources, datasets.c.data_source)
        .where(datasets.c.dataset == written(dataset))
        .subquery("stamp")
    )


def stamp_text(dataset: str) -> str:
    """Return the same row as text, called `stamp`, for statements that are written as text."""
    return f"({stamp_of(dataset).element.compile(dialect=postgresql.dialect())}) AS stamp"  # type: ignore[no-untyped-call]
