"""OKX's books: in an envelope, one book in a list. The book of its version 3 stood there alone, and is still read."""

from collections.abc import Iterator

from shared.providers import numbers
from shared.providers.contract import MINUTE_S, Descriptor, Limit
from shared.providers.moments import moment
from shared.providers.numbers import JsonValue, Row, Unreadable

from .books import levels_in
from .venue_books import Listed, Told, Venue

OKX_DEPTH = Descriptor(
    id="okx",
    family="okx",
    kind="depth",
    rank=6,
    default_url="https://www.okx.com",
    url_setting="OKX_URL",
    # 40 in two seconds for each address. Source: https://www.okx.com/docs-v5/en/#order-book-trading-market-data-get-order-book
    limits=(Limit(1200, MINUTE_S, "public"),),
    limits_setting="OKX_LIMITS",
)
MOST = 400
_FINE = "0"


def _data(body: JsonValue) -> list[Row]:
    envelope = numbers.mapping(body)
    if envelope.get("code") != _FINE:
        raise Unreadable(f"its code is {envelope.get('code')}")
    return numbers.rows_of(envelope.get("data"))


def _book(body: JsonValue) -> Row:
    if isinstance(body, dict) and "asks" in body:
        return body
    found = _data(body)
    if len(found) != 1:
        raise Unreadable(f"{len(found)} books where one was asked for")
    return found[0]


def _told(body: JsonValue) -> Told:
    row = _book(body)
    at = moment(row, "ts") or moment(row, "timestamp")
    return Told(levels_in(row.get("bids"), "bids"), levels_in(row.get("asks"), "asks"), at)


def _listed(body: JsonValue) -> Iterator[Listed]:
    for row in _data(body):
        if row.get("state") == "live":
            yield numbers.text(row, "instId"), numbers.text(row, "baseCcy"), numbers.text(row, "quoteCcy")


OKX = Venue(
    descriptor=OKX_DEPTH,
    # Source: https://www.okx.com/docs-v5/en/#order-book-trading-market-data-get-order-book
    book=lambda pair, levels: ("/api/v5/market/books", {"instId": pair, "sz": str(min(levels, MOST))}),
    told=_told,
    unknown=("doesn't exist", "does not exist"),
    # Source: https://www.okx.com/docs-v5/en/#public-data-rest-api-get-instruments
    markets=("/api/v5/public/instruments", {"instType": "SPOT"}),
    listed=_listed,
)
