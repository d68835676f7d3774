"""The layouts of CSV files, as what their columns are called; the first row says which one it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from shared.records.candles import Interval
from shared.records.market import QuoteCurrency

Role = Literal["time", "close_time", "open", "high", "low", "close", "volume", "turnover", "token", "interval"]
_OHLC: Mapping[Role, tuple[str, ...]] = MappingProxyType(
    {"open": ("open",), "high": ("high",), "low": ("low",), "close": ("close",)}
)
KLINE = (
    "open_time",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "close_time",
    "quote_volume",
    "count",
    "taker_buy_volume",
    "taker_buy_quote_volume",
    "ignore",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One way in which candles are written; where it does not say something, the caller has to."""

    name: str
    signature: frozenset[str]
    """Columns, in lower case, by which it is recognised."""
    roles: Mapping[Role, tuple[str, ...]]
    """What each fact may be called, the best name first; a name that ends in * is the beginning of one."""
    provider: str | None = None
    quote_currency: QuoteCurrency = "usd"
    interval: Interval | None = None
    zero_is_unknown: bool = False
    """Whether a volume of zero stands for no knowledge of it, also where the price did not move."""
    day_first: bool = False
    either_unit: bool = False
    names_are_ours: bool = False
    """Whether its tokens are called as we call them."""
    optional: frozenset[Role] = field(default=frozenset({"close_time", "volume", "turnover", "token", "interval"}))


BINANCE = Layout(
    name="binance",
    signature=frozenset({"open_time", "close_time"}),
    roles={
        **_OHLC,
        "time": ("open_time",),
        "close_time": ("close_time",),
        "volume": ("volume",),
        "turnover": ("quote_volume", "quote_asset_volume"),
    },
    provider="binance",
    quote_currency="usdt",
    either_unit=True,
)
"""Source: https://github.com/binance/binance-public-data (klines; microseconds from 2025 on, the header only in some files)"""

CRYPTODATADOWNLOAD = Layout(
    name="cryptodatadownload",
    signature=frozenset({"unix", "date", "symbol", "open", "high", "low", "close"}),
    # The volume of the quote currency comes second, and is called by its name.
    roles={
        **_OHLC,
        "time": ("unix",),
        "volume": ("volume *",),
        "turnover": ("volume usdt", "volume usd"),
        "token": ("symbol",),
    },
    provider="cryptodatadownload",
    quote_currency="usdt",
)
"""Source: https://www.cryptodatadownload.com/data/binance/"""

KAGGLE = Layout(
    name="kaggle",
    signature=frozenset({"sno", "symbol", "date", "high", "low", "open", "close", "marketcap"}),
    roles={**_OHLC, "time": ("date",), "turnover": ("volume",), "token": ("symbol",)},
    provider="coinmarketcap",
    interval="1d",
    zero_is_unknown=True,
)
"""Source: https://www.kaggle.com/datasets/sudalairajkumar/cryptocurrencypricehistory (order High, Low, Open, Close; day ends)"""

COINMARKETCAP = Layout(
    name="coinmarketcap",
    signature=frozenset({"slug", "ranknow", "date", "open", "high", "low", "close"}),
    roles={**_OHLC, "time": ("date",), "turnover": ("volume",), "token": ("slug",)},
    provider="coinmarketcap",
    interval="1d",
    zero_is_unknown=True,
    day_first=True,
)
"""Source: https://www.kaggle.com/datasets/jessevent/all-crypto-currencies (written by the R package `crypto`)"""

GENERIC = Layout(
    name="ohlcv",
    signature=frozenset(),
    roles={
        "time": ("opened_at", "open_time", "timestamp", "time", "datetime", "unix", "date", "t"),
        "open": ("open", "o"),
        "high": ("high", "h"),
        "low": ("low", "l"),
        "close": ("close", "c"),
        "volume": ("volume", "v", "vol"),
        "turnover": ("turnover", "quote_volume", "volume_usd"),
        "token": ("token_id", "token"),
        "interval": ("interval",),
    },
    provider="file",
    names_are_ours=True,
)

LAYOUTS = (BINANCE, CRYPTODATADOWNLOAD, KAGGLE, COINMARKETCAP, GENERIC)
"""The more particular ones first."""


def layout_of(header: Sequence[str]) -> Layout | None:
    """Return the layout that a first row announces, `None` when it announces none."""
    if is_headless_kline(header):
        return BINANCE
    names = {name.strip().lower() for name in header}
    return next((each for each in LAYOUTS if each.signature <= names and not missing_in(each, header)), None)


def is_headless_kline(row: Sequence[str]) -> bool:
    """Return whether a first row is one of Binance's without a header: twelve numbers, two of them times."""
    return len(row) == len(KLINE) and all(len(row[at]) in (13, 16) and row[at].isdecimal() for at in (0, 6))


def columns_of(layout: Layout, header: Sequence[str]) -> dict[Role, int]:
    """Return where each fact stands."""
    names = list(KLINE) if is_headless_kline(header) else [name.strip().lower() for name in header]
    found = {role: _place(wanted, names) for role, wanted in layout.roles.items()}
    return {role: place for role, place in found.items() if place is not None}


def missing_in(layout: Layout, header: Sequence[str]) -> list[Role]:
    """Return the facts that a layout cannot do without and a header does not have."""
    found = columns_of(layout, header)
    return [role for role in layout.roles if role not in found and role not in layout.optional]


def _place(wanted: Sequence[str], names: Sequence[str]) -> int | None:
    for name in wanted:
        for place, present in enumerate(names):
            if present == name or (name.endswith("*") and present.startswith(name[:-1])):
                return place
    return None
