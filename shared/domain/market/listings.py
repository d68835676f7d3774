"""Which token an exchange's market is of, where the exchange tells symbols only. Pure.

Symbols collide, so a market is taken for that of the one token that has the symbol, or of one that dwarfs all others that
have it; otherwise of none. Whoever reads the market compares its price with the token's before believing it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Protocol

from .identity import DWARFED_BY
from .known import KnownToken


class ListedMarket(Protocol):
    """One market that trades, as `shared.providers.candle_requests.MarketRecord` tells it."""

    @property
    def provider(self) -> str:
        """Return the exchange."""
        ...

    @property
    def name(self) -> str:
        """Return the exchange's own name of the pair."""
        ...

    @property
    def symbol(self) -> str:
        """Return the token's symbol, in upper case, as everybody else writes it."""
        ...


def listings(markets: Iterable[ListedMarket], tokens: Iterable[KnownToken]) -> list[tuple[str, str, str]]:
    """Return (exchange, market, token id) of each market whose token can be told; the others are left out."""
    named: defaultdict[str, list[KnownToken]] = defaultdict(list)
    for token in tokens:
        if not token.provisional:
            named[token.symbol].append(token)
    found = ((market, meant(named[market.symbol])) for market in markets)
    return [(market.provider, market.name, token.token_id) for market, token in found if token is not None]


def meant(candidates: Sequence[KnownToken]) -> KnownToken | None:
    """Return the token meant by a symbol, `None` where that cannot be said."""
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    first, second = sorted(candidates, key=_size, reverse=True)[:2]
    return first if _size(first) > DWARFED_BY * _size(second) else None


def _size(token: KnownToken) -> Decimal:
    return token.market_cap_usd or Decimal(0)
