"""One long file of candles: from the command to every row committed, into the database of a platform that runs; then `years`."""

import random
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pg8000.native

from local.platform import Platform
from local.postgres import DATABASE
from tools.manifests import ROOT

from .errors import MeasurementError
from .findings import Finding, at_most
from .ours import pid_of, running_platform
from .plan import SERVER_CORE, Plan
from .processes import pin, processor_s, watched
from .ratios import spread
from .years import years

SERIES, DAYS = 400, 1_500
_WALL, _MEMORY = at_most(20), at_most(300)
_FIRST = datetime(2020, 1, 1, tzinfo=UTC)
_IMPORT_WITHIN_S = 300


def imports(plan: Plan) -> list[Finding]:
    """Measure the first import of a file and, as nothing is new then, the same again."""
    rows = SERIES * DAYS
    file = plan.folder / "candles.csv"
    plan.folder.mkdir(parents=True, exist_ok=True)
    _write(file)
    with running_platform(plan.folder / "platform-imports", tokens=50) as platform:
        first, again = _import(platform, file), _import(platform, file)
        _check_stored(platform, rows)
        history = years(platform, plan)
    work = f"import of {rows:,} daily candles"
    return [
        Finding(work=f"{work}, CSV", figure="command to end", unit="s", ours=spread([first[0]]), bound=_WALL),
        Finding(work=f"{work}, CSV", figure="processor time, PostgreSQL's too", unit="s", ours=spread([first[2]])),
        Finding(work=f"{work}, CSV", figure="peak proportional set", unit="MB", ours=spread([first[1]]), bound=_MEMORY),
        Finding(
            work=f"{work}, the same again", figure="command to end", unit="s", ours=spread([again[0]]), bound=_WALL
        ),
        *history,
    ]


def _write(file: Path) -> None:
    walk = random.Random(1)
    days = [f"{_FIRST + timedelta(days=day):%Y-%m-%d}" for day in range(DAYS)]
    with file.open("w", encoding="utf-8") as target:
        target.write("token_id,time,open,high,low,close,volume\n")
        for series in range(SERIES):
            price = walk.uniform(0.01, 50_000)
            for day in days:
                close = max(price * (1 + walk.gauss(0, 0.03)), 1e-6)
                high, low = max(price, close) * 1.01, min(price, close) * 0.99
                volume = walk.uniform(1, 1e6)
                target.write(f"bench-{series},{day},{price:.8f},{high:.8f},{low:.8f},{close:.8f},{volume:.4f}\n")
                price = close


def _import(platform: Platform, file: Path) -> tuple[float, float, float]:
    """Return the seconds and the megabytes that the command took, and the processor's seconds of it and of PostgreSQL."""
    data = ["--data", str(platform.options.folder), "--file", str(file), "--interval", "1d"]
    postgres = pid_of(platform.child("postgres"))
    worked = processor_s(postgres) + _children_s()
    began = time.perf_counter()
    with (
        subprocess.Popen(
            [sys.executable, "-m", "local.backfill", *data], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as command,
        watched(command.pid) as peak,
    ):
        pin(command.pid, SERVER_CORE)
        said, _ = command.communicate(timeout=_IMPORT_WITHIN_S)
    if command.returncode:
        raise MeasurementError(f"the import ended with status {command.returncode}: {said[-500:]}")
    took = time.perf_counter() - began
    return took, peak.mb, processor_s(postgres) + _children_s() - worked


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _check_stored(platform: Platform, rows: int) -> None:
    database = pg8000.native.Connection("postgres", unix_sock=platform.database_socket, database=DATABASE)
    try:
        [[count]] = database.run(
            "SELECT count(*) FROM candles JOIN candle_series USING (series_id) WHERE token_id LIKE 'bench-%'"
        )
    finally:
        database.close()
    if count != rows:
        raise MeasurementError(f"{count} candles were stored, not {rows}")
