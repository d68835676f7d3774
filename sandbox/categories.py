"""The market's categories: the six sectors that move together, what tokens are, and the chains that they live on."""

from dataclasses import dataclass
from functools import lru_cache

from sandbox.contracts import contracts_of
from sandbox.market import Market
from sandbox.tokens import Token

_SECTORS = (
    ("layer-1", "Layer 1 (L1)"),
    ("decentralized-finance-defi", "Decentralized Finance (DeFi)"),
    ("artificial-intelligence", "Artificial Intelligence (AI)"),
    ("meme-token", "Meme"),
    ("gaming", "Gaming (GameFi)"),
    ("real-world-assets-rwa", "Real World Assets (RWA)"),
)
_KINDS = (("stablecoins", "Stablecoins"), ("wrapped-tokens", "Wrapped-Tokens"))
_CHAINS = (
    ("ethereum-ecosystem", "Ethereum Ecosystem", "ethereum"),
    ("binance-smart-chain", "BNB Chain Ecosystem", "binance-smart-chain"),
    ("solana-ecosystem", "Solana Ecosystem", "solana"),
    ("base-ecosystem", "Base Ecosystem", "base"),
)
_TAGS = {
    "layer-1": ("layer-1", "Layer 1"),
    "decentralized-finance-defi": ("defi", "DeFi"),
    "artificial-intelligence": ("ai", "AI"),
    "meme-token": ("meme", "Meme"),
    "gaming": ("gaming", "Gaming"),
    "real-world-assets-rwa": ("rwa", "RWA"),
    "stablecoins": ("stablecoin", "Stablecoin"),
    "wrapped-tokens": ("wrapped", "Wrapped"),
}
"""What CoinPaprika calls them; the chains are no tags there."""


@dataclass(frozen=True)
class Category:
    """One category; `positions` are those of its tokens in the market's arrays."""

    id: str
    name: str
    tag: tuple[str, str] | None
    positions: tuple[int, ...]


@lru_cache(maxsize=4)
def categories_of(market: Market) -> tuple[Category, ...]:
    """Return all categories that have a token."""
    groups: dict[tuple[str, str], list[int]] = {name: [] for name in (*_SECTORS, *_KINDS)}
    groups |= {(chain[0], chain[1]): [] for chain in _CHAINS}
    for position, token in enumerate(market.tokens):
        for name in _names(market, position, token):
            groups[name].append(position)
    return tuple(
        Category(name[0], name[1], _TAGS.get(name[0]), tuple(positions))
        for name, positions in groups.items()
        if positions
    )


@lru_cache(maxsize=4)
def names_of(market: Market) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Return the (id, name) of each token's categories, in the order of the market's arrays."""
    return tuple(tuple(_names(market, position, token)) for position, token in enumerate(market.tokens))


def _names(market: Market, position: int, token: Token) -> list[tuple[str, str]]:
    if token.stable:
        kind = _KINDS[0]
    elif token.follows:
        kind = _KINDS[1]
    else:
        kind = _SECTORS[int(market.traits.sector[position])]
    platforms = {contract.platform for contract in contracts_of(market)[token.id]}
    return [kind, *((each, name) for each, name, platform in _CHAINS if platform in platforms)]
