"""Kraken's tickers: all pairs in one answer, cells that are lists of today and of a day; the change is today's alone."""

from collections.abc import Iterator

from shared.providers import numbers
from shared.providers.contract import MINUTE_S, Descriptor, Limit
from shared.providers.numbers import JsonValue, Row, Unreadable

from .venue_tickers import Ticker, TickerList

KRAKEN_TICKERS = Descriptor(
    id="kraken",
    family="kraken",
    rank=8,
    spare=True,
    default_url="https://api.kraken.com",
    url_setting="KRAKEN_URL",
    # About one a second for each address. Source: https://docs.kraken.com/api/docs/guides/spot-rest-ratelimits
    limits=(Limit(60, MINUTE_S, "public"),),
    limits_setting="KRAKEN_LIMITS",
)
_DAY = 1
"""In a cell of two: today, and the last 24 hours."""
_OLD_ASSET = 4
_NAMES = {"XBT": "BTC", "XDG": "DOGE"}
_OWN = {name: own for own, name in _NAMES.items()}


def _tickers(body: JsonValue) -> Iterator[Ticker]:
    """Yield the pairs under the names by which candles and books are asked for: `BTC/USD` is `XBTUSD`.

    What is learnt of a name is shared by all kinds.
    """
    for name, value in numbers.mapping(numbers.mapping(body).get("result")).items():
        row = numbers.mapping(value)
        symbol, quote = _parts(name)
        yield Ticker(
            name=f"{_OWN.get(symbol, symbol)}{quote}",
            symbol=symbol,
            quote=quote,
            last=numbers.price(_cell(row, "c", 0), "c"),
            high=numbers.price(_cell(row, "h", _DAY), "h"),
            low=numbers.price(_cell(row, "l", _DAY), "l"),
            # In the base currency: the turnover is not told.
            traded=numbers.amount(_cell(row, "v", _DAY), "v"),
        )


def _cell(row: Row, name: str, at: int) -> Row:
    cells = row.get(name)
    if not isinstance(cells, list) or len(cells) <= at:
        raise Unreadable(f"'{name}' is no list of {at + 1}")
    return {name: cells[at]}


def _parts(name: str) -> tuple[str, str]:
    """Divide `BTC/USD`, and `XXBTZUSD`, `USDTZUSD`, `ADAUSD` of the older version; `AAVE/USD:BTNL` is another venue's."""
    symbol, slash, quote = name.partition("/")
    if not slash:
        symbol, quote = _split(name)
    return _NAMES.get(symbol, symbol), quote


def _split(name: str) -> tuple[str, str]:
    if name.endswith("ZUSD") and len(name) == 2 * _OLD_ASSET:
        asset = name[:_OLD_ASSET]
        return (asset[1:] if asset[0] in "XZ" else asset), "USD"
    quote = next((each for each in ("USDT", "USD") if name.endswith(each)), "")
    return name.removesuffix(quote), quote


KRAKEN = TickerList(
    descriptor=KRAKEN_TICKERS,
    # Source: https://docs.kraken.com/api/docs/rest-api/get-ticker-information (without a pair: all of them)
    path="/0/public/Ticker",
    # Names with a slash.
    params={"assetVersion": "1"},
    tickers=_tickers,
)
