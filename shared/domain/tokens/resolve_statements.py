"""The statement that finds what a text may mean: an address, an id, a symbol, a name, or the beginning of one."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal_column,
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
    best = select(matches.c.token_id, func.min(matches.c.kind).label("kind")).group_by(matches.c.token_id).cte("best")
    exactly = best.c.kind < _FIRST_PREFIX
    entry = row_of(
        token_catalogue.c.token_id.label("id"),
        token_catalogue.c.symbol,
        token_catalogue.c.name,
        market_tokens.c.image_url.label("image"),
        quotes.c.rank,
        quotes.c.market_cap_usd.label("market_cap"),
        token_catalogue.c.provisional,
        case(*((best.c.kind == literal_column(str(at)), written(name)) for at, name in enumerate(_MATCHES))).label(
            "matched_by"
        ),
        exactly.label("exact"),
        of=(token_catalogue, market_tokens, quotes, best),
    )
    order = (
        exactly.desc(),
        quotes.c.market_cap_usd.desc().nulls_last(),
        token_places.c.place.asc().nulls_last(),
        best.c.token_id,
    )
    position = func.row_number().over(order_by=order).label("position")
    ranked = (
        select(best.c.token_id, position)
        .select_from(
            best.outerjoin(quotes, quotes.c.token_id == best.c.token_id).outerjoin(
                token_places, token_places.c.token_id == best.c.token_id
            )
        )
        .order_by(position)
        .limit(cast(bindparam("limit"), Integer))
        .cte("ranked")
    )
    held = (token_catalogue.c.token_id == ranked.c.token_id) & token_catalogue.c.held_until.is_(None)
    joined = (
        ranked.join(best, best.c.token_id == ranked.c.token_id)
        .join(token_catalogue, held)
        .outerjoin(market_tokens, market_tokens.c.token_id == ranked.c.token_id)
        .outerjoin(quotes, quotes.c.token_id == ranked.c.token_id)
        .join(entry, true())
    )
    rows = select(json_object(entry).label("body"), ranked.c.position).select_from(joined).cte("page")
    stamp = stamp_of(DATASET)
    return select(
        select(json_list(rows.c.body, rows.c.position)).scalar_subquery(),
        cast(select(func.count()).select_from(best).scalar_subquery(), BigInteger),
        cast(select(func.count()).select_from(best).where(exactly).scalar_subquery(), BigInteger),
        stamp.c.refreshed_us,
        func.array_to_string(stamp.c.sources, written(",")),
        stamp.c.data_source,
    ).select_from(stamp)


def _matches() -> Any:
    columns = {
        "symbol": token_catalogue.c.folded_symbol,
        "id": token_catalogue.c.folded_id,
        "name": token_catalogue.c.folded_name,
    }
    held = token_contracts.c.held_until.is_(None)
    at_address = token_contracts.c.address == cast(bindparam("address"), Text)
    contract = select(token_contracts.c.token_id, _kind("contract")).where(held, at_address)
    exact = [_held(name, column == _folded) for name, column in columns.items()]
    begins = [_held(f"{name}_prefix", (column > _folded) & (column < _beyond)) for name, column in columns.items()]
    return union_all(contract, *exact, *begins)


def _held(kind: str, condition: ColumnElement[bool]) -> Select[Any]:
    held = token_catalogue.c.held_until.is_(None)
    return select(token_catalogue.c.token_id, _kind(kind)).where(held, condition)


def _kind(name: str) -> Expression:
    return literal_column(str(_MATCHES.index(name)), Integer).label("kind")
