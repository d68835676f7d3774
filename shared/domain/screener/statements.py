"""The screener's statement: one for each shape of filters; values are bound, columns come from a fixed map."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    DateTime,
    Float,
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import array

from shared.db.expressions import Expression, json_list, microseconds, written
from shared.db.tables.screener import screener_details, screener_generations, screener_rows
from shared.domain.datasets.statements import stamp_of

from .asking import Asked
from .building_statements import SHOWN
from .fields import fields

DATASET = "refresh_screener"

_rows = screener_rows.c
_details = screener_details.c
_limit: Expression = cast(bindparam("limit"), Integer)
_offset: Expression = cast(bindparam("offset"), Integer)
_one: Expression = literal_column("1")


def screened(asked: Asked) -> Select[Any]:
    """Select `text, total, as_of_us, made_us, quotes_us, scores_us, datapoints_us` and the stamp of a page.

    One row; none when no generation was ever made. `made_us` is null when the snapshot asked for is gone. A field that is null passes
    no filter and comes last, whatever the order; of equals the larger token comes first.
    """
    generation = _generation(asked)
    found = _found(asked, generation)
    # Sorting only as far as the page reaches takes a third of sorting all.
    chosen = select(found).order_by(*_order(found, asked)).limit(_limit).offset(_offset).cte("chosen")
    place = func.row_number().over(order_by=_order(chosen, asked)).label("place")
    same = (_details.position == chosen.c.position) & (_details.slot == _slot(generation))
    page = (
        select(place, _body(asked, chosen).label("body"), _details.as_of)
        .select_from(chosen.join(screener_details, same))
        .cte("page")
    )
    stamp = stamp_of(DATASET)
    told = generation.c
    return select(
        select(json_list(page.c.body, page.c.place)).scalar_subquery(),
        select(cast(func.count(), BigInteger)).select_from(found).scalar_subquery(),
        select(microseconds(func.min(page.c.as_of))).scalar_subquery(),
        *(microseconds(each) for each in (told.made_at, told.quotes_at, told.scores_at, told.datapoints_at)),
        *stamp.c,
    ).select_from(stamp.outerjoin(generation, true()))


def values_of(asked: Asked) -> dict[str, object]:
    """Return the statement's parameters, but for the snapshot's time."""
    bound: dict[str, object] = {f"bound_{number}": value for number, (_, _, value) in enumerate(asked.bounds)}
    chosen: dict[str, object] = {f"choice_{name}": value for name, value in asked.choices}
    return bound | chosen | {"limit": asked.limit, "offset": asked.offset}


def _generation(asked: Asked) -> CTE:
    every = select(screener_generations)
    if asked.snapshot is not None:
        at = cast(bindparam("snapshot"), DateTime(timezone=True))
        return every.where(screener_generations.c.made_at == at).cte("generation")
    return every.order_by(screener_generations.c.made_at.desc()).limit(_one).cte("generation")


def _slot(generation: CTE) -> Expression:
    return select(generation.c.slot).scalar_subquery()


def _found(asked: Asked, generation: CTE) -> CTE:
    """Return the position of every token that passes, with what is sorted by and shown."""
    shown = [_column(name).label(f"shown_{number}") for number, name in enumerate(_asked_for(asked))]
    joined: Any = screener_rows
    if _needs_details(asked):
        joined = screener_rows.join(
            screener_details, (_details.slot == _slot(generation)) & (_details.position == _rows.position)
        )
    return (
        select(_rows.position, _column(asked.sort).label("sorted_by"), *shown)
        .select_from(joined)
        .where(_rows.slot == _slot(generation), *_conditions(asked))
        .cte("found")
    )


def _conditions(asked: Asked) -> Iterator[Expression]:
    for number, (field, bound, _) in enumerate(asked.bounds):
        value: Expression = cast(bindparam(f"bound_{number}"), Float(53))
        yield _column(field) >= value if bound == "min" else _column(field) <= value
    for name, _ in asked.choices:
        wanted: Expression = cast(bindparam(f"choice_{name}"), Text)
        yield _rows.kind == wanted if name == "kind" else _LISTS[name].contains(array([wanted]))


def _order(found: CTE, asked: Asked) -> tuple[Any, ...]:
    by = found.c.sorted_by.desc() if asked.order == "desc" else found.c.sorted_by.asc()
    return (by.nulls_last(), found.c.position)


def _body(asked: Asked, chosen: CTE) -> Expression:
    text = written("{") + _details.written + written(',"values":{')
    for number, name in enumerate(_asked_for(asked)):
        value = func.coalesce(cast(chosen.c[f"shown_{number}"], Text), written("null"))
        text = text + written(f'{"," if number else ""}"{name}":') + value
    return text + written("}}")


def _asked_for(asked: Asked) -> list[str]:
    """Return the fields of filters and order that not every row shows anyway."""
    named = dict.fromkeys([field for field, _, _ in asked.bounds] + [asked.sort])
    return [name for name in named if name not in SHOWN]


def _needs_details(asked: Asked) -> bool:
    named = [field for field, _, _ in asked.bounds] + [asked.sort]
    lists = any(name in _LISTS for name, _ in asked.choices)
    return lists or any(fields()[name].position is not None for name in named)


def _column(name: str) -> Expression:
    field = fields()[name]
    if field.position is None:
        return _rows[name]
    element: Expression = _details.datapoints[literal_column(str(field.position + 1), Integer)]
    return element


_LISTS: dict[str, Any] = {"chain": _details.chains, "category": _details.categories}
