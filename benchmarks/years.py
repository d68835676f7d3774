"""A year of hourly candles of one token, uncached: as they come in, hour by hour, and once months that are over are in order."""

import statistics
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pg8000.native

from local.platform import Platform
from local.postgres import DATABASE

from .asking import get
from .errors import MeasurementError
from .findings import Finding, at_most
from .ours import pid_of
from .plan import Plan
from .processes import processor_s
from .ratios import spread
from .scenarios import NO_CACHE

_HOURS = 365 * 24
_MONTHS = 13
_FULL_ROUNDS = 7
_ASKED = 5
"""Tokens in a round, of which the median counts: another one each time, so that nobody's pages are at hand."""
_MEDIAN = at_most(30)

# As `refresh_candles` leaves them: all series of an hour, then those of the next one.
_STORE = """
    INSERT INTO intraday_candles (series_id, source_id, closed, opened_at, known_at, open, high, low, close, volume, turnover)
    SELECT series_id, (SELECT min(source_id) FROM candle_sources), true, at, at + interval '61 minutes', first, greatest(first, last) * 1.01,
        least(first, last) * 0.99, last, round((random() * 100000)::numeric, 4), round((random() * 1e8)::numeric, 4)
    FROM (
        SELECT series_id, at, round((13.7 * series_id * (1 + random() / 10))::numeric, 8) AS first,
            round((13.7 * series_id * (1 + random() / 10))::numeric, 8) AS last
        FROM generate_series(CAST(:begins AS timestamptz), CAST(:ends AS timestamptz) - interval '1 hour', interval '1 hour') AS at,
            (SELECT series_id FROM candle_series WHERE interval_s = 3600 AND token_id LIKE 'year-%') AS series
        ORDER BY at, series_id
    ) AS hour
"""
_SIZES = """
    SELECT sum(pg_total_relation_size(inhrelid)) / 1000000.0, (SELECT count(*) FROM intraday_candles) / 1000000.0
    FROM pg_inherits WHERE inhparent = 'intraday_candles'::regclass
"""


def years(platform: Platform, plan: Plan) -> list[Finding]:
    """Measure the answer before and after, what a million hours take on the disk, and what putting a month in order costs."""
    series = 1_000 if plan.rounds >= _FULL_ROUNDS else 100
    with closing(
        pg8000.native.Connection("postgres", unix_sock=platform.database_socket, database=DATABASE)
    ) as database:
        now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        begins = _stored(database, series, now)
        (scattered, _), size_before = _rounds(platform, plan, series, now, first=1), _megabytes(database)
        took = [_ordered(database, month) for month in begins[:-1]]
        (in_order, worked), size_after = (
            _rounds(platform, plan, series, now, first=1 + series // 2),
            _megabytes(database),
        )
    work = f"a year of hours of one of {series} tokens, uncached, CSV"
    size = "storage of a million hourly candles"
    return [
        Finding(work=f"{work}, as they came in", figure="first to last byte", unit="ms", ours=spread(scattered)),
        Finding(
            work=f"{work}, months in order",
            figure="first to last byte",
            unit="ms",
            ours=spread(in_order),
            bound=_MEDIAN,
        ),
        Finding(
            work=f"{work}, months in order",
            figure="processor time, PostgreSQL's too",
            unit="ms",
            ours=spread([worked]),
        ),
        Finding(work=f"{size}, as they came in", figure="rows and index", unit="MB", ours=spread([size_before])),
        Finding(work=f"{size}, months in order", figure="rows and index", unit="MB", ours=spread([size_after])),
        Finding(work="putting a month of candles in order", figure="writers wait", unit="s", ours=spread(took)),
    ]


def _stored(database: pg8000.native.Connection, series: int, now: datetime) -> list[datetime]:
    """Store thirteen months up to a moment, and return when each begins."""
    database.run(
        "INSERT INTO tokens (token_id, symbol, name, provisional, first_seen_at, last_seen_at)"
        " SELECT 'year-' || n, 'Y' || n, 'Year ' || n, false, now(), now() FROM generate_series(1, :series) AS n",
        series=series,
    )
    database.run(
        "INSERT INTO candle_series (token_id, interval_s, refreshed_at)"
        " SELECT token_id, 3600, now() FROM tokens WHERE token_id LIKE 'year-%'"
    )
    begins = [now.replace(day=1, hour=0)]
    while len(begins) < _MONTHS:
        begins.insert(0, (begins[0] - timedelta(days=1)).replace(day=1))
    for begin, end in zip(begins, [*begins[1:], now], strict=True):
        database.run("SELECT ensure_month_of('intraday_candles', 'opened_at', :month)", month=begin)
        if begin < end:
            database.run(_STORE, begins=begin, ends=end)
    database.run("VACUUM (ANALYZE) intraday_candles")
    return begins


def _rounds(platform: Platform, plan: Plan, series: int, now: datetime, *, first: int) -> tuple[list[float], float]:
    """Return each round's median of milliseconds, and the mean of the processor's, of the function and of PostgreSQL."""
    asked = f"interval=1h&format=csv&from={(now - timedelta(hours=_HOURS)).timestamp():.0f}&to={now.timestamp():.0f}"
    url = platform.function_url("market")
    for warming in range(2):
        _answered(url, f"id=year-{first + warming}&{asked}")
    tokens = iter(range(first + 2, first + series // 2 - 1))
    servers = [pid_of(platform.child(name)) for name in ("market", "postgres")]
    worked = sum(map(processor_s, servers))
    rounds = min(plan.rounds, (series // 2 - 4) // _ASKED)
    medians = [
        statistics.median(_answered(url, f"id=year-{next(tokens)}&{asked}") for _ in range(_ASKED))
        for _ in range(rounds)
    ]
    worked = sum(map(processor_s, servers)) - worked
    return medians, worked * 1000 / (rounds * _ASKED)


def _answered(url: str, query: str) -> float:
    began = time.perf_counter()
    answer = get(url, f"/api/v1/market/ohlc?{query}", NO_CACHE)
    took = (time.perf_counter() - began) * 1000
    rows = answer.body.count(b"\n") - 1
    if answer.status != 200 or rows != _HOURS:
        raise MeasurementError(f"a year has {_HOURS} hours, the answer {answer.status} with {rows}")
    return took


def _ordered(database: pg8000.native.Connection, month: datetime) -> float:
    began = time.perf_counter()
    database.run("SELECT order_candles_of(:month)", month=month)
    return time.perf_counter() - began


def _megabytes(database: pg8000.native.Connection) -> float:
    [[megabytes, millions]] = database.run(_SIZES)
    return float(megabytes / millions)
