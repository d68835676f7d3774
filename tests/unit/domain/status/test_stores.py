"""Coverage and health over a real database: there, away, and silent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from shared.core.clock import SystemClock
from shared.core.settings import DatabaseSettings
from shared.db.engine import Database
from shared.domain.market.writing import MarketWriter
from shared.domain.status.coverage import CoverageRepository
from shared.domain.status.health import Probe
from tests.snapshots import BITCOIN, ETHEREUM, snapshot


def at(port: int) -> DatabaseSettings:
    return DatabaseSettings(
        instance=None,
        socket_path=None,
        host="127.0.0.1",
        port=port,
        name="cryptoprism",
        user="reader",
        pool_size=1,
        max_overflow=0,
        pre_ping=True,
    )


@asynccontextmanager
async def silent_server() -> AsyncIterator[int]:
    """Accepts connections and says nothing until the end."""
    over = asyncio.Event()

    async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        over.set()
        server.close()
        await server.wait_closed()


@pytest.fixture
async def nowhere() -> AsyncIterator[Database]:
    async with silent_server() as port:
        pass
    database = Database(at(port), read_only=True)
    yield database
    await database.close()


@pytest.mark.platform
async def test_tokens_with_a_quote_are_counted(reading: Database, writing: Database) -> None:
    before = await CoverageRepository(reading).tokens()

    await MarketWriter(writing).store(snapshot([BITCOIN, ETHEREUM]))

    assert (before, await CoverageRepository(reading).tokens()) == (0, 2)


async def test_without_postgresql_the_count_is_unknown(nowhere: Database) -> None:
    assert await CoverageRepository(nowhere).tokens() is None


async def test_postgresql_that_is_away_is_down(nowhere: Database) -> None:
    found = await Probe("postgresql", nowhere.ping, clock=SystemClock()).ask()

    assert found.error is not None
    assert (found.state, found.error.code) == ("down", "database_unavailable")


async def test_postgresql_that_says_nothing_is_down_in_time() -> None:
    async with silent_server() as port:
        database = Database(at(port), read_only=True)
        probe = Probe("postgresql", database.ping, clock=SystemClock(), allowed=timedelta(milliseconds=50))

        found = await asyncio.wait_for(probe.ask(), timeout=2)

    await database.close()
    assert found.error is not None
    assert found.error.code == "deadline_exceeded"


@pytest.mark.platform
async def test_postgresql_that_answers_is_up(reading: Database) -> None:
    found = await Probe("postgresql", reading.ping, clock=SystemClock(), allowed=timedelta(seconds=10)).ask()

    assert found.state == "up"
