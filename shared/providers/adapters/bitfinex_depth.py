"""Bitfinex's books: one list of `[price, number of orders, amount]`, in which what is asked has an amount below zero."""

from collections.abc import Iterator
from decimal import Decimal

from shared.providers import numbers
from shared.providers.contract import MINUTE_S, Descriptor, Limit
from shared.providers.numbers import JsonValue, Unreadable
from shared.records.depth import Level

from .venue_books import Listed, Told, Venue, split_pair

BITFINEX_DEPTH = Descriptor(
    id="bitfinex",
    family="bitfinex",
    kind="depth",
    rank=7,
    default_url="https://api-pub.bitfinex.com",
    url_setting="BITFINEX_URL",
    # 240 a minute. Source: https://docs.bitfinex.com/reference/rest-public-book
    limits=(Limit(240, MINUTE_S, "public"),),
    limits_setting="BITFINEX_LIMITS",
)
_SIZES = (25, 100)
_GONE = 0


def _told(body: JsonValue) -> Told:
    if not isinstance(body, list):
        raise Unreadable("a list of levels was expected")
    bids: list[Level] = []
    asks: list[Level] = []
    for row in body:
        price, count, amount = _cells(row)
        if count != _GONE and amount:
            (bids if amount > 0 else asks).append(Level(price, abs(amount)))
    return Told(bids, asks, None)


def _cells(row: JsonValue) -> tuple[Decimal, Decimal, Decimal]:
    if not isinstance(row, list) or len(row) != 3:
        raise Unreadable("a level is no list of three")
    named = dict(zip(("price", "count", "amount"), row, strict=True))
    price, count, amount = (
        numbers.price(named, "price"),
        numbers.amount(named, "count"),
        numbers.number(named, "amount"),
    )
    if price is None or count is None or amount is None:
        raise Unreadable("a level without price, count or amount")
    return price, count, amount


def _listed(body: JsonValue) -> Iterator[Listed]:
    """Yield the pairs of `["btcusd", …]` or, as the newer address has it, `[["BTCUSD", "DUSK:USD", …]]`."""
    names = body[0] if isinstance(body, list) and len(body) == 1 and isinstance(body[0], list) else body
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Unreadable("a list of names was expected")
    for name in map(str, names):
        symbol, quote = split_pair(name.replace(":", ""))
        yield f"t{name.upper()}", symbol, quote


BITFINEX = Venue(
    descriptor=BITFINEX_DEPTH,
    # Source: https://docs.bitfinex.com/reference/rest-public-book
    book=lambda pair, levels: (
        f"/v2/book/{pair}/P0",
        {"len": str(next((n for n in _SIZES if n >= levels), _SIZES[-1]))},
    ),
    told=_told,
    unknown=("symbol: invalid", "no reason given"),
    # Source: https://docs.bitfinex.com/reference/rest-public-conf
    markets=("/v2/conf/pub:list:pair:exchange", {}),
    listed=_listed,
)
