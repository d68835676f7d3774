"""Statements that select pages of news. Each returns one row in the columns of `NewsPage`, none when news were never refreshed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    Boolean,
    DateTime,
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from shared.db.expressions import Expression, iso, json_list, json_object, microseconds, row_of, written
from shared.db.tables.market import quotes, tokens
from shared.db.tables.news import news_places, news_revisions
from shared.domain.datasets.statements import stamp_of

COUNTED = 1_000
"""Articles are counted so far; a total beyond is not told."""
_held = news_revisions.c
_moment = DateTime(timezone=True)
_one: Expression = literal_column("1")
LARGEST_PAGE = 200
_MOST: Expression = literal_column(f"{LARGEST_PAGE + 1:d}")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which parameters a statement has."""

    token: bool = False
    source: bool = False
    sentiment: bool = False
    start: bool = False
    end: bool = False
    cursor: bool = False
    as_of: bool = False


def page(filters: Filters) -> Select[Any]:
    """Select `size` articles, newest first, after the cursor."""
    stamp = stamp_of("refresh_news")
    wanted = _wanted() if filters.token else None
    size: Expression = cast(bindparam("size"), Integer)
    found = _in_order(filters, wanted, _MOST, after=True)
    newest = (found.c.published_at.desc(), found.c.article_id.desc())
    ahead = select(found, func.row_number().over(order_by=newest).label("place")).order_by(*newest).cte("ahead")
    fits = ahead.c.place <= size
    shown = _shown(ahead)
    listed = select(json_list(json_object(shown), ahead.c.place)).select_from(ahead.join(shown, true())).where(fits)
    last = select(microseconds(ahead.c.published_at), ahead.c.article_id).where(ahead.c.place == size).subquery("last")
    more = select(func.count() > size).select_from(ahead).scalar_subquery()
    return select(
        select(func.array_to_string(wanted.c.ids, written(","))).scalar_subquery()
        if wanted is not None
        else cast(null(), Text),
        select(wanted.c.candidates).scalar_subquery() if wanted is not None else cast(null(), Text),
        listed.scalar_subquery(),
        cast(more, Boolean),
        select(last.c[0]).scalar_subquery(),
        select(last.c.article_id).scalar_subquery(),
        _total(filters, wanted),
        stamp.c.refreshed_us,
        func.array_to_string(stamp.c.sources, written(",")),
        stamp.c.data_source,
    ).select_from(stamp)


def _wanted() -> CTE:
    """Return the ids of the tokens meant by `token`: the one of that id, else all of that symbol, the largest first."""
    asked: Expression = cast(bindparam("token"), Text)
    exact = select(tokens.c.token_id).where(tokens.c.token_id == asked).exists()
    meant = or_(tokens.c.token_id == asked, (tokens.c.symbol == func.upper(asked)) & ~exact)
    by_rank = aggregate_order_by(tokens.c.token_id, quotes.c.rank.asc().nulls_last(), tokens.c.token_id)
    known = tokens.outerjoin(quotes, quotes.c.token_id == tokens.c.token_id)
    ids = func.coalesce(func.array_agg(by_rank), literal_column("'{}'::text[]"))
    row = func.json_build_object(
        written("id"), tokens.c.token_id, written("symbol"), tokens.c.symbol, written("name"), tokens.c.name,
        written("rank"), quotes.c.rank,
    )  # fmt: skip
    rows = aggregate_order_by(row, quotes.c.rank.asc().nulls_last(), tokens.c.token_id)
    candidates = cast(func.json_agg(rows), Text)
    return select(ids.label("ids"), candidates.label("candidates")).select_from(known).where(meant).cte("wanted")


def _conditions(filters: Filters, wanted: CTE | None) -> list[Expression]:
    conditions: list[Expression] = []
    if filters.as_of:
        known: Expression = cast(bindparam("as_of"), _moment)
        # Nothing is known before it is published; this is what the index is ordered by.
        conditions += [
            _held.published_at <= known,
            _held.known_at <= known,
            or_(_held.replaced_at.is_(None), _held.replaced_at > known),
        ]
    else:
        conditions.append(_held.replaced_at.is_(None))
    # Found by their places, the present ones need no such condition, of which PostgreSQL has no idea how many rows it leaves.
    if wanted is not None and filters.as_of:
        conditions.append(_held.token_ids.op("&&")(select(wanted.c.ids).scalar_subquery()))
    if filters.source and (filters.as_of or filters.token):
        conditions.append(_held.carriers.op("@>")(cast(bindparam("sources"), ARRAY(Text))))
    if filters.sentiment:
        conditions.append(_held.sentiment == cast(bindparam("sentiment"), Integer))
    if filters.start:
        conditions.append(_held.published_at >= cast(bindparam("start"), _moment))
    if filters.end:
        conditions.append(_held.published_at < cast(bindparam("end"), _moment))
    return conditions


def _in_order(filters: Filters, wanted: CTE | None, most: Expression, *, after: bool) -> Any:
    """Return the first `most` articles, from a place on if `after`.

    Those of a token or a source are found by `news_places`: an index of arrays knows no order, and would bring all of Bitcoin's to be
    sorted. The past is looked for among the revisions themselves. Limits stand in the statement, so that plans are made for few rows.
    """
    conditions = [*_conditions(filters, wanted), *(_after(filters, _held) if after else ())]
    if filters.as_of or not (filters.token or filters.source):
        ordered = select(news_revisions).where(*conditions)
        return ordered.order_by(_held.published_at.desc(), _held.article_id.desc()).limit(most).subquery("found")
    if wanted is not None:
        ids = func.unnest(select(wanted.c.ids).scalar_subquery())
        asked = select((written("token:") + cast(ids, Text)).label("name")).subquery("asked")
    else:
        asked = select((written("source:") + cast(bindparam("source"), Text)).label("name")).subquery("asked")
    place = news_places.c
    near = (
        select(news_revisions)
        .select_from(news_places.join(news_revisions, _held.article_id == place.article_id))
        .where(place.name == asked.c.name, *conditions, *(_after(filters, place) if after else ()))
        .order_by(place.published_at.desc(), place.article_id.desc())
        .limit(most)
        .correlate(asked)
        .lateral("near")
    )
    # Tokens that share a symbol share articles too.
    once = select(near).distinct().select_from(asked.join(near, true()))
    return once.order_by(near.c.published_at.desc(), near.c.article_id.desc()).limit(most).subquery("found")


def _after(filters: Filters, of: Any) -> list[Expression]:
    if not filters.cursor:
        return []
    at: Expression = cast(bindparam("cursor_at"), _moment)
    return [tuple_(of.published_at, of.article_id) < tuple_(at, cast(bindparam("cursor_id"), Text))]


def _total(filters: Filters, wanted: CTE | None) -> Expression:
    beyond: Expression = literal_column(f"{COUNTED + 1:d}")
    found = _in_order(filters, wanted, beyond, after=False)
    return select(func.nullif(func.count(found.c.article_id), beyond)).select_from(found).scalar_subquery()


def _shown(ahead: CTE) -> Any:
    return row_of(
        ahead.c.article_id.label("id"),
        ahead.c.title,
        ahead.c.summary,
        ahead.c.url,
        ahead.c.publisher.label("source"),
        ahead.c.sources,
        iso(ahead.c.published_at).label("published_at"),
        ahead.c.dated,
        iso(ahead.c.known_at).label("known_at"),
        ahead.c.tokens,
        ahead.c.sentiment,
        ahead.c.sentiment_score,
        ahead.c.sentiment_method,
        of=(ahead,),
    )
