"""The exchanges whose books are asked for when the first three have none, in that order."""

from .bitfinex_depth import BITFINEX
from .bitstamp_depth import BITSTAMP
from .gemini_depth import GEMINI
from .kucoin_depth import KUCOIN
from .okx_depth import OKX
from .venue_books import Venue

VENUES: tuple[Venue, ...] = (BITSTAMP, GEMINI, KUCOIN, OKX, BITFINEX)
