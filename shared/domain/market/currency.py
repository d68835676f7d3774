"""Currencies that prices are shown in, each but the dollar a token of ours.

Those that CoinGecko's callers are used to, as far as we price them ourselves. The euro and other money of states would need a source of
exchange rates with its age told, of which there is none among the providers: a stablecoin of a currency is not the currency.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Currency = Literal["usd", "btc", "eth", "bnb", "sol", "xrp", "ltc", "bch", "link", "dot", "xlm"]

TOKEN_OF: Mapping[Currency, str] = MappingProxyType(
    {
        "btc": "bitcoin",
        "eth": "ethereum",
        "bnb": "binancecoin",
        "sol": "solana",
        "xrp": "ripple",
        "ltc": "litecoin",
        "bch": "bitcoin-cash",
        "link": "chainlink",
        "dot": "polkadot",
        "xlm": "stellar",
    }
)
