"""How a quote is shown: the names that callers see, and amounts in the currency they ask for."""

from sqlalchemy import (
    DateTime,
    FromClause,
    Text,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
)

from shared.db.expressions import Expression, iso, json_object, row_of, written
from shared.db.tables.market import quotes, tokens

from .currency import TOKEN_OF, Currency

_HUNDRED: Expression = literal_column("100")
_NO_SOURCES: Expression = literal_column("'{}'::text[]")
_stale_before: Expression = cast(bindparam("stale_before"), DateTime(timezone=True))
_TOKEN: tuple[Expression, ...] = (
    tokens.c.token_id.label("id"),
    tokens.c.symbol,
    tokens.c.name,
    tokens.c.image_url.label("image"),
)
_FACTS = ("price", "change_1h", "change_24h", "change_7d", "change_30d", "market_cap", "volume_24h", "sources", "as_of")
_DETAILS = (
    "high_24h",
    "low_24h",
    "circulating_supply",
    "total_supply",
    "max_supply",
    "ath",
    "ath_at",
    "spread_pct",
)


class Shown:
    """Quotes in one currency, as text.

    In dollars the rows hold their members of the object ready written. In another currency, amounts are divided by that
    token's own current price and changes are relative to its change; what was at another time (high and low of the day,
    all-time high) is not known in it.
    """

    def __init__(self, currency: Currency) -> None:
        self._currency = currency
        self._base = None if currency == "usd" else quotes.alias("base")

    def joined(self, listed: FromClause, on: Expression) -> FromClause:
        """Return `listed` with its tokens and their quotes, where there are any."""
        return self.with_base(listed.join(tokens, on).outerjoin(quotes, quotes.c.token_id == tokens.c.token_id))

    def with_base(self, joined: FromClause) -> FromClause:
        """Return it with the quote of the currency, which may be missing."""
        if self._base is None:
            return joined
        return joined.outerjoin(self._base, self._base.c.token_id == literal(TOKEN_OF[self._currency]))

    def text(
        self,
        *more: Expression,
        rank: Expression = quotes.c.rank,
        detailed: bool = True,
    ) -> Expression:
        """Return the object of one quote.

        Args:
            more: Further members, written as text.
            rank: Its place in the ranking.
            detailed: Whether supply, extremes and spread belong to it.
        """
        stale = func.coalesce(self.as_of() < _stale_before, literal_column("false"))
        members = [
            self._stored(detailed) if self._base is None else _made(self._base, detailed),
            written('"rank":') + func.coalesce(cast(rank, Text), written("null")),
            written('"stale":') + cast(stale, Text),
            *more,
        ]
        text = written("{") + members[0]
        for member in members[1:]:
            text = text + written(",") + member
        return text + written("}")

    def as_of(self) -> Expression:
        """Return the older of the times of the quote and of the currency."""
        return quotes.c.as_of if self._base is None else func.least(quotes.c.as_of, self._base.c.as_of)

    def _stored(self, detailed: bool) -> Expression:
        """Return the members as the rows hold them; a token may be without a quote."""
        facts: Expression = quotes.c.written
        unknown = ['"sources":[]' if name == "sources" else f'"{name}":null' for name in _names(detailed)]
        if detailed:
            facts = facts + written(",") + quotes.c.written_details
        return tokens.c.written + written(",") + func.coalesce(facts, written(",".join(unknown)))


def _made(base: FromClause, detailed: bool) -> Expression:
    """Return the members made of the columns, in the currency of the quote `base`."""
    columns = _columns(base)
    named = [columns[name].label(name) for name in _names(detailed)]
    row = row_of(*_TOKEN, *named, of=(tokens, quotes, base))
    return select(func.btrim(json_object(row), written("{}"))).select_from(row).scalar_subquery()


def _columns(base: FromClause) -> dict[str, Expression]:
    """Return the members in the currency of the quote `base`; null where its own price is not known."""
    changes = {f"change_{window}": _change(window, base) for window in ("1h", "24h", "7d", "30d")}
    return changes | {
        "price": quotes.c.price_usd / base.c.price_usd,
        "market_cap": quotes.c.market_cap_usd / base.c.price_usd,
        "volume_24h": quotes.c.volume_24h_usd / base.c.price_usd,
        "sources": func.coalesce(quotes.c.sources, _NO_SOURCES),
        "as_of": iso(quotes.c.as_of),
        "high_24h": null(),
        "low_24h": null(),
        "circulating_supply": quotes.c.circulating_supply,
        "total_supply": quotes.c.total_supply,
        "max_supply": quotes.c.max_supply,
        "ath": null(),
        "ath_at": null(),
        "spread_pct": quotes.c.spread_pct,
    }


def _change(window: str, base: FromClause) -> Expression:
    factor = func.nullif(_HUNDRED + base.c[f"change_{window}_pct"], literal_column("0"))
    change: Expression = (_HUNDRED + quotes.c[f"change_{window}_pct"]) * _HUNDRED / factor - _HUNDRED
    return change


def _names(detailed: bool) -> tuple[str, ...]:
    return _FACTS + _DETAILS if detailed else _FACTS
