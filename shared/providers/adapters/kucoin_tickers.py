"""KuCoin's tickers: all pairs in an envelope whose code is text; the change is a share of one."""

from collections.abc import Iterator

from shared.providers import numbers
from shared.providers.contract import Descriptor, Limit
from shared.providers.moments import moment
from shared.providers.numbers import JsonValue, Unreadable

from .venue_tickers import Ticker, TickerList, percent

KUCOIN_TICKERS = Descriptor(
    id="kucoin",
    family="kucoin",
    rank=7,
    spare=True,
    default_url="https://api.kucoin.com",
    url_setting="KUCOIN_URL",
    # 2,000 units in 30 s for each address; the list takes fifteen, a book four. Counted as books are.
    # Source: https://www.kucoin.com/docs-new/rate-limit
    limits=(Limit(500, 30, "public"),),
    limits_setting="KUCOIN_LIMITS",
)
_FINE = "200000"


def _tickers(body: JsonValue) -> Iterator[Ticker]:
    envelope = numbers.mapping(body)
    if envelope.get("code") != _FINE:
        raise Unreadable(f"its code is {envelope.get('code')}")
    data = numbers.mapping(envelope.get("data"))
    # Answers of before 2020 have no time.
    at = moment(data, "time")
    for row in numbers.rows_of(data.get("ticker")):
        name = numbers.text(row, "symbol")
        symbol, _, quote = name.rpartition("-")
        yield Ticker(
            name=name,
            symbol=symbol,
            quote=quote,
            last=numbers.price(row, "last"),
            high=numbers.price(row, "high"),
            low=numbers.price(row, "low"),
            traded=numbers.amount(row, "vol"),
            turnover=numbers.amount(row, "volValue"),
            change_pct=percent(row, "changeRate"),
            at=at,
        )


KUCOIN = TickerList(
    descriptor=KUCOIN_TICKERS,
    # Source: https://www.kucoin.com/docs-new/rest/spot-trading/market-data/get-all-tickers
    path="/api/v1/market/allTickers",
    params={},
    tickers=_tickers,
)
