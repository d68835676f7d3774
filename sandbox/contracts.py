"""Where the market's tokens live: chains, contract addresses and decimals, from the seed alone.

Real coins of a chain of their own have no contract. Of the others most have one, some several; a few have one address on two chains,
as deployers like it, and a few invented ones live at an address that another token has on another chain.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sandbox import noise
from sandbox.market import Market
from sandbox.tokens import Token

_NATIVE = frozenset(
    [
        "bitcoin",
        "ethereum",
        "binancecoin",
        "ripple",
        "solana",
        "tron",
        "dogecoin",
        "hyperliquid",
        "cardano",
        "zcash",
        "bitcoin-cash",
        "stellar",
        "monero",
        "the-open-network",
        "litecoin",
        "avalanche-2",
        "sui",
        "hedera-hashgraph",
        "crypto-com-chain",
        "polkadot",
        "bittensor",
        "near",
        "internet-computer",
        "okb",
        "ethereum-classic",
        "aptos",
        "polygon-ecosystem-token",
        "kaspa",
        "cosmos",
        "vechain",
        "filecoin",
        "algorand",
        "celestia",
        "tezos",
    ]
)
EVM = (
    "ethereum",
    "binance-smart-chain",
    "polygon-pos",
    "arbitrum-one",
    "base",
    "optimistic-ethereum",
    "avalanche",
    "xdai",
)
OTHERS = ("solana", "tron", "the-open-network", "near-protocol", "cardano", "sui")
AT_COINPAPRIKA: Mapping[str, str] = {
    "ethereum": "eth-ethereum",
    "binance-smart-chain": "bsc-binance-smart-chain",
    "polygon-pos": "matic-polygon",
    "arbitrum-one": "arb-arbitrum",
    "base": "base-base",
    "optimistic-ethereum": "op-optimism",
    "avalanche": "avax-avalanche",
    "solana": "sol-solana",
    "tron": "trx-tron",
    "the-open-network": "ton-toncoin",
    "near-protocol": "near-near-protocol",
    "cardano": "ada-cardano",
}
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_DECIMALS = {"solana": 9, "tron": 6, "the-open-network": 9, "near-protocol": 18, "cardano": 6, "sui": 9}


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract; the platform is named as CoinGecko names it."""

    platform: str
    address: str
    decimals: int


@lru_cache(maxsize=4)
def contracts_of(market: Market) -> Mapping[str, tuple[Contract, ...]]:
    """Return the contracts of every token, by id, those without any among them."""
    key = noise.mix(market.seed, 31)
    found: dict[str, tuple[Contract, ...]] = {}
    before: tuple[Contract, ...] = ()
    for number, token in enumerate(market.tokens):
        own = () if token.id in _NATIVE else _contracts(noise.mix(key, number), token, before)
        found[token.id] = own
        before = own or before
    return found


def _contracts(key: int, token: Token, before: tuple[Contract, ...]) -> tuple[Contract, ...]:
    chance = [noise.unit(key, number) for number in range(6)]
    if token.invented and chance[0] < 0.12:
        return ()
    first = "ethereum" if not token.invented or chance[1] < 0.45 else EVM[int(chance[2] * len(EVM))]
    main = Contract(first, _address(first, token, 0), 18 if chance[3] < 0.9 else 6)
    if token.invented and chance[4] < 0.02 and before and before[0].platform != first and before[0].platform in EVM:
        main = Contract(first, before[0].address, main.decimals)
    return (main, *_more(key, token, main))


def _more(key: int, token: Token, main: Contract) -> tuple[Contract, ...]:
    """Return further contracts: a third of the invented tokens has one, the known ones have two."""
    count = 2 if not token.invented else 1 if noise.unit(key, 7) < 0.35 else 0
    platforms = [platform for platform in (*EVM, *OTHERS) if platform != main.platform]
    chosen = list(dict.fromkeys(platforms[int(noise.unit(key, 8, number) * len(platforms))] for number in range(count)))
    return tuple(_another(key, token, main, platform) for platform in chosen)


def _another(key: int, token: Token, main: Contract, platform: str) -> Contract:
    if platform in EVM and noise.unit(key, 9, len(platform)) < 0.3:
        return Contract(platform, main.address, main.decimals)
    return Contract(platform, _address(platform, token, 1), _DECIMALS.get(platform, 18))


def _address(platform: str, token: Token, number: int) -> str:
    digest = hashlib.sha256(f"{platform} {token.id} {number}".encode()).digest()
    if platform in EVM:
        return "0x" + digest[:20].hex()
    if platform == "solana":
        return _letters(digest, _BASE58, 44)
    if platform == "tron":
        return "T" + _letters(digest, _BASE58, 33)
    if platform == "the-open-network":
        return "EQ" + _letters(digest, _BASE64, 46)
    if platform == "near-protocol":
        return f"{digest[:20].hex()}.factory.bridge.near"
    return digest[:28].hex() if platform == "cardano" else f"0x{digest.hex()}::coin::{token.symbol.upper()}"


def _letters(digest: bytes, alphabet: str, count: int) -> str:
    number = int.from_bytes(digest + digest, "big")
    letters = []
    for _ in range(count):
        number, rest = divmod(number, len(alphabet))
        letters.append(alphabet[rest])
    return "".join(letters)
