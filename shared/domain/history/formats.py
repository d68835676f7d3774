"""Every layout of files that can be imported, by name, and which one a file is in."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Literal, TypeAlias

from shared.core.errors import FileRefusedError
from shared.records.candles import CandleRecord
from shared.records.chains import ChainMetric
from shared.records.points import PricePoint

from . import csv_candles, json_candles, metrics, parquet, plain_parquet, points
from .asking import Ask
from .csv_rows import header_in
from .layouts import LAYOUTS, Layout, layout_of
from .plain_csv import Columns, columns_in
from .refusals import Tally

Kind = Literal["candles", "points", "metrics"]
Fact: TypeAlias = CandleRecord | PricePoint | ChainMetric


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is being read."""

    path: Path
    stream: BinaryIO


Reads: TypeAlias = Callable[[Source, Ask, Tally], Iterator[Fact]]


@dataclass(frozen=True, slots=True)
class Format:
    """One layout: its name on the command line, what it holds, how it is read."""

    name: str
    kind: Kind
    describes: str
    read: Reads
    layout: Layout | None = None
    """Of its columns, where the format says it."""
    columns: Callable[[Source], Columns] | None = None
    """How it is read by columns, as long as it is plain."""


def _streamed(read: Callable[[BinaryIO, Ask, Tally], Iterator[Fact]]) -> Reads:
    return lambda source, ask, tally: read(source.stream, ask, tally)


_DESCRIBED = {
    "binance": "klines of data.binance.vision, with and without a header, ms or µs",
    "cryptodatadownload": "CryptoDataDownload",
    "kaggle": "Kaggle's cryptocurrencypricehistory: High, Low, Open, Close, day ends",
    "coinmarketcap": "what the R package crypto wrote: dates as 28/4/2013",
    "ohlcv": "CSV with columns time, open, high, low, close, and perhaps volume, turnover, token_id, interval",
}
_CSV = tuple(
    Format(
        layout.name,
        "candles",
        _DESCRIBED[layout.name],
        _streamed(partial(csv_candles.read, name=layout.name)),
        layout,
        lambda source: columns_in(source.stream),
    )
    for layout in LAYOUTS
)
_OTHERS = (
    Format("binance-json", "candles", "arrays as Binance answers them", _streamed(json_candles.read_klines)),
    Format("ohlcv-json", "candles", "a list of objects t, o, h, l, c, v", _streamed(json_candles.read_objects)),
    Format(
        "parquet",
        "candles",
        "Parquet with the columns of ohlcv",
        lambda source, *rest: parquet.read(source.path, *rest),
        columns=lambda source: plain_parquet.columns_in(source.path),
    ),
    Format("coingecko-csv", "points", "the export of CoinGecko's site", _streamed(points.read_export)),
    Format("coingecko-json", "points", "CoinGecko's market_chart", _streamed(points.read_chart)),
    Format("coinmetrics", "metrics", "Coin Metrics' community CSV", _streamed(metrics.read_table)),
    Format("coinmetrics-2019", "metrics", "the same before July 2019", _streamed(metrics.read_old_table)),
    Format(
        "glassnode-csv", "metrics", "a download of Glassnode: t and one metric", _streamed(metrics.read_glassnode_csv)
    ),
    Format("glassnode-json", "metrics", "Glassnode's {t, v}", _streamed(metrics.read_glassnode)),
    Format("blockchain-com", "metrics", "charts of blockchain.com", _streamed(metrics.read_blockchain_com)),
)
FORMATS: Mapping[str, Format] = MappingProxyType({each.name: each for each in (*_CSV, *_OTHERS)})


def detected(head: bytes, file: str) -> Format:
    """Return the format of a file that begins like this.

    Raises:
        FileRefusedError: it is none of ours.
    """
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if parquet.is_parquet(head):
        return FORMATS["parquet"]
    name = _json_format(text) if text[:1] in (b"[", b"{") else _csv_format(head)
    if name is None:
        raise FileRefusedError(
            file, f"is in none of the layouts that we know: {', '.join(FORMATS)}; --format names one", code="format"
        )
    return FORMATS[name]


def _csv_format(head: bytes) -> str | None:
    header = header_in(head) or []
    names = tuple(name.strip().lower() for name in header)
    if names == points.EXPORT:
        return "coingecko-csv"
    if metrics.is_table(names):
        return "coinmetrics"
    if metrics.is_old_table(names):
        return "coinmetrics-2019"
    layout = layout_of(header)
    return layout.name if layout else "glassnode-csv" if names[:1] == ("t",) and len(names) == 2 else None


def _json_format(text: bytes) -> str | None:
    if text[:1] == b"{":
        if b'"prices"' in text:
            return "coingecko-json"
        return "blockchain-com" if b'"metric1"' in text or b'"values"' in text else None
    item = text[1:].lstrip()
    if item[:1] == b"[":
        return "binance-json"
    members = _members(item)
    return "glassnode-json" if members == {"t", "v"} else "ohlcv-json" if members else None


def _members(text: bytes) -> set[str]:
    try:
        item, _ = json.JSONDecoder().raw_decode(text.decode(errors="replace"))
    except ValueError:
        return set()
    return set(item) if isinstance(item, dict) else set()
