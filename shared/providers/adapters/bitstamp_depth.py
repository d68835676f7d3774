"""Bitstamp's books: the whole book, two texts a level."""

from collections.abc import Iterator

from shared.providers import numbers
from shared.providers.contract import MINUTE_S, Descriptor, Limit
from shared.providers.moments import moment
from shared.providers.numbers import JsonValue

from .books import levels_in
from .venue_books import Listed, Told, Venue

BITSTAMP_DEPTH = Descriptor(
    id="bitstamp",
    family="bitstamp",
    kind="depth",
    rank=3,
    default_url="https://www.bitstamp.net/api/v2",
    url_setting="BITSTAMP_URL",
    # 400 a second, 10,000 in ten minutes. Source: https://www.bitstamp.net/api/#section/Request-limits
    limits=(Limit(10_000, 10 * MINUTE_S, "public"),),
    limits_setting="BITSTAMP_LIMITS",
)


def _told(body: JsonValue) -> Told:
    row = numbers.mapping(body)
    return Told(levels_in(row.get("bids"), "bids"), levels_in(row.get("asks"), "asks"), moment(row, "timestamp"))


def _listed(body: JsonValue) -> Iterator[Listed]:
    for row in numbers.rows_of(body):
        symbol, _, quote = numbers.text(row, "name").partition("/")
        if row.get("trading") == "Enabled":
            yield numbers.text(row, "url_symbol"), symbol, quote


BITSTAMP = Venue(
    descriptor=BITSTAMP_DEPTH,
    # Source: https://www.bitstamp.net/api/#tag/Order-book/operation/GetOrderBook
    book=lambda pair, levels: (f"/order_book/{pair}/", {}),
    told=_told,
    unknown=("Invalid currency pair", "no reason given", "Not found"),
    # Source: https://www.bitstamp.net/api/#tag/Market-info/operation/GetTradingPairsInfo
    markets=("/trading-pairs-info/", {}),
    listed=_listed,
)
