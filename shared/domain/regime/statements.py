"""Statements that answer about the regime."""

from typing import Any

from sqlalchemy import CTE, DateTime, Integer, Select, Text, bindparam, case, cast, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on

from shared.db.expressions import Expression, iso, json_object, microseconds, milliseconds, row_of, written
from shared.db.tables.regime import regime_days
from shared.domain.datasets.statements import stamp_of

DATASET = "refresh_regime"

_moment = DateTime(timezone=True)
_days = regime_days.c
_as_of: Expression = cast(bindparam("as_of"), _moment)
_start: Expression = cast(bindparam("start"), _moment)
_end: Expression = cast(bindparam("end"), _moment)
_first: Expression = cast(bindparam("first"), _moment)
_size: Expression = cast(bindparam("size"), Integer)
_one: Expression = literal_column("1")


def newest() -> Select[Any]:
    """Select the newest day said by `as_of` that began before `end`: `text, ends_us, refreshed_us, sources, data_source`."""
    stamp = stamp_of(DATASET)
    day = _known().where(_began(_days.day) < _end).cte("known")
    latest = select(day).order_by(day.c.day.desc()).limit(_one).cte("latest")
    other = select(func.max(day.c.day)).where(day.c.gauge.is_distinct_from(select(latest.c.gauge).scalar_subquery()))
    oldest = select(func.min(day.c.day)).scalar_subquery()
    since = func.coalesce(other.scalar_subquery() + _one, oldest)
    counted = latest.c.gauge.is_not(None)
    shown = row_of(
        cast(latest.c.day, Text).label("day"),
        latest.c.gauge,
        latest.c.reason,
        case((counted, cast(since, Text))).label("since"),
        case((counted, latest.c.day - since + _one)).label("days"),
        case((counted, func.json_build_object(*_named(latest, "bull", "neutral", "bear")))).label("probabilities"),
        latest.c.evidence,
        latest.c.confluence,
        latest.c.lean,
        latest.c.carried,
        latest.c.explanation.op("->")(written("features")).label("features"),
        latest.c.explanation.op("->")(written("flip")).label("flip"),
        latest.c.explanation.op("->")(written("model")).label("model"),
        latest.c.version,
        iso(latest.c.known_at).label("known_at"),
        of=(latest,),
    )
    found = select(json_object(shown).label("text"), microseconds(_began(latest.c.day + _one)).label("ends_us"))
    one = found.select_from(latest.join(shown, true())).subquery("one")
    return select(one.c.text, one.c.ends_us, stamp.c.refreshed_us, stamp.c.sources, stamp.c.data_source).select_from(
        stamp.outerjoin(one, true())
    )


def history() -> Select[Any]:
    """Select up to `size` days from `start` to before `end`: `text, last_us, following_us, total, refreshed_us, sources, data_source`."""
    stamp = stamp_of(DATASET)
    known = _known().where(_began(_days.day) >= _first, _began(_days.day) < _end).cte("known")
    place = func.row_number().over(order_by=known.c.day).label("place")
    ahead = (
        select(known, place).where(_began(known.c.day) >= _start).order_by(known.c.day).limit(_size + _one).cte("ahead")
    )
    fits = ahead.c.place <= _size
    point = func.json_build_array(
        milliseconds(_began(ahead.c.day)), ahead.c.gauge, ahead.c.bull, ahead.c.neutral, ahead.c.bear
    )
    listed = func.string_agg(cast(point, Text), aggregate_order_by(written(","), ahead.c.day))
    text = written("[") + func.coalesce(listed, written("")) + written("]")
    return select(
        select(text).select_from(ahead).where(fits).scalar_subquery(),
        select(microseconds(_began(func.max(ahead.c.day).filter(fits)))).select_from(ahead).scalar_subquery(),
        select(microseconds(_began(func.max(ahead.c.day).filter(~fits)))).select_from(ahead).scalar_subquery(),
        select(func.count()).select_from(known).scalar_subquery(),
        stamp.c.refreshed_us,
        stamp.c.sources,
        stamp.c.data_source,
    )


def _known() -> Select[Any]:
    return (
        select(regime_days)
        .where(_days.known_at <= _as_of)
        .ext(distinct_on(_days.day))
        .order_by(_days.day.desc(), _days.known_at.desc())
    )


def _began(day: Expression) -> Expression:
    return func.timezone(written("UTC"), cast(day, DateTime()))


def _named(of: CTE, *columns: str) -> list[Expression]:
    return [each for name in columns for each in (written(name), of.c[name])]
