"""Statements that select quotes: pages of the ranking, movers, single tokens, and what callers name.

Each returns one row, none when no refresh has ever stored anything, its columns in the order of `Listed`.
"""

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    Numeric,
    Select,
    Text,
    bindparam,
    case,
    cast,
    extract,
    func,
    literal_column,
    null,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, aggregate_order_by

from shared.db.expressions import Expression, iso, json_list, json_object, microseconds, row_of, written
from shared.db.tables.market import move_rankings, quotes, rankings, tokens

from .currency import Currency
from .shown_statements import Shown

Window = Literal["1h", "24h", "7d"]
Direction = Literal["up", "down"]
NamedBy = Literal["ids", "symbols"]

_limit: Expression = cast(bindparam("limit"), Integer)
_offset: Expression = cast(bindparam("offset"), Integer)


def newest_ranking() -> CTE:
    """Return the newest ranking: what there is, and of which kind; without a row nothing was ever stored."""
    columns = (rankings.c.ranked_at, rankings.c.token_count, rankings.c.data_source)
    return select(*columns).order_by(rankings.c.ranked_at.desc()).limit(literal_column("1")).cte("newest")


def page_of_ranking(currency: Currency) -> Select[Any]:
    """Select `limit` quotes after `offset` of the newest ranking."""
    newest, shown = newest_ranking(), Shown(currency)
    listed = shown.with_base(quotes.join(tokens, tokens.c.token_id == quotes.c.token_id))
    page = (
        select(quotes.c.rank.label("position"), shown.text().label("body"), *_facts(shown))
        .select_from(listed)
        .where(quotes.c.rank > _offset, quotes.c.rank <= _offset + _limit)
        .cte("page")
    )
    return _answer(newest, page, total=newest.c.token_count, ranked_at=microseconds(newest.c.ranked_at))


def page_of_snapshot(currency: Currency) -> Select[Any]:
    """Select `limit` quotes after `offset` of the ranking made at `snapshot`; its time is null when it is gone."""
    newest, shown = newest_ranking(), Shown(currency)
    asked = (
        select(rankings.c.ranked_at, rankings.c.token_count, rankings.c.token_ids)
        .where(rankings.c.ranked_at == cast(bindparam("snapshot"), DateTime(timezone=True)))
        .cte("asked")
    )
    places = func.unnest(select(asked.c.token_ids).scalar_subquery())
    ranked = places.table_valued("token_id", with_ordinality="position", name="ranked").render_derived()
    body = shown.text(rank=ranked.c.position)
    page = (
        select(ranked.c.position, body.label("body"), *_facts(shown))
        .select_from(shown.joined(ranked, tokens.c.token_id == ranked.c.token_id))
        .where(ranked.c.position > _offset, ranked.c.position <= _offset + _limit)
        .cte("page")
    )
    total = select(asked.c.token_count).scalar_subquery()
    return _answer(newest, page, total=total, ranked_at=select(microseconds(asked.c.ranked_at)).scalar_subquery())


def movers(window: Window, direction: Direction) -> Select[Any]:
    """Select the `limit` ranked tokens that moved most, among those with a volume of at least `volume`."""
    newest, shown = newest_ranking(), Shown("usd")
    least: Expression = cast(bindparam("volume"), Numeric)
    moved = (
        select(move_rankings)
        .where(move_rankings.c.period == written(window), move_rankings.c.direction == written(direction))
        .cte("moved")
    )
    # Lists are unpacked in their order and only until enough is found.
    unpacked = select(
        func.unnest(moved.c.token_ids).label("token_id"),
        func.unnest(moved.c.volumes).label("volume"),
        func.generate_subscripts(moved.c.volumes, literal_column("1")).label("position"),
    ).subquery("unpacked")
    first = (
        select(unpacked.c.token_id, unpacked.c.position).where(unpacked.c.volume >= least).limit(_limit).cte("first")
    )
    page = (
        select(first.c.position, shown.text(detailed=False).label("body"), *_facts(shown))
        .select_from(shown.joined(first, tokens.c.token_id == first.c.token_id))
        .cte("page")
    )
    total = func.width_bucket(-least, moved.c.negated_volumes)
    return _answer(newest, page, total=total, ranked_at=microseconds(newest.c.ranked_at)).join(moved, true())


