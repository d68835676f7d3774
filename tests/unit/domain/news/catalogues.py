"""A catalogue of real names and symbols, among them those that are ordinary words."""

from decimal import Decimal

from sandbox.known import KNOWN
from shared.domain.news.catalogue import NewsToken, TokenCatalogue
from shared.domain.news.recognition import Recogniser

WORDS = """
harmony|ONE|Harmony
gas|GAS|Gas
pancakeswap-token|CAKE|PancakeSwap
the-sandbox|SAND|The Sandbox
mask-network|MASK|Mask Network
space-id|ID|SPACE ID
just|JST|JUST
holotoken|HOT|Holo
funtoken|FUN|FUNToken
wink|WIN|WINkLink
apecoin|APE|ApeCoin
ellipsis|EPS|Ellipsis
dash|DASH|Dash
flow|FLOW|Flow
official-trump|TRUMP|Official Trump
compound-governance-token|COMP|Compound
waves|WAVES|Waves
decentraland|MANA|Decentraland
"""


def tokens() -> list[NewsToken]:
    known = [
        NewsToken(each.id, each.symbol.upper(), each.name, rank, Decimal(str(each.price * (each.circulating or 0.0))))
        for rank, each in enumerate(KNOWN, start=1)
    ]
    rows = (line.split("|") for line in WORDS.split("\n") if line)
    others = [
        NewsToken(token_id, symbol, name, len(known) + rank, Decimal(10**9))
        for rank, (token_id, symbol, name) in enumerate(rows, start=1)
    ]
    return [*known, *others]


def recogniser(*more: NewsToken) -> Recogniser:
    return Recogniser(TokenCatalogue([*tokens(), *more]))
