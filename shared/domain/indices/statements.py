"""Statements that answer about indices, each in one round trip, beside the dataset's stamp."""

from typing import Any

from sqlalchemy import BigInteger, Date, Integer, Text, bindparam, cast, exists, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.selectable import Select

from shared.db.expressions import Expression, written
from shared.db.tables.indices import index_holdings, index_states, index_transactions
from shared.domain.datasets.statements import stamp_of

from .catalogue import DATASET

_index: Expression = cast(bindparam("index_id"), Text)


def listed() -> Select[Any]:
    """Select one row `text, indices, last, refreshed_us, sources, data_source`: summaries in their order."""
    stamp = stamp_of(DATASET)
    states = index_states.c
    rows = select(
        func.string_agg(states.summary, aggregate_order_by(written(","), states.place)).label("text"),
        func.count().label("indices"),
        cast(func.min(states.day), Text).label("last"),
    ).subquery("listed")
    return _with(stamp, rows)


def of_index() -> Select[Any]:
    """Select one row `summary, report, last, refreshed_us, sources, data_source` of one index; `summary` is null for an unknown one."""
    stamp = stamp_of(DATASET)
    states = index_states.c
    rows = select(states.summary, states.report, cast(states.day, Text).label("last"))
    return _with(stamp, rows.where(states.index_id == _index).subquery("found"))


def holdings() -> Select[Any]:
    """Select one row `holdings, day, …stamp`: what an index held at the last close up to `day` that is told of."""
    stamp = stamp_of(DATASET)
    held = index_holdings.c
    rows = (
        select(held.holdings, cast(held.day, Text).label("day"))
        .where(held.index_id == _index, held.day <= cast(bindparam("day"), Date))
        .order_by(held.day.desc())
        .limit(literal_column("1"))
        .subquery("found")
    )
    return _with(stamp, rows)


def transactions(filters: frozenset[str]) -> Select[Any]:
    """Select one row `text, last, told, total, begun, …stamp`: entries before the number `before`, newest first.

    Args:
        filters: Of `token_id`, `reason`: what is filtered by.
    """
    stamp = stamp_of(DATASET)
    log = index_transactions.c
    fits = [log.index_id == _index]
    fits += [getattr(log, name) == cast(bindparam(name), Text) for name in sorted(filters)]
    page = (
        select(log.sequence, log.body, log.previous, log.hash)
        .where(*fits, log.sequence < cast(bindparam("before"), BigInteger))
        .order_by(log.sequence.desc())
        .limit(cast(bindparam("size"), Integer))
        .cte("page")
    )
    # The body is told as it was hashed, with the links of the chain at its end.
    entry = (
        func.left(page.c.body, literal_column("-1"))
        + written(',"previous":"')
        + page.c.previous
        + written('","hash":"')
        + page.c.hash
        + written('"}')
    )
    rows = select(
        func.coalesce(
            func.string_agg(entry, aggregate_order_by(written(","), page.c.sequence.desc())), written("")
        ).label("text"),
        func.min(page.c.sequence).label("last"),
        func.count().label("told"),
        select(func.count()).select_from(index_transactions).where(*fits).scalar_subquery().label("total"),
        exists().where(index_states.c.index_id == _index).label("begun"),
    ).subquery("listed")
    return _with(stamp, rows)


def _with(stamp: Any, rows: Any) -> Select[Any]:
    return select(*rows.c, *stamp.c).select_from(stamp.outerjoin(rows, true()))
