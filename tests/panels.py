"""Panels for tests: random walks, the sandbox's seeded market, recorded real history, and the way of any of them into PostgreSQL."""

import csv
import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import cache
from io import BytesIO
from math import isfinite
from pathlib import Path

import numpy as np
import pytest

from sandbox.market import Market
from shared.domain.panels.panel import FloatArray, Panel
from tests.clocks import NOON
from tests.databases import Place
from tests.recordings import RECORDED

_KAGGLE = RECORDED / "kaggle_cryptocurrencypricehistory"
_COINGECKO = RECORDED / "coingecko_export_85_tokens"
_BINANCE = RECORDED / "binance_spot_1d_klines"
needs_history = pytest.mark.skipif(
    not (_KAGGLE.is_dir() and _COINGECKO.is_dir() and _BINANCE.is_dir()),
    reason="no recorded history: set CRYPTOPRISM_RECORDED to a folder that has the daily sets",
)
Day = tuple[float, float, float, float, float, float]
"""Open, high, low, close, volume and capitalisation in dollars; NaN where unknown."""
_UNKNOWN: Day = (np.nan, np.nan, np.nan, np.nan, np.nan, np.nan)
_DAY = np.timedelta64(1, "D")


def panel_of(close: FloatArray, *, last: datetime = NOON, **fields: FloatArray) -> Panel:
    """Return a panel of (days, tokens) closing prices whose last day is the one before `last`; what is not given is plain:
    days open where the one before closed, reach no further than that, and trade a million."""
    opened = np.vstack([close[:1], close[:-1]])
    opened = np.where(np.isnan(opened), close, opened)
    end = np.datetime64(last.replace(tzinfo=None), "D")
    made: dict[str, FloatArray] = {
        "open": opened,
        "high": np.maximum(opened, close),
        "low": np.minimum(opened, close),
        "volume_usd": np.where(np.isnan(close), np.nan, 1e6),
        "market_cap_usd": close * 1e6,
    } | fields
    ids = tuple("bitcoin" if number == 0 else f"token-{number}" for number in range(close.shape[1]))
    return Panel(days=np.arange(end - close.shape[0], end), token_ids=ids, close=close, **made)


def walks(days: int, tokens: int, *, seed: int = 7, volatility: float = 0.04, last: datetime = NOON) -> Panel:
    """Return random walks without drift, with days' ranges, and volumes that grow with the move; the first is called bitcoin."""
    random = np.random.default_rng(seed)
    moves = random.normal(0, volatility, (days, tokens))
    close = random.uniform(0.01, 1000, tokens) * np.exp(np.cumsum(moves, axis=0))
    opened = np.vstack([close[:1], close[:-1]]) * np.exp(random.normal(0, volatility / 8, (days, tokens)))
    reach = np.abs(random.normal(0, volatility / 2, (2, days, tokens)))
    volume = random.uniform(1e4, 1e8, tokens) * np.exp(random.normal(0, 0.3, (days, tokens)) + 5 * np.abs(moves))
    return panel_of(
        close,
        last=last,
        open=opened,
        high=np.maximum(opened, close) * np.exp(reach[0]),
        low=np.minimum(opened, close) * np.exp(-reach[1]),
        volume_usd=volume,
        market_cap_usd=close * random.uniform(1e5, 1e9, tokens),
    )


def sandbox_panel(
    days: int, tokens: int, *, seed: int = 7, last: datetime = NOON, samples: int = 6
) -> tuple[Panel, Market]:
    """Return the sandbox's true market, each day seen at `samples` moments, and the market that knows its phases."""
    market = Market(seed, tokens)
    end = last.replace(hour=0, minute=0, second=0, microsecond=0)
    step = timedelta(days=1) / samples
    moments = [end - timedelta(days=days) + step * number for number in range(days * samples + 1)]
    seen = market.prices(moments)
    by_day = np.stack([seen[offset : offset + days * samples : samples] for offset in range(samples)])
    close = seen[samples::samples]
    whole = np.concatenate([by_day, close[None]])
    ends = [market.at(moment) for moment in moments[samples::samples]]
    panel = Panel(
        days=np.arange(
            np.datetime64(end.replace(tzinfo=None), "D") - days, np.datetime64(end.replace(tzinfo=None), "D")
        ),
        token_ids=tuple(token.id for token in market.tokens),
        open=by_day[0],
        high=np.max(whole, axis=0),
        low=np.min(whole, axis=0),
        close=close,
        volume_usd=np.array([each.volume for each in ends]),
        market_cap_usd=np.array([each.market_cap for each in ends]),
    )
    return panel, market


