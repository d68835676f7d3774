"""OKX's tickers, as they are and as its versions 1 to 3 wrote them: other names for the same cells."""

from collections.abc import Iterator

from shared.providers import numbers
from shared.providers.contract import MINUTE_S, Descriptor, Limit
from shared.providers.moments import moment
from shared.providers.numbers import JsonValue, Row, Unreadable

from .venue_tickers import Ticker, TickerList

OKX_TICKERS = Descriptor(
    id="okx",
    family="okx",
    rank=6,
    spare=True,
    default_url="https://www.okx.com",
    url_setting="OKX_URL",
    # 20 in two seconds for each address, and 40 for books: what all kinds share is what books have.
    # Source: https://www.okx.com/docs-v5/en/#order-book-trading-market-data-get-tickers
    limits=(Limit(1200, MINUTE_S, "public"),),
    limits_setting="OKX_LIMITS",
)
_FINE = ("0", 0)
_NAME = ("instId", "instrument_id", "symbol")
_HIGH = ("high24h", "high_24h", "high")
_LOW = ("low24h", "low_24h", "low")
_TRADED = ("vol24h", "base_volume_24h", "vol", "volume")
_TURNOVER = ("volCcy24h", "quote_volume_24h")
_AT = ("ts", "timestamp", "createdDate", "date")


def _tickers(body: JsonValue) -> Iterator[Ticker]:
    rows, shared = _rows(body)
    for row in rows:
        name = numbers.text(row, _spelt(row, _NAME))
        symbol, _, quote = name.replace("_", "-").rpartition("-")
        yield Ticker(
            name=name,
            symbol=symbol,
            quote=quote,
            # Of what was never traded the last price is blank.
            last=numbers.price(row, "last") if row.get("last") != "" else None,
            high=numbers.price(row, _spelt(row, _HIGH)) if row.get(_spelt(row, _HIGH)) != "" else None,
            low=numbers.price(row, _spelt(row, _LOW)) if row.get(_spelt(row, _LOW)) != "" else None,
            traded=numbers.amount(row, _spelt(row, _TRADED)),
            turnover=numbers.amount(row, _spelt(row, _TURNOVER)),
            at=moment(row, _spelt(row, _AT)) or moment(shared, "date"),
        )


def _rows(body: JsonValue) -> tuple[list[Row], Row]:
    """Return the rows and what stands beside them: version 3 had nothing, version 1 the time of all."""
    if isinstance(body, list):
        return numbers.rows_of(body), {}
    envelope = numbers.mapping(body)
    if "tickers" in envelope:
        return numbers.rows_of(envelope["tickers"]), envelope
    if envelope.get("code") not in _FINE:
        raise Unreadable(f"its code is {envelope.get('code')}")
    return numbers.rows_of(envelope.get("data")), {}


def _spelt(row: Row, names: tuple[str, ...]) -> str:
    return next((name for name in names if name in row), names[0])


OKX = TickerList(
    descriptor=OKX_TICKERS,
    # Source: https://www.okx.com/docs-v5/en/#order-book-trading-market-data-get-tickers
    path="/api/v5/market/tickers",
    params={"instType": "SPOT"},
    tickers=_tickers,
)
