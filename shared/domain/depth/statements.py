"""Statements that select what is known of one token's books, and which books a refresh asks for."""

from typing import Any, Literal

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Subquery,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from shared.db.expressions import Expression, iso, json_list, json_object, microseconds, row_of, written
from shared.db.tables.depth import MEASURED, depth_points
from shared.db.tables.market import provider_ids, quotes, tokens
from shared.domain.datasets.statements import stamp_of
from shared.domain.market.quote_statements import newest_ranking
from shared.records.provider import PROVIDERS

By = Literal["id", "symbol"]

TETHER = "tether"
_time = DateTime(timezone=True)
_as_of: Expression = cast(bindparam("as_of"), _time)
_recent: Expression = cast(bindparam("recent"), _time)
_oldest: Expression = cast(bindparam("oldest"), _time)


def token_facts(by: By) -> Select[Any]:
    """Select one row on the token `name`, in the order of `repository.TokenFacts`; none when nothing was ever stored.

    Parameters: `name`; `as_of`, after which nothing was known; `oldest`, before which books do not count any more;
    `recent`, since when a price of tether counts, and a book goes before a deeper one.
    """
    newest, found = newest_ranking(), _found(by)
    columns = (found.c.token_id, found.c.symbol, found.c.name, found.c.price_usd, found.c.matches)
    best = select(*columns).order_by(*_best(found)).limit(literal_column("1")).cte("best")
    stamp = stamp_of("refresh_depth")
    markets = select(_pairs(provider_ids)).where(
        provider_ids.c.token_id == best.c.token_id, provider_ids.c.provider.in_(_exchanges())
    )
    row = row_of(best.c.token_id.label("id"), best.c.symbol, best.c.name, of=(best,))
    return (
        select(
            best.c.matches,
            best.c.token_id,
            json_object(row),
            select(_candidates(found)).scalar_subquery(),
            cast(best.c.price_usd, Text),
            markets.scalar_subquery(),
            _tether(),
            _stored(best),
            stamp.c.refreshed_us,
            newest.c.data_source,
        )
        .select_from(newest)
        .outerjoin(best, true())
        .outerjoin(row, true())
        .outerjoin(stamp, true())
    )


def planned(listings: str) -> Select[Any]:
    """Select the text `[[token id, price, {exchange: market names}], …]` of the `limit` best ranked tokens, tether's price, if
    observed after `recent`, and when the dataset `listings` was refreshed.
    """
    listed = (
        select(provider_ids.c.provider, func.json_agg(provider_ids.c.provider_id).label("names"))
        .where(provider_ids.c.token_id == quotes.c.token_id, provider_ids.c.provider.in_(_exchanges()))
        .group_by(provider_ids.c.provider)
        .correlate(quotes)
        .lateral("listed")
    )
    names = select(func.json_object_agg(listed.c.provider, listed.c.names)).select_from(listed).scalar_subquery()
    row = cast(func.json_build_array(quotes.c.token_id, cast(quotes.c.price_usd, Text), names), Text)
    ranked = select(json_list(row, quotes.c.rank)).where(quotes.c.rank <= cast(bindparam("limit"), Integer))
    listed_us = select(stamp_of(listings).c.refreshed_us)
    return select(ranked.scalar_subquery(), _tether(), listed_us.scalar_subquery())


def _exchanges() -> list[Expression]:
    return [written(name) for name in PROVIDERS["depth"]]


def _found(by: By) -> CTE:
    name: Expression = cast(bindparam("name"), Text)
    wanted = tokens.c.token_id == name if by == "id" else tokens.c.symbol == func.upper(name)
    columns = (tokens.c.token_id, tokens.c.symbol, tokens.c.name, quotes.c.rank, quotes.c.price_usd)
    return (
        select(*columns, func.count().over().label("matches"))
        .select_from(tokens.outerjoin(quotes, quotes.c.token_id == tokens.c.token_id))
        .where(wanted)
        .cte("found")
    )


def _best(found: CTE) -> tuple[ColumnElement[Any], ...]:
    return found.c.rank.asc().nulls_last(), found.c.token_id


def _candidates(found: CTE) -> Expression:
    row = func.json_build_object(
        written("id"), found.c.token_id, written("symbol"), found.c.symbol, written("name"), found.c.name,
        written("rank"), found.c.rank,
    )  # fmt: skip
    listed = func.json_agg(aggregate_order_by(row, *_best(found)))
    return cast(listed, Text)


def _pairs(names: Any) -> Expression:
    listed = func.json_agg(func.json_build_array(names.c.provider, names.c.provider_id))
    return cast(listed, Text)


def _tether() -> Expression:
    """Return what a tether costs, if it was observed recently."""
    price = select(cast(quotes.c.price_usd, Text)).where(quotes.c.token_id == written(TETHER), quotes.c.as_of > _recent)
    return price.scalar_subquery()


def _stored(best: CTE) -> Expression:
    """Return the newest point of each exchange as texts of objects, recent ones first, of those the deepest."""
    exchange = func.unnest(literal_column(f"ARRAY[{', '.join(str(each) for each in _exchanges())}]", ARRAY(Text)))
    named = exchange.table_valued("name", name="exchange").render_derived()
    point = (
        select(depth_points)
        .where(
            depth_points.c.token_id == best.c.token_id,
            depth_points.c.provider == named.c.name,
            depth_points.c.observed_at > _oldest,
            depth_points.c.observed_at <= _as_of,
            depth_points.c.known_at <= _as_of,
        )
        .order_by(depth_points.c.observed_at.desc(), depth_points.c.known_at.desc())
        .limit(literal_column("1"))
        .correlate(best, named)
        .lateral("point")
    )
    row = row_of(
        point.c.provider.label("exchange"),
        point.c.market,
        point.c.quote_currency,
        iso(point.c.observed_at).label("as_of"),
        *(point.c[name] for name in (*MEASURED, "bid_levels", "ask_levels")),
        of=(point,),
    )
    depth: Expression = point.c.bid_depth_2pct_usd + point.c.ask_depth_2pct_usd
    order = (point.c.observed_at > _recent).desc(), depth.desc().nulls_last(), point.c.provider
    times = func.array_agg(aggregate_order_by(microseconds(point.c.observed_at), *order))
    bodies = func.array_agg(aggregate_order_by(json_object(row), *order))
    listed: Subquery = (
        select(cast(times, ARRAY(BigInteger)).label("times"), bodies.label("bodies"))
        .select_from(named.join(point, true()).join(row, true()))
        .correlate(best)
        .lateral("stored")  # type: ignore[assignment]
    )
    pair = func.json_build_array(listed.c.times, listed.c.bodies)
    return cast(select(pair).select_from(listed).scalar_subquery(), Text)