def recorded_panel(*, days: int | None = None) -> Panel:
    """Return real daily history of all recorded sets side by side, ids named `<set>:<file>`; unknown where a set is silent."""
    return _together(_recorded(), days)


@cache
def _recorded() -> Mapping[str, Mapping[np.datetime64, Day]]:
    series: dict[str, Mapping[np.datetime64, Day]] = {}
    for folder, pattern, read in _SETS:
        for path in sorted(folder.glob(pattern)):
            series[f"{folder.name.split('_')[0]}:{path.name.split('.')[0]}"] = dict(read(path))
    return series


def recorded_candles(symbol: str = "btcusdt") -> Panel:
    """Return one pair's real daily candles of Binance, without the unfinished last one."""
    return _together({"bitcoin": dict(_klines(_BINANCE / f"{symbol}_1d.json.gz"))}, None)


def _together(series: Mapping[str, Mapping[np.datetime64, Day]], days: int | None) -> Panel:
    known = [day for each in series.values() for day in each]
    first, last = min(known), max(known)
    every = np.arange(first, last + _DAY)[-(days or 100_000) :]
    values = np.array([[each.get(day, _UNKNOWN) for each in series.values()] for day in every])
    fields = np.ascontiguousarray(values.transpose(2, 0, 1))
    return Panel(
        days=every,
        token_ids=tuple(series),
        open=fields[0],
        high=fields[1],
        low=fields[2],
        close=fields[3],
        volume_usd=fields[4],
        market_cap_usd=fields[5],
    )


def _number(text: str) -> float:
    """Return a number; empty and zero stand for unknown in these sets."""
    value = float(text or "nan")
    return value if value > 0 else float("nan")


def _exported(path: Path) -> Iterable[tuple[np.datetime64, Day]]:
    with gzip.open(path, "rt") as lines:
        for row in csv.DictReader(lines):
            if row["snapped_at"].endswith("00:00:00 UTC"):
                # A price at midnight closes the day before.
                day = np.datetime64(date.fromisoformat(row["snapped_at"][:10]) - timedelta(days=1), "D")
                price = _number(row["price"])
                yield day, (np.nan, np.nan, np.nan, price, _number(row["total_volume"]), _number(row["market_cap"]))


def _kaggle(path: Path) -> Iterable[tuple[np.datetime64, Day]]:
    with gzip.open(path, "rt") as lines:
        for row in csv.DictReader(lines):
            numbers = [_number(row[name]) for name in ("Open", "High", "Low", "Close", "Volume", "Marketcap")]
            yield np.datetime64(row["Date"][:10], "D"), tuple(numbers)  # type: ignore[misc]


