"""Daily metrics of chains, as Coin Metrics, Glassnode and blockchain.com let one download them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, BinaryIO, cast

from shared.core.errors import InvalidParameterError
from shared.domain.candles.checking import EARLIEST
from shared.domain.chains.catalogue import CHAINS
from shared.records.chains import METRICS, ChainMetric, Metric

from .asking import Ask
from .csv_rows import sheet_of
from .json_items import document, items
from .numbers import optional
from .refusals import BadRow, Tally
from .series import Order
from .times import EPOCH, TimeColumn

_DAY = timedelta(days=1)
_TERA = Decimal(10) ** 12
_ONE = Decimal(1)
Unit = tuple[Metric, Decimal]
"""A metric, and what a value has to be multiplied by to be in its unit."""

TABLE: Mapping[str, Unit] = MappingProxyType(
    {
        "adractcnt": ("active_addresses", _ONE),
        "txcnt": ("transactions", _ONE),
        "feetotusd": ("fees_usd", _ONE),
        "feetotntv": ("fees_native", _ONE),
        "splycur": ("supply", _ONE),
        "hashrate": ("hash_rate", _TERA),
        "diffmean": ("difficulty", _ONE),
    }
)
"""Columns of Coin Metrics' community CSV. Source: https://github.com/coinmetrics/data (metrics.csv)"""
OLD_TABLE: Mapping[str, Unit] = MappingProxyType(
    {
        "activeaddresses": ("active_addresses", _ONE),
        "txcount": ("transactions", _ONE),
        "fees": ("fees_native", _ONE),
        "averagedifficulty": ("difficulty", _ONE),
    }
)
"""Its columns before July 2019; `exchangeVolume(USD)` was trading, not flow."""
CHARTS: Mapping[str, Unit] = MappingProxyType(
    {
        "n-transactions": ("transactions", _ONE),
        "n-unique-addresses": ("active_addresses", _ONE),
        "hash-rate": ("hash_rate", _TERA),
        "difficulty": ("difficulty", _ONE),
        "Confirmed Transactions Per Day": ("transactions", _ONE),
        "Unique Addresses Used": ("active_addresses", _ONE),
        "Hash Rate": ("hash_rate", _TERA),
        "Difficulty": ("difficulty", _ONE),
    }
)
"""Charts of blockchain.com by their names on the site and in the interface."""


def is_table(names: Sequence[str]) -> bool:
    """Return whether a header, in lower case, is that of Coin Metrics."""
    return "time" in names and "open" not in names and bool(TABLE.keys() & set(names))


def is_old_table(names: Sequence[str]) -> bool:
    """Return whether a header is that of its older files."""
    return names[:1] == ("date",) and "txcount" in names and "generatedcoins" in names


def read_table(stream: BinaryIO, ask: Ask, tally: Tally) -> Iterator[ChainMetric]:
    """Yield the metrics of Coin Metrics' community CSV.

    Raises:
        FileRefusedError: it is something else, or a row is bad and not to be skipped.
        InvalidParameterError: nobody says which chain it is.
    """
    return _table(stream, ask, tally, TABLE, time="time")


def read_old_table(stream: BinaryIO, ask: Ask, tally: Tally) -> Iterator[ChainMetric]:
    """Yield the metrics of its files from before July 2019; raises what `read_table` raises."""
    return _table(stream, ask, tally, OLD_TABLE, time="date")


def read_glassnode_csv(stream: BinaryIO, ask: Ask, tally: Tally) -> Iterator[ChainMetric]:
    """Yield one metric of a download of Glassnode: a column `t` and one that has the metric, which the caller names.

    Raises:
        FileRefusedError: it is something else, or a row is bad and not to be skipped.
        InvalidParameterError: nobody says which chain and which metric it is.
    """
    days, unit = _Days(ask, tally, "glassnode"), _named(ask, tally)
    for line, (time, value) in sheet_of(stream, tally).rows:
        yield from days.metrics(line, time, [(unit, value)])


def read_glassnode(stream: BinaryIO, ask: Ask, tally: Tally) -> Iterator[ChainMetric]:
    """Yield one metric of an answer of Glassnode; raises what `read_glassnode_csv` raises.

    Source: https://docs.glassnode.com/basic-api/api (t in seconds)
    """
    days, unit = _Days(ask, tally, "glassnode"), _named(ask, tally)
    for place, point in items(stream, tally):
        time, value = _members(point, "t", "v")
        yield from days.metrics(place, time, [(unit, value)])


