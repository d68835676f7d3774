"""Which tokens stand for something else: stablecoins, wrapped and staked ones, leveraged ones. Pure.

By the categories of the token catalogue, and where nobody sorted a token into any, by its name and symbol. One place for scores,
index, screener and signals: what only follows another price says nothing of its own.
"""

import re
from collections.abc import Iterable
from typing import Literal

Kind = Literal["stablecoin", "wrapped", "staked", "leveraged", "plain"]

_CATEGORIES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("leveraged", re.compile(r"leveraged")),
    (
        "stablecoin",
        re.compile(r"stablecoin|stable-coin|^(?:usd|eur|fiat)-?(?:pegged|backed)|tokenized-(?:gold|silver)|^stable$"),
    ),
    (
        "staked",
        re.compile(r"liquid-staking-tokens|liquid-staked|liquid-restaking-tokens|liquid-restaked|^lsd$|staked-ether"),
    ),
    ("wrapped", re.compile(r"wrapped|bridged|^tokenized-btc|^ctokens?$|^atokens?$|lp-tokens")),
)
"""Tokens that govern a staking or stablecoin protocol are in categories of other names (`liquid-staking`, `stablecoin-issuer`)."""
_ISSUERS = re.compile(r"issuer|governance|protocol|^liquid-staking$|^liquid-restaking$")

_STABLE = """
USDT USDC DAI BUSD TUSD USDP GUSD FRAX LUSD SUSD USDD FDUSD PYUSD USDE USDS SUSDE SUSDS CRVUSD GHO USD0 RLUSD USD1 USDY EURC EURS
EURT XAUT PAXG USTC UST USDN MIM DOLA FEI USDB USDX USDF BFUSD USDTB DEUSD ALUSD CUSD EURI EURCV
"""
_STABLE_SYMBOLS = frozenset(_STABLE.split())
_STABLE_NAME = re.compile(
    r"\b(?:usd coin|tether|stablecoin|stable coin|dollar coin|digital dollar|digital euro|tokenized gold)\b|\busd[a-z0-9]{0,2}$"
)
_STABLE_SYMBOL = re.compile(r"^(?:USD[A-Z0-9]{0,2}|[A-Z]{1,3}USD|EUR[A-Z]{0,2})$")
_WRAPPED_NAME = re.compile(
    r"\b(?:wrapped|bridged|binance-peg|wormhole|axelar|multichain|peg(?:ged)?)\b|\(wormhole\)|\(portal\)"
)
_WRAPPED = "WBTC WETH WBNB WSTETH CBBTC TBTC RENBTC HBTC BTCB WSOL WAVAX WMATIC FBTC SOLVBTC LBTC CBETH WEETH WBETH"
_WRAPPED_SYMBOLS = frozenset(_WRAPPED.split())
_STAKED_NAME = re.compile(r"\b(?:staked|restaked|liquid staking|staking derivative)\b|\bstaked ")
_STAKED = """
STETH RETH WSTETH CBETH WBETH EETH WEETH EZETH RSETH PUFETH SFRXETH FRXETH ANKRETH SWETH METH OSETH
ETHX MSOL JITOSOL BSOL JUPSOL BNSOL STSOL STMATIC STAVAX SAVAX
"""
_STAKED_SYMBOLS = frozenset(_STAKED.split())
_LEVERAGED = re.compile(
    r"(?:\b\d+x (?:long|short)\b)|\b(?:long|short) (?:leveraged|token)\b|\bleverage(?:d)? token\b|\b(?:bull|bear) token\b"
)
_LEVERAGED_SYMBOL = re.compile(
    r"^[A-Z0-9]{2,8}[2-5][LS]$|^[A-Z]{2,6}(?:BULL|BEAR)$|^(?:BTC|ETH|BNB|XRP|ADA|LINK|DOT|TRX|LTC|EOS)(?:UP|DOWN)$"
)


def kind_of(symbol: str, name: str, categories: Iterable[str] = ()) -> Kind:
    """Return what a token is.

    Args:
        symbol: As told, in any case.
        name: As told.
        categories: Ids of its categories, as in `wrapped-tokens`.
    """
    known = [category.lower() for category in categories]
    by_category = next((kind for kind, pattern in _CATEGORIES if _any(pattern, known)), None)
    return by_category or _by_name(symbol.upper(), name.lower())


def follows_another(kind: Kind) -> bool:
    """Return whether its price is made by something else: no score, no index, no signal of its own."""
    return kind != "plain"


def _any(pattern: re.Pattern[str], categories: list[str]) -> bool:
    return any(pattern.search(each) and not _ISSUERS.search(each) for each in categories)


def _by_name(symbol: str, name: str) -> Kind:
    if _LEVERAGED.search(name) or _LEVERAGED_SYMBOL.match(symbol):
        return "leveraged"
    if _STAKED_NAME.search(name) or symbol in _STAKED_SYMBOLS:
        return "staked"
    if _WRAPPED_NAME.search(name) or symbol in _WRAPPED_SYMBOLS:
        return "wrapped"
    if symbol in _STABLE_SYMBOLS or _STABLE_SYMBOL.match(symbol) or _STABLE_NAME.search(name):
        return "stablecoin"
    return "plain"
