"""Who stands here beside the five providers of quotes, and what those answer beside quotes. One module a provider."""

from collections.abc import Mapping

from sandbox.stand import Render, Stand
from sandbox.stands.alternative_me import ALTERNATIVE_ME

STANDS: tuple[Stand, ...] = (ALTERNATIVE_ME,)
"""The other providers."""

ADDED: Mapping[str, Mapping[str, Render]] = {
    "coingecko": {},
    "coingecko_pro": {},
    "binance": {},
    "coinpaprika": {},
    "coincap": {},
}
"""Routes of the providers of quotes, beside those of `sandbox.desk`: {provider: {path pattern: render}}."""
