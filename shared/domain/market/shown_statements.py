"""How a quote is shown: the names that callers see, and amounts in the currency they ask for."""

from typing import Any

from sqlalchemy import Column, FromClause, func, literal, literal_column, null
from sqlalchemy.sql.selectable import LateralFromClause

from shared.db.expressions import Expression, iso, microseconds, row_of
from shared.db.tables import quotes, tokens

from .currency import TOKEN_OF, Currency

_HUNDRED: Expression = literal_column("100")
_NO_SOURCES: Expression = literal_column("'{}'::text[]")


class Shown:
    """Columns of a quote in one currency.

    In another currency than the dollar, amounts are divided by that token's own current price and changes are
    relative to its change; what was at another time (high and low of the day, all-time high) is not known in it.
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

    def row(
        self, *more: Expression, rank: Expression = quotes.c.rank, ranked: FromClause = quotes
    ) -> LateralFromClause:
        """Return the columns by the names of the API; `ranked` is what `rank` is a column of."""
        base = () if self._base is None else (self._base,)
        return row_of(*self._columns(rank), *more, of=(tokens, quotes, ranked, *base))

    def as_of(self) -> Expression:
        """Return the older of the times of the quote and of the currency, in microseconds since 1970."""
        if self._base is None:
            return microseconds(quotes.c.as_of)
        return microseconds(func.least(quotes.c.as_of, self._base.c.as_of))

    def _columns(self, rank: Expression) -> list[Expression]:
        return [
            tokens.c.token_id.label("id"),
            tokens.c.symbol,
            tokens.c.name,
            tokens.c.image_url.label("image"),
            self.amount(quotes.c.price_usd).label("price"),
            *(self._change(window).label(f"change_{window}") for window in ("1h", "24h", "7d", "30d")),
            self.amount(quotes.c.market_cap_usd).label("market_cap"),
            rank.label("rank"),
            self.amount(quotes.c.volume_24h_usd).label("volume_24h"),
            self._of_another_time(quotes.c.high_24h_usd).label("high_24h"),
            self._of_another_time(quotes.c.low_24h_usd).label("low_24h"),
            quotes.c.circulating_supply,
            quotes.c.total_supply,
            quotes.c.max_supply,
            self._of_another_time(quotes.c.ath_usd).label("ath"),
            self._of_another_time(iso(quotes.c.ath_at)).label("ath_at"),
            quotes.c.spread_pct,
            func.coalesce(quotes.c.sources, _NO_SOURCES).label("sources"),
            iso(quotes.c.as_of).label("as_of"),
        ]

    def amount(self, dollars: Column[Any]) -> Expression:
        """Return an amount in the currency, null when its own price is not known."""
        return dollars if self._base is None else dollars / self._base.c.price_usd

    def _change(self, window: str) -> Expression:
        change = quotes.c[f"change_{window}_pct"]
        if self._base is None:
            return change
        base = func.nullif(_HUNDRED + self._base.c[f"change_{window}_pct"], literal_column("0"))
        return (_HUNDRED + change) * _HUNDRED / base - _HUNDRED

    def _of_another_time(self, dollars: Expression) -> Expression:
        return dollars if self._base is None else null()
