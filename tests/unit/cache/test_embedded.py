"""What is special in the embedded store: one file, several processes, housekeeping."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from shared.cache.embedded import EmbeddedDocuments
from tests.clocks import NOON, SteppingClock

PATIENCE = timedelta(seconds=30)

RACER = """
import asyncio, sys
from datetime import timedelta
from shared.cache.embedded import EmbeddedDocuments
from shared.core.clock import SystemClock

async def race(file, me):
    store = EmbeddedDocuments(file, clock=SystemClock(), timeout=timedelta(seconds=30))
    print("ready", flush=True)
    sys.stdin.readline()
    await store.create("live/counter", {"value": 0})
    won = [number for number in range(60) if await store.create(f"leases/{number}", {"owner": me})]
    added = 0
    while added < 60:
        counter = await store.get("live/counter")
        added += await store.replace("live/counter", {"value": counter.fields["value"] + 1}, version=counter.version)
    await store.close()
    print(len(won))

asyncio.run(race(*sys.argv[1:]))
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "documents.db"


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
async def store(file: Path, clock: SteppingClock) -> AsyncIterator[EmbeddedDocuments]:
    opened = EmbeddedDocuments(file, clock=clock, timeout=PATIENCE)
    yield opened
    await opened.close()


def paths_in(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [path for (path,) in connection.execute("SELECT path FROM documents ORDER BY path")]


def is_there(path: Path) -> bool:
    return path.exists()


def threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("documents")}


def start_racer(file: Path, name: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", RACER, str(file), name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


async def test_processes_on_one_file_never_both_win(store: EmbeddedDocuments, file: Path) -> None:
    racers = [start_racer(file, name) for name in ("a", "b", "c")]
    ready = [racer.stdout.readline() for racer in racers if racer.stdout is not None]

    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    won = [int(racer.communicate(timeout=60)[0]) for racer in racers]

    counter = await store.get("live/counter")
    assert ready == ["ready\n"] * 3
    assert sum(won) == 60
    assert counter is not None
    assert counter.fields == {"value": 180}


async def test_new_file_is_opened_by_many_at_once(tmp_path: Path) -> None:
    for attempt in range(10):
        file = tmp_path / str(attempt) / "documents.db"
        stores = [EmbeddedDocuments(file, clock=SteppingClock(), timeout=PATIENCE) for _ in range(8)]

        won = await asyncio.gather(*(store.create("leases/a", {}) for store in stores))
        await asyncio.gather(*(store.close() for store in stores))

        assert won.count(True) == 1


async def test_nothing_is_opened_before_the_first_call(store: EmbeddedDocuments, file: Path) -> None:
    before = is_there(file.parent)

    await store.get("cache/a")

    assert (before, is_there(file)) == (False, True)


async def test_long_expired_documents_go_with_a_later_write(
    store: EmbeddedDocuments, file: Path, clock: SteppingClock
) -> None:
    await store.set("cache/soon", {}, expires_at=NOON + timedelta(minutes=1))
    await store.set("cache/later", {}, expires_at=NOON + timedelta(hours=25))
    await store.set("cache/never", {})

    clock.advance(timedelta(hours=23))
    await store.set("cache/b", {})
    within_a_day = paths_in(file)
    clock.advance(timedelta(hours=2))
    await store.set("cache/b", {})

    assert within_a_day == ["cache/b", "cache/later", "cache/never", "cache/soon"]
    assert paths_in(file) == ["cache/b", "cache/later", "cache/never"]


async def test_document_written_again_without_expiry_stays(
    store: EmbeddedDocuments, file: Path, clock: SteppingClock
) -> None:
    await store.set("cache/a", {}, expires_at=NOON)
    await store.set("cache/a", {})

    clock.advance(timedelta(days=30))
    await store.set("cache/b", {})

    assert paths_in(file) == ["cache/a", "cache/b"]


async def test_loop_goes_on_while_a_call_waits_for_the_file(store: EmbeddedDocuments, file: Path) -> None:
    await store.set("cache/a", {"value": 1})
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(store.set("cache/a", {"value": 2}))

        for _turn in range(100):
            await asyncio.sleep(0)
        still_waiting = not waiting.done()
    await waiting

    assert still_waiting


async def test_closing_ends_the_thread(store: EmbeddedDocuments) -> None:
    before = threads()
    await store.get("cache/a")
    (thread,) = threads() - before

    await store.close()
    thread.join(timeout=10)

    assert not thread.is_alive()


async def test_stores_of_two_event_loops_may_share_an_instance(store: EmbeddedDocuments) -> None:
    await store.set("cache/a", {"value": 1})

    other = await asyncio.to_thread(asyncio.run, store.get("cache/a"))

    assert other is not None
    assert other.fields == {"value": 1}