def read_blockchain_com(stream: BinaryIO, ask: Ask, tally: Tally) -> Iterator[ChainMetric]:
    """Yield one metric of a chart of blockchain.com, as the site exports it or the interface answers it.

    Raises:
        FileRefusedError: it is something else, shows means of several days, or a point is bad and not to be skipped.

    Source: https://www.blockchain.com/explorer/api/charts_api
    """
    chart = document(stream, tally)
    name, values = _chart(chart, tally)
    if name not in CHARTS:
        raise tally.refuse_all(f"holds '{name}', which is none of {', '.join(CHARTS)}", code="metric")
    days = _Days(ask, tally, "blockchain_com")
    for place, point in enumerate(values, 1):
        time, value = _members(point, "x", "y")
        yield from days.metrics(place, time, [(CHARTS[name], value)])


def _table(
    stream: BinaryIO, ask: Ask, tally: Tally, columns: Mapping[str, Unit], *, time: str
) -> Iterator[ChainMetric]:
    sheet, days = sheet_of(stream, tally), _Days(ask, tally, "coinmetrics")
    names = [name.strip().lower() for name in sheet.header]
    if time not in names or not columns.keys() & set(names):
        raise tally.refuse_all(f"has no columns {time} and, for example, {next(iter(columns))}", code="columns", line=1)
    at = names.index(time)
    wanted = [(columns[name], place) for place, name in enumerate(names) if name in columns]
    for line, row in sheet.rows:
        yield from days.metrics(line, row[at], [(unit, row[place]) for unit, place in wanted])


class _Days:
    """Reads the days of one file."""

    def __init__(self, ask: Ask, tally: Tally, source: str) -> None:
        if ask.token is None or ask.token not in CHAINS:
            told = f"{tally.file} does not say which chain it is of: give --token, one of {', '.join(CHAINS)}"
            raise InvalidParameterError("token", told, ask.token)
        self._chain = CHAINS[ask.token]
        self._known_at = ask.known_at
        self._source = ask.provider or source
        self._tally = tally
        self._times = TimeColumn()
        self._order = Order()

    def metrics(self, line: int, time: str, values: Iterable[tuple[Unit, str]]) -> list[ChainMetric]:
        """Return what a row says of its day, all of it or nothing; blank fields say nothing."""
        self._tally.read += 1
        try:
            day = self._day(time)
            found = tuple((unit, value) for unit, text in values if (value := _value(text)) is not None)
            if not self._order.admits(None, day, found):
                self._tally.repeated += 1
                return []
        except BadRow as why:
            self._tally.refuse(line, why)
            return []
        if day + _DAY > self._known_at:
            self._tally.unfinished += 1
            return []
        return [self._metric(unit, day, value) for unit, value in found if unit[0] in self._chain.metrics]

    def _day(self, time: str) -> datetime:
        day = self._times.read(time)
        if not EARLIEST <= day <= self._known_at:
            raise BadRow("future" if day > EARLIEST else "impossible_time", repr(time))
        if (day - EPOCH) % _DAY:
            raise BadRow("off_grid", f"{day:%Y-%m-%d %H:%M:%S} is not the beginning of a day")
        return day

    def _metric(self, unit: Unit, day: datetime, value: Decimal) -> ChainMetric:
        metric, factor = unit
        return ChainMetric(
            chain=self._chain.id,
            metric=metric,
            resolution="day",
            observed_at=day,
            known_at=self._known_at,
            value=value * factor if factor != _ONE else value,
            source=self._source,
        )


def _value(text: str) -> Decimal | None:
    value = optional(text)
    if value is not None and value < 0:
        raise BadRow("negative_volume", text)
    return value


def _named(ask: Ask, tally: Tally) -> Unit:
    if ask.metric not in METRICS:
        told = f"{tally.file} does not say which metric it holds: give --metric, one of {', '.join(METRICS)}"
        raise InvalidParameterError("metric", told, ask.metric)
    return cast("Metric", ask.metric), _ONE


def _members(point: Any, time: str, value: str) -> tuple[str, str]:
    if not isinstance(point, dict):
        return "", ""
    told = point.get(value)
    return str(point.get(time, "")), "" if told is None else str(told)


def _chart(chart: Any, tally: Tally) -> tuple[str, list[Any]]:
    if not isinstance(chart, dict):
        raise tally.refuse_all("is no chart", code="columns")
    if chart.get("average", "1d") != "1d":
        raise tally.refuse_all(f"shows means of {chart['average']}, not days", code="smoothed")
    name = str(chart.get("metric1", chart.get("name", "")))
    values = chart.get(name, chart.get("values"))
    if not isinstance(values, list):
        raise tally.refuse_all("is no chart", code="columns")
    return name, values
