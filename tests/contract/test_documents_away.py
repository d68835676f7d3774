"""Document stores that cannot be reached, and what happens when they come back."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import pytest

from local.documents import NoEmulatorError
from local.ports import HOST, free_ports
from shared.cache.documents import DocumentStore
from shared.cache.embedded import EmbeddedDocuments
from shared.cache.firestore import FirestoreDocuments
from shared.core.errors import DocumentsUnavailableError
from tests.clocks import SteppingClock
from tests.emulators import FirestoreEmulator

BRIEFLY = timedelta(seconds=0.3)
PATIENCE_S = 30
"""Java starts slowly on a busy machine."""

CALLS: dict[str, Callable[[DocumentStore], Awaitable[object]]] = {
    "get": lambda store: store.get("cache/a"),
    "get_many": lambda store: store.get_many(["cache/a", "cache/b"]),
    "list": lambda store: store.list("cache"),
    "set": lambda store: store.set("cache/a", {"value": 1}),
    "create": lambda store: store.create("cache/a", {"value": 1}),
    "replace": lambda store: store.replace("cache/a", {"value": 1}, version="1.0"),
    "delete": lambda store: store.delete("cache/a"),
}


def embedded(file: Path) -> EmbeddedDocuments:
    return EmbeddedDocuments(file, clock=SteppingClock(), timeout=BRIEFLY)


async def all_unavailable(store: DocumentStore) -> bool:
    """Return whether every call raised what the contract says."""
    for call in CALLS.values():
        with pytest.raises(DocumentsUnavailableError):
            await call(store)
    return True


@asynccontextmanager
async def silent_server() -> AsyncIterator[str]:
    """Yield the address of a server that takes connections and never says a word."""
    over = asyncio.Event()

    async def wait(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    server = await asyncio.start_server(wait, HOST, 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield f"{HOST}:{port}"
    finally:
        over.set()
        server.close()


async def test_file_that_is_a_folder_is_unavailable(tmp_path: Path) -> None:
    store = embedded(tmp_path)

    assert await all_unavailable(store)
    await store.close()


async def test_file_below_a_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = embedded(tmp_path / "file" / "documents.db")

    assert await all_unavailable(store)
    await store.close()


async def test_garbage_is_unavailable_until_it_is_removed(tmp_path: Path) -> None:
    file = tmp_path / "documents.db"
    file.write_bytes(b"garbage " * 1000)
    store = embedded(file)

    damaged = await all_unavailable(store)
    file.unlink()
    await store.set("cache/a", {"value": 1})

    assert damaged
    assert await store.get("cache/a") is not None
    await store.close()


async def test_file_damaged_while_open_is_unavailable(tmp_path: Path) -> None:
    file = tmp_path / "documents.db"
    store = embedded(file)
    await store.set("cache/a", {"value": "x" * 100_000})
    await store.close()
    await store.get("cache/b")
    with file.open("r+b") as raw:
        raw.write(b"garbage " * (file.stat().st_size // 8))

    with pytest.raises(DocumentsUnavailableError):
        await store.get("cache/a")
    assert await all_unavailable(store)
    await store.close()


async def test_locked_file_is_read_but_not_written_until_it_is_free(tmp_path: Path) -> None:
    file = tmp_path / "documents.db"
    store = embedded(file)
    await store.set("cache/a", {"value": 1})

    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        read = await store.get("cache/a")
        with pytest.raises(DocumentsUnavailableError):
            await store.set("cache/a", {"value": 2})
    await store.set("cache/a", {"value": 3})

    after = await store.get("cache/a")
    assert read is not None
    assert after is not None
    assert (read.fields, after.fields) == ({"value": 1}, {"value": 3})
    await store.close()


async def test_port_without_listener_is_unavailable_at_once() -> None:
    store = FirestoreDocuments("demo-away", timeout=timedelta(seconds=5), emulator=f"{HOST}:{free_ports(1)[0]}")

    async with asyncio.timeout(20):
        assert await all_unavailable(store)
    await store.close()


async def test_server_that_never_answers_is_unavailable_within_the_time_limit() -> None:
    async with silent_server() as host, asyncio.timeout(20):
        store = FirestoreDocuments("demo-away", timeout=BRIEFLY, emulator=host)

        assert await all_unavailable(store)
        await store.close()


async def test_store_without_credentials_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "missing.json"))
    store = FirestoreDocuments("demo-away")

    assert await all_unavailable(store)
    await store.close()


@pytest.mark.platform
async def test_restarted_server_is_found_again_by_the_same_store() -> None:
    emulator = start_emulator()
    store = FirestoreDocuments("demo-restarted", timeout=timedelta(seconds=PATIENCE_S), emulator=emulator.host)
    try:
        await store.set("cache/a", {"value": 1})
        emulator.stop()
        away = await all_unavailable(store)
        await asyncio.to_thread(emulator.start)
        await first_answer(store)
        await store.set("cache/a", {"value": 2})
    finally:
        await store.close()
        emulator.stop()

    assert away


def start_emulator() -> FirestoreEmulator:
    try:
        emulator = FirestoreEmulator()
    except NoEmulatorError as missing:
        pytest.skip(str(missing))
    emulator.start()
    return emulator


async def first_answer(store: DocumentStore) -> None:
    """Wait until the store answers; a lost connection is tried anew once a second."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                await store.get("cache/a")
            except DocumentsUnavailableError:
                await asyncio.sleep(0.05)
            else:
                return
