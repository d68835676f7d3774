"""A refresh killed at any of its steps and delivered again: no duplicate, no lost row."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.serving import Served, serve
from tests.clocks import SteppingClock
from tests.databases import Place
from tests.markets import market_over

KEY = "refresh-market@2026-03-01T12:00:00Z"
STEPS = ("claim", "fetch", "match", "agree", "store", "push", "warm", "finish")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Served]:
    with serve(seed=7, tokens=60) as served:
        yield served


def command(step: str, sandbox: Served, place: Place, folder: Path) -> list[str]:
    arguments = [sandbox.url, str(place.writer.socket_path), place.name, str(folder / "documents.db"), KEY, step]
    return [sys.executable, "-m", "tests.integration.dying_refresh", *arguments]


def killed_at(step: str, sandbox: Served, place: Place, folder: Path) -> int:
    started = command(step, sandbox, place, folder)
    return subprocess.run(started, cwd=ROOT, check=False, timeout=60, capture_output=True).returncode


@pytest.mark.parametrize("step", STEPS)
async def test_a_run_killed_at_a_step_is_made_whole_by_its_next_delivery(
    step: str, sandbox: Served, place: Place, tmp_path: Path
) -> None:
    assert killed_at(step, sandbox, place, tmp_path) == -signal.SIGKILL
    later = SteppingClock(datetime.now(UTC) + timedelta(minutes=2))

    async with market_over(sandbox, place, tmp_path, clock=later) as market:
        report = await market.run(KEY)

        assert report.outcome in ("succeeded", "degraded")
        assert market.count("quotes") > 50
        assert market.count("quotes") == market.count("(SELECT DISTINCT token_id FROM quotes) q")
        assert market.count("price_points WHERE resolution_s = 300") >= market.count("quotes")
        assert market.count("price_points") == market.count(
            "(SELECT DISTINCT resolution_s, token_id, bucket FROM price_points) p"
        )
        status = await market.refresh.documents.get("refresh_status/refresh_market")
        assert status is not None


async def test_a_delivery_within_the_dead_ones_lease_waits_for_the_next(
    sandbox: Served, place: Place, tmp_path: Path
) -> None:
    killed_at("fetch", sandbox, place, tmp_path)

    async with market_over(sandbox, place, tmp_path) as market:
        report = await market.run(KEY)
        following = await market.run(KEY.replace("12:00", "12:01"))

        assert report.outcome == "running"
        assert following.outcome in ("succeeded", "degraded")


async def test_a_run_killed_inside_its_transaction_leaves_nothing_half_written(
    sandbox: Served, place: Place, tmp_path: Path
) -> None:
    kill_half_way(sandbox, place, tmp_path)
    later = SteppingClock(datetime.now(UTC) + timedelta(minutes=2))

    async with market_over(sandbox, place, tmp_path, clock=later) as market:
        assert market.count("quotes") == 0
        report = await market.run(KEY)

        assert report.outcome in ("succeeded", "degraded")
        assert market.count("quotes") > 50


def kill_half_way(sandbox: Served, place: Place, folder: Path) -> None:
    """Let a run get through half of its statements, to a table that is held, and kill it there."""
    holder = place.server.connected(place.name)
    holder.run("BEGIN; LOCK TABLE rankings IN ACCESS EXCLUSIVE MODE")
    dying = subprocess.Popen(command("never", sandbox, place, folder), cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        _wait_until(lambda: bool(holder.run("SELECT 1 FROM pg_locks WHERE NOT granted")))
    finally:
        dying.kill()
        dying.wait()
    holder.run("ROLLBACK")
    holder.close()


def _wait_until(true: Callable[[], bool], *, within_s: float = 30) -> None:
    until = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.02)
