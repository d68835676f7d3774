"""Bitfinex's tickers: lists without names, funding and perpetuals between the pairs, three letters for what has four elsewhere."""

from collections.abc import Iterator

from shared.providers import numbers
from shared.providers.contract import MINUTE_S, Descriptor, Limit
from shared.providers.numbers import JsonValue, Row, Unreadable

from .venue_tickers import Ticker, TickerList, percent

BITFINEX_TICKERS = Descriptor(
    id="bitfinex",
    family="bitfinex",
    rank=9,
    spare=True,
    default_url="https://api-pub.bitfinex.com",
    url_setting="BITFINEX_URL",
    # 90 a minute for tickers, 240 for books: what all kinds share is what books have.
    # Source: https://docs.bitfinex.com/reference/rest-public-tickers
    limits=(Limit(240, MINUTE_S, "public"),),
    limits_setting="BITFINEX_LIMITS",
)
_CELLS = ("symbol", "bid", "bid_size", "ask", "ask_size", "change", "share", "last", "volume", "high", "low")
_SHORT = 6
_NAMES = {
    "ALG": "ALGO",
    "DSH": "DASH",
    "IOT": "IOTA",
    "MNA": "MANA",
    "QTM": "QTUM",
    "TSD": "TUSD",
    "UDC": "USDC",
    "UST": "USDT",
}
"""Source: https://docs.bitfinex.com/reference/rest-public-conf (pub:map:currency:sym)."""


def _tickers(body: JsonValue) -> Iterator[Ticker]:
    """Yield the trading pairs (`t…`); funding (`f…`) has other cells, and perpetuals are quoted in `USTF0`.

    Pairs in tethers, `UST` there, stay in their own currency and so are dropped: the names that are learnt are also those
    of books, which tell dollars from tethers by the ending `USDT`.
    """
    if not isinstance(body, list):
        raise Unreadable("a list of tickers was expected")
    for cells in body:
        row = _named(cells)
        if row is None:
            continue
        name = numbers.text(row, "symbol")
        symbol, quote = _parts(name.removeprefix("t"))
        yield Ticker(
            name=name,
            symbol=_NAMES.get(symbol, symbol),
            quote=quote,
            last=numbers.price(row, "last"),
            high=numbers.price(row, "high"),
            low=numbers.price(row, "low"),
            # In the base currency: the turnover is not told.
            traded=numbers.amount(row, "volume"),
            change_pct=percent(row, "share"),
        )


def _named(cells: JsonValue) -> Row | None:
    if not isinstance(cells, list) or not cells or not isinstance(cells[0], str):
        raise Unreadable("a ticker is no list that begins with its name")
    if not cells[0].startswith("t"):
        return None
    if len(cells) != len(_CELLS):
        raise Unreadable(f"a ticker of {len(cells)} cells")
    return dict(zip(_CELLS, cells, strict=True))


def _parts(pair: str) -> tuple[str, str]:
    """Divide `BTCUSD` and `DUSK:USD`; of six letters three are the currency's."""
    if ":" in pair:
        symbol, _, quote = pair.partition(":")
        return symbol, quote
    return (pair[:3], pair[3:]) if len(pair) == _SHORT else (pair, "")


BITFINEX = TickerList(
    descriptor=BITFINEX_TICKERS,
    # Source: https://docs.bitfinex.com/reference/rest-public-tickers
    path="/v2/tickers",
    params={"symbols": "ALL"},
    tickers=_tickers,
)
