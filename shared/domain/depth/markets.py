"""Which of an exchange's names for a token its book is asked by."""

from collections.abc import Iterable

from shared.records.depth import quoted_in


def preferred(markets: Iterable[str]) -> str:
    """Return the market in dollars, if there is one, else the one in tethers."""
    return min(markets, key=lambda market: (quoted_in(market) != "usd", market))


def by_exchange(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return one market for each exchange of (exchange, market)."""
    listed: dict[str, list[str]] = {}
    for exchange, market in pairs:
        listed.setdefault(exchange, []).append(market)
    return {exchange: preferred(markets) for exchange, markets in listed.items()}