def _klines(path: Path) -> Iterable[tuple[np.datetime64, Day]]:
    with gzip.open(path, "rt") as lines:
        rows = json.load(lines)
    for row in rows[:-1]:
        day = np.datetime64(int(row[0]) // 86_400_000, "D")
        open_, high, low, close, volume = (_number(row[at]) for at in (1, 2, 3, 4, 7))
        yield day, (open_, high, low, close, volume, np.nan)


_Read = Callable[[Path], Iterable[tuple[np.datetime64, Day]]]
_SETS: tuple[tuple[Path, str, _Read], ...] = (
    (_KAGGLE, "*.csv.gz", _kaggle),
    (_COINGECKO, "*.csv.gz", _exported),
    (_BINANCE, "*_1d.json.gz", _klines),
)


def store(place: Place, panel: Panel, *, known_at: datetime | None = None, quoted: bool = True) -> None:
    """Put a panel into PostgreSQL: candles where a day is known whole, daily prices for closes and capitalisations.

    Tokens without a quote get one at the last close, ranked in the panel's order.
    """
    known = known_at or datetime(2009, 1, 3, tzinfo=UTC)
    _copied(place, "tokens (token_id, symbol, name, provisional, first_seen_at, last_seen_at)", _tokens(panel, known))
    place.run(
        "INSERT INTO candle_series (token_id, interval_s, refreshed_at)"  # noqa: S608 the test's own
        f" SELECT token_id, 86400, '{known}' FROM tokens ON CONFLICT DO NOTHING"
    )
    place.run(
        "INSERT INTO candle_sources (provider, quote_currency, preference) VALUES ('test', 'usd', 1) ON CONFLICT DO NOTHING"
    )
    series = {str(name): number for number, name in place.run("SELECT series_id, token_id FROM candle_series")}
    columns = "(series_id, source_id, closed, opened_at, known_at, open, high, low, close, turnover)"
    _copied(place, f"candles {columns}", _candles(panel, series, known))
    points = "price_points (resolution_s, token_id, bucket, observed_at, price_usd, market_cap_usd, volume_24h_usd)"
    _copied(place, points, _points(panel))
    if quoted:
        _copied(place, _QUOTES, _quotes(panel))
    place.run("ANALYZE candles; ANALYZE price_points; ANALYZE candle_series")


_QUOTES = (
    "quotes (token_id, price_usd, market_cap_usd, volume_24h_usd, change_1h_pct, change_24h_pct, rank, as_of, priced_at,"
    " facts_provider, sources, source_prices, data_source, refreshed_at)"
)


def _copied(place: Place, target: str, lines: Iterable[str]) -> None:
    import pg8000.native

    # There is no TLS on a socket; otherwise it would read all of the system's certificates first, 25 ms each time.
    connected = pg8000.native.Connection(
        "postgres", unix_sock=place.server.socket, database=place.name, ssl_context=False
    )
    with closing(connected) as connection:
        connection.run(f"COPY {target} FROM STDIN", stream=BytesIO("\n".join([*lines, ""]).encode()))


def _text(value: float) -> str:
    return repr(value) if isfinite(value) else r"\N"


def _tokens(panel: Panel, known: datetime) -> Iterable[str]:
    return (f"{name}\t{name[:8].upper()}\t{name.title()}\tf\t{known}\t{known}" for name in panel.token_ids)


def _candles(panel: Panel, series: Mapping[str, object], known: datetime) -> Iterable[str]:
    prices = np.stack([panel.open, panel.high, panel.low, panel.close], axis=-1)
    numbers = np.concatenate([prices, panel.volume_usd[..., None]], axis=-1)
    for column, row, told in _rows(numbers, np.asarray(np.isfinite(prices).all(axis=-1))):
        yield f"{series[panel.token_ids[column]]}\t1\tt\t{panel.days[row]} 00:00Z\t{known}\t{told}"


def _points(panel: Panel) -> Iterable[str]:
    numbers = np.stack([panel.close, panel.market_cap_usd, panel.volume_usd], axis=-1)
    afters = [str(day + _DAY) for day in panel.days]
    for column, row, told in _rows(numbers, np.isfinite(panel.close)):
        yield f"86400\t{panel.token_ids[column]}\t{afters[row]} 00:00Z\t{afters[row]} 00:00:30Z\t{told}"


def _rows(numbers: FloatArray, wanted: np.ndarray) -> Iterable[tuple[int, int, str]]:
    """Yield token, day and numbers as COPY reads them, of (days, tokens, fields) numbers, token by token."""
    tokens, days = np.nonzero(wanted.T)
    for column, row, told in zip(tokens.tolist(), days.tolist(), numbers[days, tokens].tolist(), strict=True):
        yield column, row, "\t".join(map(_text, told))


def _quotes(panel: Panel) -> Iterable[str]:
    at = f"{panel.days[-1] + _DAY} 00:05Z"
    for column, name in enumerate(panel.token_ids):
        known = panel.close[:, column][np.isfinite(panel.close[:, column])]
        if len(known):
            cap, volume = panel.market_cap_usd[-1, column], panel.volume_usd[-1, column]
            day = (known[-1] / known[-2] - 1) * 100 if len(known) > 1 else np.nan
            numbers = "\t".join(map(_text, map(float, (known[-1], cap, volume, day / 24, day))))
            yield f"{name}\t{numbers}\t{column + 1}\t{at}\t{at}\ttest\t{{test}}\t[]\tsandbox\t{at}"
