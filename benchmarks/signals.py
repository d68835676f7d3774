"""Data points and a whole refresh of signals for 6,000 tokens: `python -m benchmarks.signals`.

Processor seconds are told beside wall seconds, because a shared machine's wall seconds say little.
"""

import asyncio
import resource
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psutil

from functions.refresh_signals.refresh import SignalsRefresh
from local.child import Child
from local.postgres import DATABASE, OWNER, WRITER, Postgres
from migrations.runner import upgrade
from shared.cache.embedded import EmbeddedDocuments
from shared.core.clock import SystemClock
from shared.core.settings import DatabaseSettings
from shared.db.engine import Database
from shared.domain.datapoints.numeric.bars import bars_of
from shared.domain.datapoints.numeric.technical import histories, latest
from shared.domain.panels.panel import Panel
from shared.domain.panels.reading import CHUNK
from shared.http.refresh import Occasion

TOKENS, DAYS, WITH_CANDLES = 6_000, 400, 500
"""Exchanges list some hundred tokens; of the others aggregators tell a price a day."""

_SEED = f"""
    INSERT INTO tokens (token_id, symbol, name, provisional, first_seen_at, last_seen_at)
        SELECT CASE n WHEN 1 THEN 'bitcoin' ELSE 'token-' || n END, 'T' || n, 'Token ' || n, false, now(), now()
        FROM generate_series(1, {TOKENS}) AS n;
    INSERT INTO candle_series (token_id, interval_s, refreshed_at) SELECT token_id, 86400, now() FROM tokens;
    INSERT INTO candle_sources (provider, quote_currency, preference) VALUES ('bench', 'usd', 1);
    INSERT INTO price_points (resolution_s, token_id, bucket, observed_at, price_usd, market_cap_usd, volume_24h_usd)
        SELECT 86400, token_id, day, day + interval '30 s',
            round(CAST(100 * exp(sum((random() - 0.5) * 0.15) OVER (PARTITION BY token_id ORDER BY day)) AS numeric), 6),
            round(CAST(1e8 * (0.5 + random()) AS numeric)), round(CAST(1e6 * (0.5 + random()) AS numeric))
        FROM tokens, generate_series(date_trunc('day', now()) - interval '{DAYS - 1} days', date_trunc('day', now()), '1 day') AS day;
    INSERT INTO candles (series_id, source_id, closed, opened_at, known_at, open, high, low, close, turnover)
        SELECT series_id, 1, true, bucket - interval '1 day', bucket, price_usd, price_usd * 1.03, price_usd * 0.97, price_usd * 1.01,
            volume_24h_usd
        FROM price_points JOIN candle_series USING (token_id) WHERE series_id <= {WITH_CANDLES} ORDER BY 1, 4;
    INSERT INTO quotes (token_id, price_usd, market_cap_usd, volume_24h_usd, change_1h_pct, change_24h_pct, rank, as_of, priced_at,
            facts_provider, sources, source_prices, data_source, refreshed_at)
        SELECT token_id, 100, 1e8, 1e6, 1, 2, series_id, now(), now(), 'bench', '{{bench}}', '[]', 'sandbox', now() FROM candle_series
"""  # noqa: S608


def computing() -> None:
    """Print what all data points of daily bars cost, the last day and the whole history."""
    panels = [_walk(seed) for seed in range(TOKENS // CHUNK)]
    for name, made in (("the last day", latest), ("whole history", histories)):
        began = time.process_time()
        for panel in panels:
            for _ in made(bars_of(panel, panel.close[:, 0])):
                pass
        print(f"{TOKENS:,} x {DAYS}, {name}: {time.process_time() - began:.1f} s processor, peak {_peak_mb():.0f} MB")


async def refreshing(folder: Path) -> None:
    """Print what a refresh costs, first and repeated, from its beginning to committed rows."""
    postgres = Postgres(folder, folder / "postgres.log")
    postgres.prepare()
    server = Child(postgres.program())
    try:
        server.start()
        server.wait_ready()
        postgres.bootstrap()
        await asyncio.to_thread(_seeded, postgres)
        await _runs(postgres, server.pid or 0, folder)
    finally:
        server.kill()
        postgres.tidy()


async def _runs(postgres: Postgres, server: int, folder: Path) -> None:
    clock = SystemClock()
    database = Database(_settings(postgres, WRITER), read_only=False)
    documents = EmbeddedDocuments(folder / "documents.db", clock=clock)
    refresh = SignalsRefresh(database=database, documents=documents, clock=clock, source="sandbox")
    for number in range(3):
        theirs, ours, wall = _used(server), time.process_time(), time.perf_counter()
        report = await refresh.run(Occasion(f"bench {number} {datetime.now(UTC)}"))
        spent = f"{time.process_time() - ours:.1f} s ours, {_since(theirs, _used(server)):.1f} s PostgreSQL's"
        print(
            f"refresh {number + 1}: {report.rows} tokens, {time.perf_counter() - wall:.1f} s; processor {spent}; {report.steps}"
        )
    await database.close()
    await documents.close()


def _seeded(postgres: Postgres) -> None:
    import pg8000.native

    upgrade(_settings(postgres, OWNER))
    with closing(pg8000.native.Connection("postgres", unix_sock=postgres.socket, database=DATABASE)) as connection:
        for statement in (*_SEED.split(";"), "ANALYZE"):
            connection.run(statement)


def _settings(postgres: Postgres, user: str) -> DatabaseSettings:
    return DatabaseSettings(
        instance=None,
        socket_path=postgres.socket,
        host=None,
        port=5432,
        name=DATABASE,
        user=user,
        pool_size=1,
        max_overflow=0,
        pre_ping=True,
    )


def _walk(seed: int) -> Panel:
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0, 0.04, (DAYS, CHUNK)), axis=0))
    today = np.datetime64("2026-03-01")
    ids = tuple(f"token-{number}" for number in range(CHUNK))
    plain = Panel(
        days=np.arange(today - DAYS, today),
        token_ids=ids,
        open=close,
        high=close * 1.03,
        low=close * 0.97,
        close=close,
        volume_usd=1e6 * np.exp(random.normal(0, 0.4, close.shape)),
        market_cap_usd=close * 1e6,
    )
    return replace(plain, open=close * 1.01)


def _used(pid: int) -> dict[int, float]:
    """Return the processor seconds of each of PostgreSQL's processes."""
    return {each.pid: sum(each.cpu_times()[:2]) for each in psutil.Process(pid).children(recursive=True)}


def _since(before: dict[int, float], now: dict[int, float]) -> float:
    """Return what was used meanwhile by processes that are still there."""
    return sum(used - before.get(pid, 0.0) for pid, used in now.items())


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if "refresh" not in sys.argv:
        computing()
    with tempfile.TemporaryDirectory(prefix="prism-bench-") as place:
        asyncio.run(refreshing(Path(place)))
