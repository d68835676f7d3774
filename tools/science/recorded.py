"""Real daily history with capitalisations, from three recorded sets, as one panel."""

import csv
import gzip
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from shared.domain.datapoints.kinds import follows_another, kind_of
from shared.domain.panels.panel import Panel

Day = tuple[float, float, float, float, float, float]
"""Open, high, low, close, volume, capitalisation; NaN where unknown."""
Series = dict[date, Day]
_SET_ENDS = (date(2018, 3, 25), date(2021, 3, 31))
"""Where a set stops telling of all its tokens at once: that is no delisting, so they leave the ranking before."""
_LEAVES_DAYS = 45
_NAN = float("nan")
_UNKNOWN: Day = (_NAN,) * 6
_NAMES = {"btc": "bitcoin", "eth": "ethereum", "xrp": "xrp"}


def recorded_market(folder: Path) -> tuple[Panel, frozenset[str]]:
    """Return the panel, its tokens named by their symbols but for bitcoin, and which of them only follow another price.

    Where sets tell of the same token and day, the one with opening prices counts; a token is the one of its symbol, which these sets allow.
    """
    series: dict[str, Series] = {}
    names: dict[str, str] = {}
    for symbol, name, days in _all(folder):
        token = _NAMES.get(symbol, symbol)
        names.setdefault(token, name)
        held = series.setdefault(token, {})
        for day, values in days.items():
            held.setdefault(day, values)
    for days in series.values():
        _leave_before_the_set_ends(days)
    excluded = frozenset(token for token, name in names.items() if follows_another(kind_of(token, name)))
    return _panel(series), excluded


def own_prices(panel: Panel, excluded: Collection[str]) -> Panel:
    """Return the panel of the tokens that follow no other price."""
    kept = [at for at, name in enumerate(panel.token_ids) if name not in excluded]
    fields = ("open", "high", "low", "close", "volume_usd", "market_cap_usd")
    columns = {name: getattr(panel, name)[:, kept] for name in fields}
    return Panel(days=panel.days, token_ids=tuple(panel.token_ids[at] for at in kept), **columns)


def _leave_before_the_set_ends(days: Series) -> None:
    last = max(days)
    if any(abs(last - end) <= timedelta(days=3) for end in _SET_ENDS):
        for day in [each for each in days if last - each < timedelta(days=_LEAVES_DAYS)]:
            days[day] = (*days[day][:5], _NAN)


def _all(folder: Path) -> Iterator[tuple[str, str, Series]]:
    for file in sorted((folder / "kaggle_cryptocurrencypricehistory").glob("*.csv.gz")):
        rows = list(_rows(file))
        days = {
            _day(row["Date"][:10]): _values(row, "Open", "High", "Low", "Close", "Volume", "Marketcap") for row in rows
        }
        yield rows[0]["Symbol"].lower(), rows[0]["Name"], days
    yield from _crypto_markets(folder / "cmc_44_coins_2018" / "crypto-markets.csv.gz")
    for file in sorted((folder / "coingecko_export_85_tokens").glob("*.csv.gz")):
        symbol = file.name.split(".")[0]
        yield symbol, symbol, dict(_exported(file))


def _crypto_markets(file: Path) -> Iterator[tuple[str, str, Series]]:
    coins: dict[tuple[str, str], Series] = {}
    for row in _rows(file):
        day = datetime.strptime(row["date"], "%d/%m/%Y").date()  # noqa: DTZ007  a day has no zone
        values = _values(row, "open", "high", "low", "close", "volume", "market")
        coins.setdefault((row["symbol"].lower(), row["name"]), {})[day] = values
    yield from ((symbol, name, days) for (symbol, name), days in coins.items())


def _exported(file: Path) -> Iterator[tuple[date, Day]]:
    for row in _rows(file):
        # A price at midnight closes the day before; the last row may be one of now.
        if row["snapped_at"].endswith("00:00:00 UTC"):
            close, cap, volume = (_number(row[name]) for name in ("price", "market_cap", "total_volume"))
            yield _day(row["snapped_at"][:10]) - timedelta(days=1), (_NAN, _NAN, _NAN, close, volume, cap)


def _rows(file: Path) -> Iterator[Mapping[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


def _values(row: Mapping[str, str], *names: str) -> Day:
    one, two, three, four, five, six = (_number(row[name]) for name in names)
    return (one, two, three, four, five, six)


def _number(text: str) -> float:
    """Return a number; empty and zero stand for unknown in these sets."""
    value = float(text or "nan")
    return value if value > 0 else _NAN


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _panel(series: Mapping[str, Series]) -> Panel:
    every = [day for each in series.values() for day in each]
    first, last = min(every), max(every)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    values = np.array([[each.get(day, _UNKNOWN) for each in series.values()] for day in days])
    open_, high, low, close, volume, cap = np.ascontiguousarray(values.transpose(2, 0, 1))
    return Panel(
        days=np.array(days, dtype="datetime64[D]"),
        token_ids=tuple(series),
        open=open_,
        high=high,
        low=low,
        close=close,
        volume_usd=volume,
        market_cap_usd=cap,
    )
