"""What a refresh has to know: the catalogue, and the articles that its records may be."""

from typing import Any

from sqlalchemy import DateTime, Select, Text, bindparam, cast, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db.expressions import Expression, microseconds, written
from shared.db.tables.market import quotes, tokens
from shared.db.tables.news import news_addresses, news_revisions

from .staging import RECALLED

_since: Expression = cast(bindparam("since"), DateTime(timezone=True))
_addresses: Expression = cast(bindparam("addresses"), ARRAY(Text))


def catalogue() -> Select[Any]:
    """Select one text: id, symbol, name, rank and market cap of every token that is no provisional one."""
    columns = (tokens.c.token_id, tokens.c.symbol, tokens.c.name, quotes.c.rank, quotes.c.market_cap_usd)
    known = tokens.outerjoin(quotes, quotes.c.token_id == tokens.c.token_id)
    return select(_listed(*columns)).select_from(known).where(~tokens.c.provisional)


def known_news() -> Select[Any]:
    """Select the articles at any of `addresses` or published at or after `since`, the known of the addresses, and the stamp's time."""
    from shared.domain.datasets.statements import stamp_of

    hits = (
        select(news_addresses.c.address, news_addresses.c.article_id)
        .where(news_addresses.c.address == func.any(_addresses))
        .cte("hits")
    )
    held = news_revisions.c
    found = select(_listed(*(held[name] for name in RECALLED))).where(
        held.replaced_at.is_(None), or_(held.published_at >= _since, held.article_id.in_(select(hits.c.article_id)))
    )
    known = select(_listed(hits.c.address, hits.c.article_id)).select_from(hits)
    stamp = stamp_of("refresh_news")
    return select(found.scalar_subquery(), known.scalar_subquery(), select(stamp.c.refreshed_us).scalar_subquery())


def refreshed_at() -> Select[Any]:
    """Select the stamp's time in microseconds."""
    from shared.db.tables.datasets import datasets

    return select(microseconds(datasets.c.refreshed_at)).where(datasets.c.dataset == written("refresh_news"))


def _listed(*columns: Expression) -> Expression:
    """Return rows as one text of JSON, which pg8000 reads much faster than fields."""
    row = cast(func.json_build_array(*columns), Text)
    joined = func.coalesce(func.string_agg(row, literal_column("','")), written(""))
    return written("[") + joined + written("]")
