"""Chains under one name each, whatever a provider calls them, and contract addresses under one spelling."""

import re
from collections.abc import Mapping
from types import MappingProxyType

CHAINS = (
    "bitcoin",
    "ethereum",
    "bsc",
    "polygon",
    "solana",
    "avalanche",
    "arbitrum",
    "optimism",
    "base",
    "tron",
    "cardano",
    "litecoin",
    "dogecoin",
    "polkadot",
    "near",
    "ton",
)
"""The chains that the API names; a token's contract may also lie on another, which keeps its provider's name."""

_PLATFORMS: Mapping[str, str] = MappingProxyType(
    {
        # CoinGecko. Source: https://docs.coingecko.com/reference/asset-platforms-list
        "binance-smart-chain": "bsc",
        "polygon-pos": "polygon",
        "arbitrum-one": "arbitrum",
        "optimistic-ethereum": "optimism",
        "near-protocol": "near",
        "the-open-network": "ton",
        # CoinPaprika. Source: https://docs.coinpaprika.com/api-reference/contracts/list-contracts-platforms
        "eth-ethereum": "ethereum",
        "bsc-binance-smart-chain": "bsc",
        "matic-polygon": "polygon",
        "sol-solana": "solana",
        "avax-avalanche": "avalanche",
        "arb-arbitrum": "arbitrum",
        "op-optimism": "optimism",
        "base-base": "base",
        "trx-tron": "tron",
        "ada-cardano": "cardano",
        "dot-polkadot": "polkadot",
        "near-near-protocol": "near",
        "ton-toncoin": "ton",
    }
)
_EVM = re.compile(r"0x[0-9a-f]{40}", re.I)
LONGEST_ADDRESS = 300
"""The longest real ones, Stellar's with their issuer and Sui's with their type, have about 200 characters."""


def chain_of(platform: str) -> str:
    """Return our name of a provider's platform; one that we have no name for keeps the provider's."""
    name = platform.strip().lower()
    return _PLATFORMS.get(name, name)


def address_of(written: str) -> str:
    """Return an address as it is stored and looked up: an EVM one in lower case, for its case is a checksum only.

    All others stay as they are: in base58 two addresses may differ by their case alone.
    """
    address = written.strip()
    return address.lower() if _EVM.fullmatch(address) else address
