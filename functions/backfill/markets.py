"""Where the candles of a token are to be had."""

from collections.abc import Mapping, Sequence

from shared.domain.history.stored import StoredHistory
from shared.providers.candle_requests import Market
from shared.records.market import QuoteCurrency

_BY_OUR_NAME = ("coingecko_pro", "coingecko")
"""CoinGecko's names are ours."""
_DOLLARS: tuple[tuple[str, QuoteCurrency], ...] = (("USD", "usd"), ("USDT", "usdt"))
"""By the end of an exchange's name for a market; dollars before tethers, as refresh_candles takes them."""


class Markets:
    """Knows markets by the names that refreshes have proven by their prices; no other market is asked for the past."""

    def __init__(self, stored: StoredHistory) -> None:
        self._stored = stored

    async def of(self, token_id: str) -> Mapping[str, Market]:
        """Return a token's market at each provider that has one.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        names = (await self._stored.names([token_id])).get(token_id, {})
        found = {provider: Market(token_id, "usd") for provider in _BY_OUR_NAME}
        for provider, told in names.items():
            market = _best(told)
            if market is not None and provider not in found:
                found[provider] = market
        return found


def _best(names: Sequence[str]) -> Market | None:
    for ending, currency in _DOLLARS:
        for name in names:
            if name.upper().endswith(ending):
                return Market(name, currency)
    return None
