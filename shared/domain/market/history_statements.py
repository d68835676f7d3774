"""Statements over the stored prices. Points lie in buckets, but their time is that of the observation."""

from typing import Any, Literal

from sqlalchemy import (
    CTE,
    BigInteger,
    DateTime,
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    extract,
    func,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from shared.db.expressions import Expression, iso, json_object, microseconds, milliseconds, row_of, written
from shared.db.tables.market import price_points, quotes, tokens

from .quote_statements import newest_ranking

Form = Literal["json", "csv", "ndjson"]

RESOLUTIONS = (300, 3_600, 86_400)
"""Seconds."""

_points = price_points.c
_moment = DateTime(timezone=True)
_token_id: Expression = cast(bindparam("token_id"), Text)
_start: Expression = cast(bindparam("start"), _moment)
_end: Expression = cast(bindparam("end"), _moment)
_time: Expression = cast(bindparam("time"), _moment)
_size: Expression = cast(bindparam("size"), Integer)
_one: Expression = literal_column("1")
_nothing: Expression = written("")
_line_end: Expression = written("\n")


def series(form: Form, resolution_s: int) -> Select[Any]:
    """Select the first `size` points of `token_id` observed from `start` to before `end`, as text of the form asked for.

    One row in the columns of `Series`; none when no refresh has ever stored anything.
    """
    newest = newest_ranking()
    place = func.row_number().over(order_by=_points.bucket).label("place")
    ahead = (
        select(_points.observed_at, _points.price_usd, _points.market_cap_usd, _points.volume_24h_usd, place)
        .where(*_between(resolution_s, _start))
        .order_by(_points.bucket)
        .limit(_size + _one)
        .cte("ahead")
    )
    fits = ahead.c.place <= _size
    last, following = func.max(ahead.c.observed_at).filter(fits), func.max(ahead.c.observed_at).filter(~fits)
    return select(
        select(tokens.c.token_id).where(tokens.c.token_id == _token_id).exists(),
        _listed(form, ahead, fits),
        select(microseconds(last)).select_from(ahead).scalar_subquery(),
        select(microseconds(following)).select_from(ahead).scalar_subquery(),
        _count(resolution_s) if form == "json" else cast(null(), BigInteger),
        newest.c.data_source,
    ).select_from(newest)


def price_at() -> Select[Any]:
    """Select the price of `token_id` known at `time`: whether the token is known, the object, its time, the data's kind."""
    newest = newest_ranking()
    current = select(quotes.c.priced_at, quotes.c.price_usd, quotes.c.market_cap_usd, quotes.c.volume_24h_usd).where(
        quotes.c.token_id == _token_id, quotes.c.priced_at <= _time
    )
    candidates = union_all(current, *(_last_before(resolution_s) for resolution_s in RESOLUTIONS)).subquery("known")
    known = select(candidates).order_by(candidates.c.priced_at.desc()).limit(_one).cte("latest")
    shown = (
        select(
            tokens.c.token_id.label("id"),
            tokens.c.symbol,
            tokens.c.name,
            iso(_time).label("time"),
            known.c.price_usd.label("price"),
            known.c.market_cap_usd.label("market_cap"),
            known.c.volume_24h_usd.label("volume_24h"),
            iso(known.c.priced_at).label("observed_at"),
            func.round(extract("epoch", _time - known.c.priced_at), literal_column("3")).label("distance_s"),
        )
        .select_from(tokens.join(known, true()))
        .where(tokens.c.token_id == _token_id)
        .subquery("shown")
    )
    return select(
        select(tokens.c.token_id).where(tokens.c.token_id == _token_id).exists(),
        select(json_object(shown)).select_from(shown).scalar_subquery(),
        select(microseconds(known.c.priced_at)).scalar_subquery(),
        newest.c.data_source,
    ).select_from(newest)


def _last_before(resolution_s: int) -> Any:
    points = (
        select(
            _points.observed_at.label("priced_at"), _points.price_usd, _points.market_cap_usd, _points.volume_24h_usd
        )
        .where(
            _points.resolution_s == literal_column(f"{resolution_s:d}"),
            _points.token_id == _token_id,
            _points.bucket <= _time,
            _points.observed_at <= _time,
        )
        .order_by(_points.bucket.desc())
        .limit(_one)
        .subquery()
    )
    return select(points)


def _between(resolution_s: int, start: Expression) -> tuple[Expression, ...]:
    bucket: Expression = literal_column(f"interval '{resolution_s:d} seconds'")
    return (
        _points.resolution_s == literal_column(f"{resolution_s:d}"),
        _points.token_id == _token_id,
        # The index and the partitions know the buckets; an observation lies within the one that it opened.
        _points.bucket > start - bucket,
        _points.bucket < _end,
        _points.observed_at >= start,
        _points.observed_at < _end,
    )


def _count(resolution_s: int) -> Expression:
    first: Expression = cast(bindparam("first"), _moment)
    counted = select(func.count()).select_from(price_points).where(*_between(resolution_s, first))
    return counted.scalar_subquery()


def _listed(form: Form, ahead: CTE, fits: Expression) -> Expression:
    if form == "json":
        point: Expression = written("[") + _joined(ahead, written("null")) + written("]")
        listed: Expression = written("[") + _aggregated(point, written(","), ahead) + written("]")
    elif form == "csv":
        listed = _aggregated(_joined(ahead, _nothing) + _line_end, _nothing, ahead)
    else:
        shown = row_of(*_fields(ahead), of=(ahead,))
        line = json_object(shown) + _line_end
        return (
            select(_aggregated(line, _nothing, ahead))
            .select_from(ahead.join(shown, true()))
            .where(fits)
            .scalar_subquery()
        )
    return select(listed).select_from(ahead).where(fits).scalar_subquery()


def _fields(ahead: CTE) -> tuple[Expression, ...]:
    return (
        milliseconds(ahead.c.observed_at).label("time"),
        ahead.c.price_usd.label("price"),
        ahead.c.market_cap_usd.label("market_cap"),
        ahead.c.volume_24h_usd.label("volume"),
    )


def _joined(ahead: CTE, missing: Expression) -> Expression:
    time, price, *rest = (cast(field, Text) for field in _fields(ahead))
    comma: Expression = written(",")
    joined: Expression = time + comma + price
    for field in rest:
        joined = joined + comma + func.coalesce(field, missing)
    return joined


def _aggregated(text: Expression, separator: Expression, ahead: CTE) -> Expression:
    return func.coalesce(func.string_agg(text, aggregate_order_by(separator, ahead.c.place)), _nothing)
