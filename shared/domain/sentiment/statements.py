"""Statements that answer about sentiment."""

from typing import Any, Literal

from sqlalchemy import (
    CTE,
    BigInteger,
    DateTime,
    Float,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, distinct_on

from shared.db.expressions import Expression, iso, json_object, microseconds, milliseconds, row_of, written
from shared.db.tables.market import price_points, quotes, tokens
from shared.db.tables.sentiment import news_moods, sentiment_values
from shared.domain.datasets.statements import stamp_of
from shared.records.sentiment import IndexName

Form = Literal["json", "csv", "ndjson"]

DATASET = "refresh_sentiment"
MARKET = ""
"""The scope of the market's own mood of the news."""

_moment = DateTime(timezone=True)
_values = sentiment_values.c
_index: Expression = cast(bindparam("index"), Text)
_as_of: Expression = cast(bindparam("as_of"), _moment)
_start: Expression = cast(bindparam("start"), _moment)
_end: Expression = cast(bindparam("end"), _moment)
_first: Expression = cast(bindparam("first"), _moment)
_now: Expression = cast(bindparam("now"), _moment)
_size: Expression = cast(bindparam("size"), Integer)
_token_id: Expression = cast(bindparam("token_id"), Text)
_one: Expression = literal_column("1")
_nothing: Expression = written("")
_line_end: Expression = written("\n")


def current() -> Select[Any]:
    """Select the newest value of each index: `text, primary_us, refreshed_us, sources, data_source`.

    The primary is Alternative.me's while its value began after `primary_since`, else our own.
    """
    stamp = stamp_of(DATASET)
    since: Expression = cast(bindparam("primary_since"), _moment)
    newest = union_all(*(select(_newest_of(index)) for index in ("alternative_me", "cryptoprism"))).cte("newest")
    quoted = (newest.c.index_name == written("alternative_me")) & (newest.c.at > since)
    order = case(
        (quoted, literal_column("0")), (newest.c.index_name == written("cryptoprism"), _one), else_=literal_column("2")
    )
    ranked = select(newest, func.row_number().over(order_by=order).label("place")).cte("ranked")
    shown = row_of(
        ranked.c.index_name.label("index"),
        (ranked.c.place == _one).label("primary"),
        ranked.c.value,
        ranked.c.mood.label("class"),
        iso(ranked.c.at).label("at"),
        func.round(func.extract("epoch", _now - ranked.c.at)).label("age_s"),
        ranked.c.provider.label("source"),
        ranked.c.components,
        ranked.c.missing,
        of=(ranked,),
    )
    listed = (
        select(func.string_agg(json_object(shown), aggregate_order_by(written(","), ranked.c.place)))
        .select_from(ranked.join(shown, true()))
        .scalar_subquery()
    )
    first = select(microseconds(ranked.c.at)).where(ranked.c.place == _one).scalar_subquery()
    return select(listed, first, stamp.c.refreshed_us, stamp.c.sources, stamp.c.data_source)


def _newest_of(index: IndexName) -> Any:
    return (
        select(sentiment_values)
        .where(_values.index_name == written(index), _values.at <= _now, _values.known_at <= _now)
        .order_by(_values.at.desc(), _values.known_at.desc())
        .limit(_one)
        .subquery(index)
    )


def history(form: Form) -> Select[Any]:
    """Select the first `size` values from `start` to before `end`, as they were known at `as_of`, as text of the form asked for.

    `text, last_us, following_us, total, refreshed_us, sources, data_source`; the total counts from `first`.
    """
    stamp = stamp_of(DATASET)
    known = (
        select(_values.at, _values.value, _values.mood)
        .where(_values.index_name == _index, _values.at >= _first, _values.at < _end, _values.known_at <= _as_of)
        .ext(distinct_on(_values.at))
        # Both downwards, as the key is read backwards.
        .order_by(_values.at.desc(), _values.known_at.desc())
        .cte("known")
    )
    place = func.row_number().over(order_by=known.c.at).label("place")
    ahead = select(known, place).where(known.c.at >= _start).order_by(known.c.at).limit(_size + _one).cte("ahead")
    fits = ahead.c.place <= _size
    total = select(func.count()).select_from(known).scalar_subquery() if form == "json" else cast(null(), BigInteger)
    return select(
        _listed(form, ahead, fits),
        select(microseconds(func.max(ahead.c.at).filter(fits))).select_from(ahead).scalar_subquery(),
        select(microseconds(func.max(ahead.c.at).filter(~fits))).select_from(ahead).scalar_subquery(),
        total,
        stamp.c.refreshed_us,
        stamp.c.sources,
        stamp.c.data_source,
    )


def of_token() -> Select[Any]:
    """Select what one token's components are measured on: `symbol, name, change_7d, change_30d, priced_us, closes, volumes, score,
    articles, refreshed_us, sources, data_source`; `symbol` is null for an unknown token."""
    stamp = stamp_of(DATASET)
    points = daily_points(_token_id, _now)
    return select(
        tokens.c.symbol,
        tokens.c.name,
        cast(quotes.c.change_7d_pct, Float(53)),
        cast(quotes.c.change_30d_pct, Float(53)),
        microseconds(quotes.c.priced_at),
        points.c.closes,
        points.c.volumes,
        news_moods.c.score,
        news_moods.c.articles,
        stamp.c.refreshed_us,
        quotes.c.sources,
        stamp.c.data_source,
    ).select_from(
        stamp.join(points, true())
        .outerjoin(tokens, tokens.c.token_id == _token_id)
        .outerjoin(quotes, quotes.c.token_id == tokens.c.token_id)
        .outerjoin(news_moods, news_moods.c.scope == tokens.c.token_id)
    )


def daily_points(token_id: Expression, now: Expression) -> Any:
    """Return one row `closes, volumes`: arrays of a token's daily prices and volumes of the last 91 days, oldest first."""
    points = price_points.c
    window: Expression = literal_column("interval '91 days'")
    in_order = points.bucket

    def listed(column: Expression) -> Expression:
        return func.array_agg(aggregate_order_by(cast(column, Float(53)), in_order), type_=ARRAY(Float(53)))

    return (
        select(listed(points.price_usd).label("closes"), listed(points.volume_24h_usd).label("volumes"))
        .where(
            points.resolution_s == literal_column("86400"),
            points.token_id == token_id,
            points.bucket > now - window,
            points.bucket <= now,
        )
        .subquery("points")
    )


def _listed(form: Form, ahead: CTE, fits: Expression) -> Expression:
    time = cast(milliseconds(ahead.c.at), Text)
    value = cast(ahead.c.value, Text)
    if form == "json":
        point = written("[") + time + written(",") + value + written(',"') + ahead.c.mood + written('"]')
        listed = written("[") + _joined(point, written(","), ahead) + written("]")
    elif form == "csv":
        listed = _joined(time + written(",") + value + written(",") + ahead.c.mood + _line_end, _nothing, ahead)
    else:
        line = written('{"time":') + time + written(',"value":') + value + written(',"class":"') + ahead.c.mood
        listed = _joined(line + written('"}') + _line_end, _nothing, ahead)
    return select(listed).select_from(ahead).where(fits).scalar_subquery()


def _joined(text: Expression, separator: Expression, ahead: CTE) -> Expression:
    return func.coalesce(func.string_agg(text, aggregate_order_by(separator, ahead.c.place)), _nothing)
