"""KuCoin's books: in an envelope whose code is text; old answers list asks from the dearest."""

from collections.abc import Iterator

from shared.providers import numbers
from shared.providers.contract import Descriptor, Limit
from shared.providers.moments import moment
from shared.providers.numbers import JsonValue, Row, Unreadable

from .books import levels_in
from .venue_books import Listed, Told, Venue

KUCOIN_DEPTH = Descriptor(
    id="kucoin",
    family="kucoin",
    kind="depth",
    rank=5,
    default_url="https://api.kucoin.com",
    url_setting="KUCOIN_URL",
    # 2,000 units in 30 s for each address, of which a book of 100 levels takes four.
    # Source: https://www.kucoin.com/docs-new/rate-limit
    limits=(Limit(500, 30, "public"),),
    limits_setting="KUCOIN_LIMITS",
)
_FINE = "200000"


def _data(body: JsonValue) -> JsonValue:
    envelope = numbers.mapping(body)
    if envelope.get("code") != _FINE:
        raise Unreadable(f"its code is {envelope.get('code')}")
    return envelope.get("data")


def _told(body: JsonValue) -> Told:
    row = numbers.mapping(_data(body))
    return Told(levels_in(row.get("bids"), "bids"), levels_in(row.get("asks"), "asks"), moment(row, "time"))


def _listed(body: JsonValue) -> Iterator[Listed]:
    for row in numbers.rows_of(_data(body)):
        if row.get("enableTrading") is True:
            yield _pair(row)


def _pair(row: Row) -> Listed:
    return numbers.text(row, "symbol"), numbers.text(row, "baseCurrency"), numbers.text(row, "quoteCurrency")


KUCOIN = Venue(
    descriptor=KUCOIN_DEPTH,
    # Source: https://www.kucoin.com/docs-new/rest/spot-trading/market-data/get-part-orderbook
    book=lambda pair, levels: ("/api/v1/market/orderbook/level2_100", {"symbol": pair}),
    told=_told,
    unknown=("not exist", "Unsupported trading pair", "symbol"),
    # Source: https://www.kucoin.com/docs-new/rest/spot-trading/market-data/get-all-symbols
    markets=("/api/v2/symbols", {}),
    listed=_listed,
)
