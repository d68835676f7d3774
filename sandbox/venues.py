"""Which tokens the exchanges beside Binance list, each symbol once."""

from functools import lru_cache

from sandbox import noise
from sandbox.market import Market
from sandbox.tokens import Token

_LISTED = {
    "coinbase": (300, 0.25),
    "kraken": (200, 0.15),
    "cryptocompare": (500, 0.05),
    "bitstamp": (80, 0.1),
    "gemini": (60, 0.1),
    "kucoin": (400, 0.1),
    "okx": (250, 0.1),
    "bitfinex": (120, 0.1),
}
"""Places up to which they list, and the share of those that they leave out."""


@lru_cache(maxsize=8)
def listed(market: Market, venue: str) -> dict[str, Token]:
    """Return the tokens by symbol in upper case; of several with one symbol the best placed."""
    last, left_out = _LISTED[venue]
    found: dict[str, Token] = {}
    for place, token in enumerate(market.tokens):
        chance = noise.unit(market.seed, 26, len(venue), place)
        if token.place <= last and token.binance and (token.place <= 10 or chance >= left_out):
            found.setdefault(token.symbol.upper(), token)
    return found