def named(by: NamedBy, currency: Currency) -> Select[Any]:
    """Select one entry for each of `asked`, in their order."""
    newest, shown = newest_ranking(), Shown(currency)
    texts = func.unnest(cast(bindparam("asked"), ARRAY(Text)))
    asked = texts.table_valued("input", with_ordinality="position", name="asked").render_derived()
    same = tokens.c.token_id == asked.c.input if by == "ids" else tokens.c.symbol == func.upper(asked.c.input)
    found = (
        select(
            asked.c.position,
            quotes.c.rank,
            tokens.c.token_id,
            cast(shown.text(), JSON).label("quote"),
            *_facts(shown),
            func.count().over(partition_by=asked.c.position).label("matches"),
        )
        .select_from(shown.joined(asked, same))
        .cte("found")
    )
    page = _entries(asked, found)
    total = func.cardinality(cast(bindparam("asked"), ARRAY(Text)))
    return _answer(newest, page, total=total, ranked_at=null())


def _entries(asked: Any, found: CTE) -> CTE:
    """Return an entry for each input, with its quote if exactly one token is meant, else the candidates."""
    only = found.c.matches == literal_column("1")
    by_rank = aggregate_order_by(found.c.quote, found.c.rank.asc().nulls_last(), found.c.token_id)
    grouped = (
        select(
            found.c.position,
            func.max(found.c.matches).label("matches"),
            func.json_agg(by_rank).label("quotes"),
            func.min(found.c.as_of).label("as_of"),
            func.min(cast(found.c.sources, Text)).filter(only).label("sources"),
        )
        .group_by(found.c.position)
        .cte("grouped")
    )
    single = grouped.c.matches == literal_column("1")
    entry = row_of(
        asked.c.input,
        case(
            (grouped.c.matches.is_(None), written("unknown")),
            (single, written("ok")),
            else_=written("ambiguous"),
        ).label("status"),
        (func.coalesce(grouped.c.matches, literal_column("0")) > literal_column("1")).label("ambiguous"),
        case((single, grouped.c.quotes.op("->")(literal_column("0")))).label("quote"),
        case((~single, grouped.c.quotes)).label("candidates"),
        of=(asked, grouped),
    )
    sources = cast(grouped.c.sources, ARRAY(Text)).label("sources")
    return (
        select(asked.c.position, json_object(entry).label("body"), grouped.c.as_of, sources)
        .select_from(asked.outerjoin(grouped, grouped.c.position == asked.c.position).join(entry, true()))
        .cte("page")
    )


def single(currency: Currency) -> Select[Any]:
    """Select the token `token_id` with each source's own price; the first column is null when it is unknown."""
    newest, shown = newest_ranking(), Shown(currency)
    body = shown.text(written('"source_prices":') + cast(_source_prices(), Text))
    wanted = tokens.c.token_id == cast(bindparam("token_id"), Text)
    quoted = shown.with_base(tokens.outerjoin(quotes, quotes.c.token_id == tokens.c.token_id))
    found = select(body.label("body"), *_facts(shown)).select_from(quoted).where(wanted).subquery("found")
    columns: Sequence[ColumnElement[Any]] = (
        found.c.body,
        microseconds(found.c.as_of),
        func.array_to_string(found.c.sources, written(",")),
        null(),
        null(),
        newest.c.data_source,
    )
    return select(*columns).select_from(newest.outerjoin(found, true()))


def _source_prices() -> Expression:
    """Return the sources of a quote with their ages at `now`."""
    said = func.jsonb_array_elements(quotes.c.source_prices).table_valued("value", name="said").render_derived()
    value = said.c.value
    at = cast(value.op("->>")(written("observed_at")), DateTime(timezone=True))
    age = extract("epoch", cast(bindparam("now"), DateTime(timezone=True)) - at)
    each = select(
        *(value.op("->")(written(name)).label(name) for name in ("provider", "price", "quote_currency", "price_usd")),
        iso(at).label("observed_at"),
        func.greatest(func.round(age, literal_column("3")), literal_column("0")).label("age_s"),
        value.op("->")(written("verdict")).label("verdict"),
    ).subquery("source")
    rows = select(func.json_agg(func.row_to_json(literal_column("source")))).select_from(each)
    return func.coalesce(rows.scalar_subquery(), literal_column("'[]'::json"))


def _facts(shown: Shown) -> list[ColumnElement[Any]]:
    return [shown.as_of().label("as_of"), quotes.c.sources.label("sources")]


def _answer(newest: CTE, page: CTE, *, total: Expression, ranked_at: Expression) -> Select[Any]:
    name = func.unnest(page.c.sources).label("name")
    each = select(name).subquery("each")
    counted = select(each.c.name, func.count().label("uses")).group_by(each.c.name).subquery("counted")
    by_use: Expression = aggregate_order_by(written(","), counted.c.uses.desc(), counted.c.name)
    return select(
        select(json_list(page.c.body, page.c.position)).scalar_subquery(),
        select(microseconds(func.min(page.c.as_of))).scalar_subquery(),
        select(func.string_agg(counted.c.name, by_use)).scalar_subquery(),
        cast(total, BigInteger),
        ranked_at,
        newest.c.data_source,
    ).select_from(newest)
