"""Statements that read categories and trending lists. Each returns one row, none when no refresh has ever stored any."""

from typing import Any

from sqlalchemy import BigInteger, Integer, Select, Text, bindparam, cast, func, literal_column, null, select, true
from sqlalchemy.dialects.postgresql import JSON

from shared.db.expressions import Expression, iso, json_list, json_object, microseconds, row_of
from shared.db.tables.market import quotes
from shared.db.tables.market import tokens as market_tokens
from shared.db.tables.token_catalogue import categories, category_members, trending
from shared.domain.datasets.statements import stamp_of
from shared.domain.market.shown_statements import Shown

from .category_writing import CATEGORIES, TRENDING

_limit: Expression = cast(bindparam("limit"), Integer)
_offset: Expression = cast(bindparam("offset"), Integer)


def list_categories() -> Select[Any]:
    """Select `limit` categories after `offset`, largest first, and how many there are."""
    order = (categories.c.market_cap_usd.desc().nulls_last(), categories.c.category_id)
    position = func.row_number().over(order_by=order).label("position")
    chosen = select(categories, position).order_by(position).limit(_limit).offset(_offset).cte("chosen")
    entry = _category(chosen)
    rows = select(json_object(entry).label("body"), chosen.c.position).select_from(chosen.join(entry, true()))
    page = rows.cte("page")
    return _answer(
        CATEGORIES,
        select(json_list(page.c.body, page.c.position)).scalar_subquery(),
        select(cast(func.count(), BigInteger)).select_from(categories).scalar_subquery(),
        _microseconds_of(chosen),
    )


def one_category() -> Select[Any]:
    """Select the category `category_id`, and of its tokens with a quote `limit` after `offset`, largest first."""
    shown = Shown("usd")
    wanted = categories.c.category_id == cast(bindparam("category_id"), Text)
    member = (category_members.c.category_id == categories.c.category_id) & category_members.c.held_until.is_(None)
    joined = (
        categories.join(category_members, member)
        .join(quotes, quotes.c.token_id == category_members.c.token_id)
        .join(market_tokens, market_tokens.c.token_id == quotes.c.token_id)
    )
    ranked = quotes.c.rank.is_not(None)
    page = (
        select(quotes.c.rank, shown.text(detailed=False).label("body"), quotes.c.as_of)
        .select_from(joined)
        .where(wanted, ranked)
        .order_by(quotes.c.rank)
        .limit(_limit)
        .offset(_offset)
        .cte("page")
    )
    counted = categories.join(category_members, member).join(quotes, quotes.c.token_id == category_members.c.token_id)
    total = select(cast(func.count(), BigInteger)).select_from(counted).where(wanted, ranked).scalar_subquery()
    listed = select(json_list(page.c.body, page.c.rank)).scalar_subquery()
    entry = _category(categories, cast(listed, JSON).label("tokens"))
    body = select(json_object(entry)).select_from(categories.join(entry, true())).where(wanted).scalar_subquery()
    oldest = select(microseconds(func.min(page.c.as_of))).scalar_subquery()
    return _answer(CATEGORIES, body, total, oldest)


def latest_trending() -> Select[Any]:
    """Select the newest trending list, each token with our own quote where there is one."""
    shown = Shown("usd")
    newest = select(func.max(trending.c.known_at)).scalar_subquery()
    quote = select(shown.text(detailed=False)).where(
        quotes.c.token_id == trending.c.token_id, market_tokens.c.token_id == trending.c.token_id
    )
    told = row_of(
        trending.c.told_price_usd.label("price"),
        trending.c.told_market_cap_usd.label("market_cap"),
        trending.c.told_volume_24h_usd.label("volume_24h"),
        trending.c.told_change_24h_pct.label("change_24h"),
        of=(trending,),
    )
    entry = row_of(
        trending.c.position,
        trending.c.token_id.label("id"),
        trending.c.symbol,
        trending.c.name,
        func.coalesce(_image(), trending.c.image_url).label("image"),
        trending.c.provider.label("source"),
        trending.c.score,
        trending.c.turnover_score,
        trending.c.movement_score,
        cast(_object_of(told), JSON).label("told"),
        cast(quote.correlate(trending).scalar_subquery(), JSON).label("quote"),
        of=(trending,),
    )
    page = (
        select(json_object(entry).label("body"), trending.c.position)
        .select_from(trending.join(entry, true()))
        .where(trending.c.known_at == newest)
        .cte("page")
    )
    return _answer(
        TRENDING,
        select(json_list(page.c.body, page.c.position)).scalar_subquery(),
        select(cast(func.count(), BigInteger)).select_from(page).scalar_subquery(),
        null(),
    )


def _object_of(row: Any) -> Expression:
    return select(json_object(row)).select_from(row).scalar_subquery()


def _image() -> Expression:
    image = select(market_tokens.c.image_url).where(market_tokens.c.token_id == trending.c.token_id)
    return image.correlate(trending).scalar_subquery()


def _category(table: Any, *more: Expression) -> Any:
    return row_of(
        table.c.category_id.label("id"),
        table.c.name,
        table.c.description,
        table.c.market_cap_usd.label("market_cap"),
        table.c.volume_24h_usd.label("volume_24h"),
        table.c.change_24h_pct.label("market_cap_change_24h"),
        table.c.basis,
        table.c.provider.label("source"),
        iso(table.c.as_of).label("as_of"),
        table.c.members.label("members"),
        table.c.members_counted,
        table.c.members_whole,
        *more,
        of=(table,),
    )


def _microseconds_of(chosen: Any) -> Expression:
    return select(microseconds(func.min(chosen.c.as_of))).scalar_subquery()


def _answer(dataset: str, *columns: Expression) -> Select[Any]:
    stamp = stamp_of(dataset)
    sources = func.array_to_string(stamp.c.sources, literal_column("','"))
    return select(*columns, stamp.c.refreshed_us, sources, stamp.c.data_source).select_from(stamp)
