"""Statements that read the catalogue. Each returns one row, none when no refresh has ever stored it."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    FromClause,
    Integer,
    Select,
    Text,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from shared.db.expressions import Expression, iso, json_list, json_object, row_of, written
from shared.db.tables.market import quotes
from shared.db.tables.market import tokens as market_tokens
from shared.db.tables.token_catalogue import (
    categories,
    category_members,
    token_catalogue,
    token_checks,
    token_contracts,
    token_details,
    token_places,
)
from shared.domain.datasets.statements import stamp_of

from .writing import DATASET

_EMPTY_LIST: Expression = literal_column("'[]'::json")
_NO_LINKS: Expression = literal_column("'{}'::jsonb")
_limit: Expression = cast(bindparam("limit"), Integer)
_offset: Expression = cast(bindparam("offset"), Integer)
_as_of: Expression = cast(bindparam("as_of"), DateTime(timezone=True))


def page(*, category: bool, chain: bool) -> Select[Any]:
    """Select `limit` tokens after `offset`, largest first: all, or those of `category`, those with a contract on `chain`.

    The last two columns say whether there are such a category and such a chain.
    """
    chosen = _chosen(category=category, chain=chain)
    places = select(token_places.c.token_id, token_places.c.place).where(*chosen)
    if chosen:
        counted = places.cte("chosen")
        places = select(counted.c.token_id, counted.c.place)
        total = select(func.count()).select_from(counted).scalar_subquery()
        page_of = places.order_by(counted.c.place).limit(_limit).offset(_offset).cte("places")
    else:
        total = select(func.count()).select_from(token_places).scalar_subquery()
        within = (token_places.c.place > _offset, token_places.c.place <= _offset + _limit)
        page_of = places.where(*within).cte("places")
    entry = _entry(token_catalogue)
    rows = (
        select(json_object(entry).label("body"), page_of.c.place)
        .select_from(
            _quoted(page_of.join(token_catalogue, _held_as(page_of))).join(entry, true()),
        )
        .cte("page")
    )
    return _answer(
        select(json_list(rows.c.body, rows.c.place)).scalar_subquery(),
        cast(total, BigInteger),
        _has_category() if category else true(),
        _has_chain() if chain else true(),
    )


def single(*, then: bool) -> Select[Any]:
    """Select the token `token_id` with its details, as it is or, with `then`, as it was known at `as_of`."""
    wanted = token_catalogue.c.token_id == cast(bindparam("token_id"), Text)
    found = _whole(then).where(wanted).subquery("found")
    return _answer(select(found.c.body).scalar_subquery())


def by_contract(*, then: bool) -> Select[Any]:
    """Select the largest token with the contract `address` on `chain`, the ids of all such, and whether there is such a chain."""
    matching = (
        select(token_contracts.c.token_id)
        .where(
            token_contracts.c.address == cast(bindparam("address"), Text),
            token_contracts.c.chain == cast(bindparam("chain"), Text),
            _holds(token_contracts, then),
        )
        .cte("matching")
    )
    ordered = (
        select(matching.c.token_id, token_places.c.place)
        .select_from(matching.outerjoin(token_places, token_places.c.token_id == matching.c.token_id))
        .cte("ordered")
    )
    by_place = (ordered.c.place.asc().nulls_last(), ordered.c.token_id)
    first = select(ordered.c.token_id).order_by(*by_place).limit(literal_column("1")).scalar_subquery()
    found = _whole(then).where(token_catalogue.c.token_id == first).subquery("found")
    ids = func.string_agg(ordered.c.token_id, aggregate_order_by(written(","), *by_place))
    return _answer(
        select(found.c.body).scalar_subquery(),
        select(ids).select_from(ordered).scalar_subquery(),
        _has_chain(),
    )


def _whole(then: bool) -> Select[Any]:
    entry = _entry(token_catalogue, *_details(), then=then)
    details = (token_details.c.token_id == token_catalogue.c.token_id) & _holds(token_details, then)
    checked = token_checks.c.token_id == token_catalogue.c.token_id
    joined = (
        _quoted(token_catalogue).outerjoin(token_details, details).outerjoin(token_checks, checked).join(entry, true())
    )
    return select(json_object(entry).label("body")).select_from(joined).where(_holds(token_catalogue, then))


def _entry(token: FromClause, *more: ColumnElement[Any], then: bool = False) -> Any:
    of = [token_catalogue, market_tokens, quotes]
    if more:
        of += [token_details, token_checks]
        image = func.coalesce(market_tokens.c.image_url, token_details.c.image_url)
    else:
        image = func.coalesce(market_tokens.c.image_url, _image())
    return row_of(
        token.c.token_id.label("id"),
        token.c.symbol,
        token.c.name,
        image.label("image"),
        quotes.c.rank,
        quotes.c.market_cap_usd.label("market_cap"),
        token.c.provisional,
        _contracts(then).label("contracts"),
        _categories(then).label("categories"),
        *more,
        of=of,
    )


def _details() -> list[ColumnElement[Any]]:
    details, no_links = token_details.c, _NO_LINKS
    return [
        details.description,
        func.coalesce(details.links, no_links).label("links"),
        details.genesis_date,
        details.hashing_algorithm,
        token_catalogue.c.provider.label("source"),
        iso(token_catalogue.c.known_at).label("known_at"),
        details.provider.label("details_source"),
        iso(details.observed_at).label("details_observed_at"),
        iso(token_checks.c.checked_at).label("details_checked_at"),
    ]


def _image() -> Expression:
    held = token_details.c.held_until.is_(None)
    image = select(token_details.c.image_url).where(token_details.c.token_id == token_catalogue.c.token_id, held)
    return image.correlate(token_catalogue).scalar_subquery()


def _contracts(then: bool) -> Expression:
    contract = token_contracts.c
    one = func.json_build_object(
        *(written("chain"), contract.chain, written("address"), contract.address),
        *(written("decimals"), contract.decimals),
    )
    listed = func.coalesce(func.json_agg(aggregate_order_by(one, contract.chain, contract.address)), _EMPTY_LIST)
    of_token = contract.token_id == token_catalogue.c.token_id
    return select(listed).where(of_token, _holds(token_contracts, then)).correlate(token_catalogue).scalar_subquery()


def _categories(then: bool) -> Expression:
    one = func.json_build_object(written("id"), categories.c.category_id, written("name"), categories.c.name)
    listed = func.coalesce(func.json_agg(aggregate_order_by(one, categories.c.name)), _EMPTY_LIST)
    joined = category_members.join(categories, categories.c.category_id == category_members.c.category_id)
    of_token = category_members.c.token_id == token_catalogue.c.token_id
    found = select(listed).select_from(joined).where(of_token, _holds(category_members, then))
    return found.correlate(token_catalogue).scalar_subquery()


def _holds(table: FromClause, then: bool) -> ColumnElement[bool]:
    """Return whether a row holds now or, with `then`, held at `as_of`."""
    if not then:
        return table.c.held_until.is_(None)
    return (table.c.known_at <= _as_of) & or_(table.c.held_until.is_(None), table.c.held_until > _as_of)


def _quoted(listed: FromClause) -> FromClause:
    """Return tokens of the catalogue with what the market knows of them."""
    known = market_tokens.c.token_id == token_catalogue.c.token_id
    quoted = quotes.c.token_id == token_catalogue.c.token_id
    return listed.outerjoin(market_tokens, known).outerjoin(quotes, quoted)


def _same(table: FromClause) -> ColumnElement[bool]:
    same: ColumnElement[bool] = table.c.token_id == token_places.c.token_id
    return same


def _held_as(page_of: FromClause) -> ColumnElement[bool]:
    same: ColumnElement[bool] = token_catalogue.c.token_id == page_of.c.token_id
    return same & token_catalogue.c.held_until.is_(None)


def _chosen(*, category: bool, chain: bool) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    if category:
        member = category_members.c.category_id == cast(bindparam("category"), Text)
        chosen.append(exists().where(_same(category_members), member, category_members.c.held_until.is_(None)))
    if chain:
        on_chain = token_contracts.c.chain == cast(bindparam("chain"), Text)
        chosen.append(exists().where(_same(token_contracts), on_chain, token_contracts.c.held_until.is_(None)))
    return chosen


def _has_category() -> Expression:
    known: Expression = exists().where(categories.c.category_id == cast(bindparam("category"), Text))
    return known


def _has_chain() -> Expression:
    on_chain = token_contracts.c.chain == cast(bindparam("chain"), Text)
    known: Expression = exists().where(on_chain, token_contracts.c.held_until.is_(None))
    return known


def _answer(*columns: Expression) -> Select[Any]:
    stamp = stamp_of(DATASET)
    sources = func.array_to_string(stamp.c.sources, written(","))
    return select(*columns, stamp.c.refreshed_us, sources, stamp.c.data_source).select_from(stamp)
