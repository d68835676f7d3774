"""Which source of a candle is believed rather than another: a series stays that of one venue as long as it answers."""

from shared.records.provider import PROVIDERS

SAMPLED = "sampled"
"""Candles made of our own served prices, five minutes apart, where no venue has any."""
_IMPORTED = 50
_LAST = 100


def preference_of(provider: str) -> int:
    """Return a provider's place, the lowest is believed first: venues as they are asked, then imports, then our own samples.

    `binance/1m` was built from Binance's minutes: it comes after Binance's own and before everybody else's.
    """
    venue, _, built = provider.partition("/")
    asked = list(PROVIDERS["candles"])
    place = _LAST if venue == SAMPLED else asked.index(venue) * 2 if venue in asked else _IMPORTED
    return place + 1 if built else place
