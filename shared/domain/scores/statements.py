"""Statements that answer about scores. Each returns one row, none when nothing was ever scored, the stamp in its last three columns."""

from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    DateTime,
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
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on

from shared.db.expressions import Expression, json_list, microseconds, milliseconds, written
from shared.db.tables.market import quotes, tokens
from shared.db.tables.scores import score_history, score_runs, token_scores
from shared.domain.datasets.statements import stamp_of

DATASET = "refresh_scores"

_moment = DateTime(timezone=True)
_limit: Expression = cast(bindparam("limit"), Integer)
_offset: Expression = cast(bindparam("offset"), Integer)
_token_id: Expression = cast(bindparam("token_id"), Text)
_null: Expression = written("null")
_scores = token_scores.c
_SHOWN = ("crypto_score", "durability", "momentum", "valuation")


def leaderboard(*, snapshot: bool) -> Select[Any]:
    """Select `text, total, ranked_us, at_us` of a page of the newest ranking, or of that made at `snapshot`, whose time is null when
    it is gone."""
    run = _run(snapshot)
    if snapshot:
        places = func.unnest(select(run.c.token_ids).scalar_subquery())
        ranked = places.table_valued("token_id", with_ordinality="place", name="ranked").render_derived()
        listed = ranked.join(tokens, tokens.c.token_id == ranked.c.token_id).outerjoin(
            token_scores, _scores.token_id == tokens.c.token_id
        )
        place: Expression = ranked.c.place
    else:
        listed = token_scores.join(tokens, tokens.c.token_id == _scores.token_id)
        place = _scores.place
    page = (
        select(place.label("place"), _entry(place).label("body"))
        .select_from(listed.outerjoin(quotes, quotes.c.token_id == tokens.c.token_id))
        .where(place > _offset, place <= _offset + _limit)
        .cte("page")
    )
    stamp = stamp_of(DATASET)
    return select(
        select(json_list(page.c.body, page.c.place)).scalar_subquery(),
        cast(run.c.scored, BigInteger),
        microseconds(run.c.known_at),
        microseconds(run.c.at),
        run.c.excluded,
        run.c.unscored,
        *stamp.c,
    ).select_from(stamp.outerjoin(run, true()))


def excluded() -> Select[Any]:
    """Select `text, total, at_us` of a page of the tokens that are excluded by rule, largest first."""
    run = _run(snapshot=False)
    out = (
        select(_scores.token_id, _scores.kind, quotes.c.rank, tokens.c.written)
        .select_from(
            token_scores.join(tokens, tokens.c.token_id == _scores.token_id).outerjoin(
                quotes, quotes.c.token_id == tokens.c.token_id
            )
        )
        .where(_scores.kind != written("plain"))
        .cte("out")
    )
    order = func.row_number().over(order_by=(out.c.rank.asc().nulls_last(), out.c.token_id)).label("place")
    numbered = select(out.c.written, out.c.kind, order).cte("numbered")
    body = (
        written("{") + numbered.c.written + written(',"kind":"') + numbered.c.kind + written('","reason":"excluded"}')
    )
    page = (
        select(numbered.c.place, body.label("body"))
        .where(numbered.c.place > _offset, numbered.c.place <= _offset + _limit)
        .cte("page")
    )
    stamp = stamp_of(DATASET)
    return select(
        select(json_list(page.c.body, page.c.place)).scalar_subquery(),
        select(cast(func.count(), BigInteger)).select_from(out).scalar_subquery(),
        microseconds(run.c.at),
        *stamp.c,
    ).select_from(stamp.outerjoin(run, true()))


def of_token() -> Select[Any]:
    """Select `token, scores, at_us` of one token, members of objects; `token` is null for an unknown one, `scores` for an unscored."""
    stamp = stamp_of(DATASET)
    return select(tokens.c.written, _scores.written, microseconds(_scores.at), *stamp.c).select_from(
        stamp.outerjoin(tokens, tokens.c.token_id == _token_id).outerjoin(
            token_scores, _scores.token_id == tokens.c.token_id
        )
    )


def history() -> Select[Any]:
    """Select `known, text, last_us, following_us, total` of the first `size` days from `start` to before `end` as they were known at
    `as_of`; the total counts from `first`."""
    first, start, end, as_of = (cast(bindparam(name), _moment) for name in ("first", "start", "end", "as_of"))
    size: Expression = cast(bindparam("size"), Integer)
    held = score_history.c
    known = (
        select(held.at, *(held[name] for name in _SHOWN))
        .where(held.token_id == _token_id, held.at >= first, held.at < end, held.known_at <= as_of)
        .ext(distinct_on(held.at))
        .order_by(held.at.desc(), held.known_at.desc())
        .cte("known")
    )
    place = func.row_number().over(order_by=known.c.at).label("place")
    ahead = select(known, place).where(known.c.at >= start).order_by(known.c.at).limit(size + 1).cte("ahead")
    fits = ahead.c.place <= size
    stamp = stamp_of(DATASET)
    return select(
        select(literal_column("1")).where(tokens.c.token_id == _token_id).exists(),
        select(_points(ahead)).select_from(ahead).where(fits).scalar_subquery(),
        select(microseconds(func.max(ahead.c.at).filter(fits))).select_from(ahead).scalar_subquery(),
        select(microseconds(func.max(ahead.c.at).filter(~fits))).select_from(ahead).scalar_subquery(),
        select(func.count()).select_from(known).scalar_subquery(),
        *stamp.c,
    )


def _run(snapshot: bool) -> CTE:
    if snapshot:
        return select(score_runs).where(score_runs.c.known_at == cast(bindparam("snapshot"), _moment)).cte("run")
    return select(score_runs).order_by(score_runs.c.known_at.desc()).limit(literal_column("1")).cte("run")


def _entry(place: Expression) -> Expression:
    text = written("{") + tokens.c.written + written(',"place":') + cast(place, Text)
    columns = [(name, _scores[name]) for name in _SHOWN]
    facts = (
        ("price", quotes.c.price_usd),
        ("change_24h", quotes.c.change_24h_pct),
        ("market_cap", quotes.c.market_cap_usd),
    )
    for name, column in (*columns, *facts):
        text = text + written(f',"{name}":') + _number(column)
    return text + written("}")


def _points(ahead: CTE) -> Expression:
    point = written("[") + cast(milliseconds(ahead.c.at), Text)
    for name in _SHOWN:
        point = point + written(",") + _number(ahead.c[name])
    point = point + written("]")
    listed = func.string_agg(point, aggregate_order_by(written(","), ahead.c.place))
    return written("[") + func.coalesce(listed, written("")) + written("]")


def _number(column: Expression) -> Expression:
    return func.coalesce(cast(column, Text), _null)
