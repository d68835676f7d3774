"""Data points and the whole five-minute refresh of signals for 6,000 tokens: `nox -s bench -- --only signals`.

Processor seconds are told beside wall seconds, because a shared machine's wall seconds say little.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from functions.refresh_signals.refresh import SignalsRefresh
from local.child import Child
from local.postgres import DATABASE, OWNER, WRITER, Postgres
from migrations.runner import upgrade
from shared.cache.embedded import EmbeddedDocuments
from shared.core.clock import SystemClock
from shared.core.settings import DatabaseSettings
from shared.db.engine import Database
from shared.http.refresh import Occasion
from tools.manifests import ROOT

from .errors import MeasurementError
from .findings import Finding, at_most
from .plan import Plan
from .ratios import spread
from .signals_alone import DAYS, TOKENS

WITH_CANDLES = 500
"""Exchanges list some hundred tokens; of the others aggregators tell a price a day."""
_COMPUTING, _MEMORY, _REFRESH = at_most(4), at_most(400), at_most(15)
_WITHIN_S = 300

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


def signals(plan: Plan) -> list[Finding]:
    """Measure all data points in a process of their own, and the refresh from its beginning to committed rows."""
    return [*_computing(plan), *asyncio.run(_refreshing(plan))]


def _computing(plan: Plan) -> list[Finding]:
    runs = [_alone() for _ in range(plan.refreshes)]
    whole = _alone("histories")
    work = f"data points of {TOKENS:,} tokens x {DAYS} days"
    seconds, peaks = (spread([run[name] for run in runs]) for name in ("seconds", "peak_mb"))
    return [
        Finding(work=work, figure="processor", unit="s", ours=seconds, bound=_COMPUTING),
        Finding(work=work, figure="peak resident set", unit="MB", ours=peaks, bound=_MEMORY),
        Finding(work=f"{work}, of every day", figure="processor", unit="s", ours=spread([whole["seconds"]])),
    ]


def _alone(*more: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.signals_alone", *more],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=_WITHIN_S,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


async def _refreshing(plan: Plan) -> list[Finding]:
    folder = plan.folder / "signals"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    postgres = Postgres(folder, folder / "postgres.log")
    postgres.prepare()
    server = Child(postgres.program())
    try:
        server.start()
        server.wait_ready()
        postgres.bootstrap()
        await asyncio.to_thread(_seeded, postgres)
        first, *later = await _runs(postgres, server.pid or 0, folder, count=plan.refreshes + 1)
    finally:
        server.kill()
        postgres.tidy()
    return [*_findings(", all made anew", [first]), *_findings(", within the hour", later)]


def _findings(which: str, runs: Sequence["_Run"]) -> list[Finding]:
    work = f"refresh of signals of {TOKENS:,} tokens{which}"
    walls, ours, theirs = (spread([getattr(run, name) for run in runs]) for name in ("wall", "ours", "theirs"))
    both = spread([run.ours + run.theirs for run in runs])
    return [
        Finding(work=work, figure="start to committed rows", unit="s", ours=walls, bound=_REFRESH),
        # So much it would take on a single core that has nothing else to do.
        Finding(work=work, figure="processor, both", unit="s", ours=both, bound=_REFRESH),
        Finding(work=work, figure="processor, ours", unit="s", ours=ours),
        Finding(work=work, figure="processor, PostgreSQL's", unit="s", ours=theirs),
    ]


@dataclass(frozen=True, slots=True)
class _Run:
    """Seconds."""

    wall: float
    ours: float
    theirs: float


async def _runs(postgres: Postgres, server: int, folder: Path, *, count: int) -> list[_Run]:
    clock = SystemClock()
    database = Database(_settings(postgres, WRITER), read_only=False)
    documents = EmbeddedDocuments(folder / "documents.db", clock=clock)
    refresh = SignalsRefresh(database=database, documents=documents, clock=clock, source="sandbox")
    runs = []
    for number in range(count):
        theirs, ours, wall = _used(server), time.process_time(), time.perf_counter()
        report = await refresh.run(Occasion(f"bench {number} {datetime.now(UTC)}"))
        spent = time.perf_counter() - wall, time.process_time() - ours, _since(theirs, _used(server))
        if report.rows != TOKENS:
            raise MeasurementError(f"{report.rows} tokens were judged, not {TOKENS}: {report.detail}")
        runs.append(_Run(*spent))
        print(f"refresh of signals {number + 1}: {report.steps}", flush=True)
    await database.close()
    await documents.close()
    return runs


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


def _used(pid: int) -> dict[int, float]:
    """Return the processor seconds of each of PostgreSQL's processes."""
    return {each.pid: sum(each.cpu_times()[:2]) for each in psutil.Process(pid).children(recursive=True)}


def _since(before: dict[int, float], now: dict[int, float]) -> float:
    """Return what was used meanwhile by processes that are still there."""
    return sum(used - before.get(pid, 0.0) for pid, used in now.items())
