"""The statement that finds what a text may mean: an address, an id, a symbol, a name, or the beginning of one."""

from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from shared.db.expressions import Expression, json_list, json_object, row_of, written
from shared.db.tables.market import quotes
from shared.db.tables.market import tokens as market_tokens
from shared.db.tables.token_catalogue import token_catalogue, token_contracts, token_places
from shared.domain.datasets.statements import stamp_of

from .writing import DATASET

HIGHEST = "\U0010ffff"
"""After every other letter: a text with it behind ends the range of those that begin with the text."""
_MATCHES = ("contract", "symbol", "id", "name", "symbol_prefix", "id_prefix", "name_prefix")
_FIRST_PREFIX: Expression = literal_column(str(_MATCHES.index("symbol_prefix")))
_folded: Expression = cast(bindparam("folded"), Text)
_beyond: Expression = cast(bindparam("beyond"), Text)


def resolve() -> Select[Any]:
    """Select the `limit` best candidates for `folded` or `address`, how many there are, and how many of them exactly.

    Exact matches come before prefixes, and among both the larger market cap first.
    """
    matches = _matches().cte("matches")
    exactly = matches.c.kind < _FIRST_PREFIX
    order = (
        exactly.desc(),
        quotes.c.market_cap_usd.desc().nulls_last(),
        token_places.c.place.asc().nulls_last(),
        matches.c.token_id,
    )
    ranked = (
        select(matches.c.token_id, matches.c.kind, func.row_number().over(order_by=order).label("position"))
        .select_from(
            matches.outerjoin(quotes, quotes.c.token_id == matches.c.token_id).outerjoin(
                token_places, token_places.c.token_id == matches.c.token_id
            )
        )
        .order_by(*order)
        .limit(cast(bindparam("limit"), Integer))
        .cte("ranked")
    )
    page = _page(ranked)
    stamp = stamp_of(DATASET)
    return select(
        select(json_list(page.c.body, page.c.position)).scalar_subquery(),
        cast(select(func.count()).select_from(matches).scalar_subquery(), BigInteger),
        cast(select(func.count()).select_from(matches).where(exactly).scalar_subquery(), BigInteger),
        stamp.c.refreshed_us,
        func.array_to_string(stamp.c.sources, written(",")),
        stamp.c.data_source,
    ).select_from(stamp)


def _page(ranked: CTE) -> CTE:
    kinds = ((ranked.c.kind == literal_column(str(at)), written(name)) for at, name in enumerate(_MATCHES))
    entry = row_of(
        token_catalogue.c.token_id.label("id"),
        token_catalogue.c.symbol,
        token_catalogue.c.name,
        market_tokens.c.image_url.label("image"),
        quotes.c.rank,
        quotes.c.market_cap_usd.label("market_cap"),
        token_catalogue.c.provisional,
        case(*kinds).label("matched_by"),
        (ranked.c.kind < _FIRST_PREFIX).label("exact"),
        of=(token_catalogue, market_tokens, quotes, ranked),
    )
    held = (token_catalogue.c.token_id == ranked.c.token_id) & token_catalogue.c.held_until.is_(None)
    joined = (
        ranked.join(token_catalogue, held)
        .outerjoin(market_tokens, market_tokens.c.token_id == ranked.c.token_id)
        .outerjoin(quotes, quotes.c.token_id == ranked.c.token_id)
        .join(entry, true())
    )
    return select(json_object(entry).label("body"), ranked.c.position).select_from(joined).cte("page")


def _matches() -> CompoundSelect[Any]:
    """Return (token id, what of it matches best), each token once."""
    columns = (token_catalogue.c.folded_symbol, token_catalogue.c.folded_id, token_catalogue.c.folded_name)
    held = token_catalogue.c.held_until.is_(None)
    begins = or_(*(_begins(column) for column in columns))
    exact = [(column == _folded, _kind(name)) for column, name in zip(columns, _MATCHES[1:], strict=False)]
    prefix = [(_begins(column), _kind(name)) for column, name in zip(columns, _MATCHES[4:], strict=True)]
    named = select(token_catalogue.c.token_id, case(*exact, *prefix).label("kind")).where(held, begins)
    contract = (
        select(token_contracts.c.token_id, _kind("contract").label("kind"))
        .select_from(token_contracts.join(token_catalogue, token_catalogue.c.token_id == token_contracts.c.token_id))
        .where(token_contracts.c.address == cast(bindparam("address"), Text))
        .where(token_contracts.c.held_until.is_(None), held, ~begins)
        .distinct()
    )
    return union_all(named, contract)


def _begins(column: Expression) -> ColumnElement[bool]:
    beyond: ColumnElement[bool] = column < _beyond
    return (column >= _folded) & beyond


def _kind(name: str) -> Expression:
    return literal_column(str(_MATCHES.index(name)), Integer)
