"""Gemini's books: levels are objects; its list of pairs is bare names."""

from collections.abc import Iterator

from shared.providers import numbers
from shared.providers.contract import MINUTE_S, Descriptor, Limit
from shared.providers.numbers import JsonValue, Unreadable
from shared.records.depth import Level

from .books import level_of, levels_in
from .venue_books import Listed, Told, Venue, split_pair

GEMINI_DEPTH = Descriptor(
    id="gemini",
    family="gemini",
    kind="depth",
    rank=4,
    default_url="https://api.gemini.com",
    url_setting="GEMINI_URL",
    # 120 a minute, one a second advised. Source: https://docs.gemini.com/rate-limit
    limits=(Limit(120, MINUTE_S, "public"),),
    limits_setting="GEMINI_LIMITS",
)


def _level(row: JsonValue) -> Level:
    return level_of(numbers.mapping(row))


def _told(body: JsonValue) -> Told:
    # The times of levels are those of their last change, not of the book.
    row = numbers.mapping(body)
    return Told(levels_in(row.get("bids"), "bids", _level), levels_in(row.get("asks"), "asks", _level), None)


def _listed(body: JsonValue) -> Iterator[Listed]:
    if not isinstance(body, list) or not all(isinstance(name, str) for name in body):
        raise Unreadable("a list of names was expected")
    for name in map(str, body):
        yield (name, *split_pair(name))


GEMINI = Venue(
    descriptor=GEMINI_DEPTH,
    # Source: https://docs.gemini.com/rest/market-data#get-current-order-book
    book=lambda pair, levels: (f"/v1/book/{pair}", {"limit_bids": str(levels), "limit_asks": str(levels)}),
    told=_told,
    unknown=("InvalidSymbol", "Supplied value", "is not a valid"),
    # Source: https://docs.gemini.com/rest/market-data#list-symbols
    markets=("/v1/symbols", {}),
    listed=_listed,
)
