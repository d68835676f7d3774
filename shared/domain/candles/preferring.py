"""Which source of a candle is believed rather than another: a series stays that of one venue as long as it answers."""

from shared.records.provider import PROVIDERS

SAMPLED = "sampled"
"""Candles made of our own served prices, five minutes apart, where no venue has any."""
_IMPORTED = 50
_LAST = 100


def preference_of(provider: str) -> int:
    """Return a provider's place, the lowest is believed first: venues as they are asked, then imports, then our own samples.

    `binance/1m` was built from Binance's minutes, so it counts as Binance.
    """
    venue = provider.partition("/")[0]
    if venue == SAMPLED:
        return _LAST
    asked = list(PROVIDERS["candles"])
    return asked.index(venue) if venue in asked else _IMPORTED
