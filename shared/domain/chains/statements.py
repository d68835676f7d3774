"""Statements over the metrics of chains: the latest ones with their changes, side by side or one chain's, and series.

The newest reading of a moment and the newest day are both looked at; whichever reaches nearer to the present is the latest. It is
compared with what the same source said so many days before: others count otherwise, and the difference would be no change.
"""

from typing import Any, Literal

from sqlalchemy import (
    CTE,
    BigInteger,
    Boolean,
    DateTime,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    not_,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, distinct_on
from sqlalchemy.sql.selectable import LateralFromClause

from shared.db.expressions import Expression, iso, json_list, json_object, microseconds, milliseconds, row_of, written
from shared.db.tables.chains import chain_metrics
from shared.domain.datasets.statements import stamp_of

DATASET = "refresh_onchain"
Form = Literal["json", "csv", "ndjson"]
SPANS = {"week": 7, "month": 30, "quarter": 91}
"""Days over which a change is taken."""

_m = chain_metrics.c
_moment = DateTime(timezone=True)
_one: Expression = literal_column("1")
_day: Expression = literal_column("interval '1 day'")
_tolerance: Expression = literal_column("interval '36 hours'")
"""How much older than wanted the value compared with may be: a day may be missing."""
_nothing: Expression = written("")
_line_end: Expression = written("\n")


def stamp() -> Select[Any]:
    """Select when the chains were refreshed, from whom, and which kind of data it is."""
    return select(stamp_of(DATASET))


def latest(*, ranked: bool) -> Select[Any]:
    """Select the latest value of each of the pairs `chains` and `metrics`, in their order or by rank, as JSON; and the stamp.

    One row in the columns of `Latest`; none when nothing was ever refreshed. A pair without a value has nulls.
    """
    pairs = _pairs()
    found = _found(pairs)
    rows = select(*_columns(pairs, found, ranked=ranked)).select_from(_joined(pairs, found)).cte("rows")
    shown = row_of(*(column for column in rows.c if column.name not in _HIDDEN), of=(rows,))
    order: Expression = rows.c.place
    body = (
        select(
            json_list(json_object(shown), order),
            func.string_agg(rows.c.source.distinct(), written(",")),
            func.count(rows.c.value),
            func.coalesce(func.bool_or(rows.c.stale), literal_column("false")),
        )
        .select_from(rows.join(shown, true()))
        .subquery("body")
    )
    stamped = stamp_of(DATASET)
    return select(*body.c, *stamped.c).select_from(stamped.join(body, true()))


def series(form: Form) -> Select[Any]:
    """Select the first `size` points of a series from `start` to before `end`, known at `known`, as text of the form.

    One row in the columns of `Series`; none when nothing was ever refreshed.
    """
    start, end, size = (
        cast(bindparam("start"), _moment),
        cast(bindparam("end"), _moment),
        cast(bindparam("size"), Integer),
    )
    known = _known_then(start, end).limit(size + _one).cte("known")
    place = func.row_number().over(order_by=known.c.observed_at).label("place")
    ahead = select(known, place).cte("ahead")
    fits = ahead.c.place <= size
    told = select(
        _listed(form, ahead, fits),
        func.string_agg(ahead.c.source.distinct(), written(",")).filter(fits),
        microseconds(func.max(ahead.c.observed_at).filter(~fits)),
        microseconds(func.max(ahead.c.observed_at).filter(fits)).label("last_us"),
    ).subquery("told")
    stamped = stamp_of(DATASET)
    total = _count(end) if form == "json" else cast(null(), BigInteger)
    return select(*told.c, total, *stamped.c).select_from(stamped.join(told, true()))


_HIDDEN = ("place",)


def _pairs() -> Any:
    asked = func.unnest(
        cast(bindparam("chains"), ARRAY(Text)),
        cast(bindparam("metrics"), ARRAY(Text)),
        cast(bindparam("readings"), ARRAY(Boolean)),
        cast(bindparam("tellers"), ARRAY(Text)),
    )
    return asked.table_valued(
        "chain", "metric", "readings", "tellers", with_ordinality="place", name="pairs"
    ).render_derived()


def _found(pairs: Any) -> LateralFromClause:
    """Return the latest value of a pair, laterally."""
    moments = _newest(pairs, "now", _m.observed_at)
    days = _newest(pairs, "day", _m.observed_at + _day)
    both = union_all(moments, days).subquery("both")
    return select(both).order_by(both.c.ends_at.desc()).limit(_one).lateral("found")


def _newest(
    pairs: Any, resolution: str, ends_at: Expression, *more: Any, until: Expression | None = None
) -> Select[Any]:
    """Select the newest observation of a resolution, as it was last known."""
    rows = (
        select(_m.value, _m.source, _m.observed_at, _m.known_at, _m.resolution, ends_at.label("ends_at"))
        .where(_m.chain == pairs.c.chain, _m.metric == pairs.c.metric, _m.resolution == written(resolution))
        .order_by(_m.observed_at.desc(), _m.known_at.desc())
        .limit(_one)
        .correlate(pairs)
    )
    return select(rows.subquery())


def _joined(pairs: Any, found: LateralFromClause) -> Any:
    joined = pairs.outerjoin(found, true())
    for name in SPANS:
        joined = joined.outerjoin(_before(pairs, found, name), true())
    return joined


def _before(pairs: Any, found: LateralFromClause, name: str) -> Any:
    """Return what the same source said a span before, laterally; made once per statement and name."""
    target: Expression = found.c.ends_at - literal_column(f"interval '{SPANS[name]:d} days'")
    candidates = []
    for resolution, shift in (("now", literal_column("interval '0'")), ("day", _day)):
        until: Expression = target - shift
        rows = (
            select(_m.value, (_m.observed_at + shift).label("ends_at"))
            .where(
                _m.chain == pairs.c.chain,
                _m.metric == pairs.c.metric,
                _m.resolution == written(resolution),
                _m.source == found.c.source,
                _m.observed_at <= until,
                _m.observed_at > until - _tolerance,
            )
            .order_by(_m.observed_at.desc(), _m.known_at.desc())
            .limit(_one)
            .correlate(pairs, found)
        )
        candidates.append(select(rows.subquery()))
    both = union_all(*candidates).subquery()
    return select(both.c.value).order_by(both.c.ends_at.desc()).limit(_one).lateral(name)


def _columns(pairs: Any, found: LateralFromClause, *, ranked: bool) -> list[Any]:
    columns = [
        pairs.c.chain,
        pairs.c.metric,
        found.c.value,
        *(_change(found, name) for name in SPANS),
        iso(found.c.observed_at).label("observed_at"),
        found.c.resolution,
        found.c.source,
        iso(found.c.known_at).label("known_at"),
        _is_stale(pairs, found).label("stale"),
    ]
    if not ranked:
        return [*columns, pairs.c.place.label("place")]
    order = found.c.value.desc().nulls_last()
    rank = case((found.c.value.is_not(None), func.rank().over(order_by=order))).label("rank")
    place = func.row_number().over(order_by=(order, pairs.c.place)).label("place")
    share = func.round(
        found.c.value * literal_column("100") / func.nullif(func.sum(found.c.value).over(), literal_column("0")),
        literal_column("4"),
    ).label("share_pct")
    return [*columns, rank, share, place]


def _is_stale(pairs: Any, found: LateralFromClause) -> Expression:
    """Whether a new value is overdue; null without any.

    Where somebody tells readings, it is they that must come: a day that was closed from an old reading is no newer than that.
    A whole day that was told by who tells days is what it says, whoever else has fallen silent.
    """
    now = cast(bindparam("now"), _moment)
    late = cast(bindparam("late_s"), Integer) * literal_column("interval '1 second'")
    reading = _newest(pairs, "now", _m.observed_at).subquery("reading")
    heard = select(reading.c.observed_at).scalar_subquery()
    # A day's value comes a while after the day; three days without a new one are late.
    day_is_late = now - found.c.ends_at > literal_column("interval '3 days'")
    told = found.c.source == func.any(func.string_to_array(cast(pairs.c.tellers, Text), written(",")))
    read = and_(cast(pairs.c.readings, Boolean), not_(and_(found.c.resolution == written("day"), told)))
    overdue = func.coalesce(case((read, now - heard > late)), day_is_late)
    return case((found.c.value.is_not(None), overdue))


def _change(found: LateralFromClause, name: str) -> Any:
    before: Expression = literal_column(f"{name}.value")
    ratio = found.c.value / func.nullif(before, literal_column("0")) - _one
    return func.round(ratio * literal_column("100"), literal_column("4")).label(f"change_{name}_pct")


def _known_then(start: Expression, end: Expression) -> Select[Any]:
    """Select the observations from `start` to before `end` as they were known at `known`, oldest first."""
    return (
        select(_m.observed_at, _m.value, _m.source, _m.known_at)
        .ext(distinct_on(_m.observed_at))
        .where(*_of_series(start, end))
        .order_by(_m.observed_at, _m.known_at.desc())
    )


def _of_series(start: Expression, end: Expression) -> tuple[Any, ...]:
    return (
        _m.chain == cast(bindparam("chain"), Text),
        _m.metric == cast(bindparam("metric"), Text),
        _m.resolution == cast(bindparam("resolution"), Text),
        _m.observed_at >= start,
        _m.observed_at < end,
        _m.known_at <= cast(bindparam("known"), _moment),
    )


def _count(end: Expression) -> Expression:
    first = cast(bindparam("first"), _moment)
    counted = select(func.count(_m.observed_at.distinct())).where(*_of_series(first, end))
    return counted.scalar_subquery()


def _listed(form: Form, ahead: CTE, fits: Any) -> Expression:
    time, value = cast(milliseconds(ahead.c.observed_at), Text), cast(ahead.c.value, Text)
    known = iso(ahead.c.known_at)
    comma: Expression = written(",")
    if form == "json":
        line: Expression = written("[") + time + comma + value + written("]")
        return written("[") + _aggregated(line, comma, ahead, fits) + written("]")
    if form == "csv":
        line = time + comma + value + comma + ahead.c.source + comma + known + _line_end
        return _aggregated(line, _nothing, ahead, fits)
    line = (
        written('{"time":')
        + time
        + written(',"value":')
        + value
        + written(',"source":"')
        + ahead.c.source
        + written('","known_at":"')
        + known
        + written('"}\n')
    )
    return _aggregated(line, _nothing, ahead, fits)


def _aggregated(line: Expression, separator: Expression, ahead: CTE, fits: Any) -> Expression:
    return func.coalesce(func.string_agg(line, aggregate_order_by(separator, ahead.c.place)).filter(fits), _nothing)
