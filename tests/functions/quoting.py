"""The prices and market functions over a real database, with a clock that stands still."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from shared.cache.keys import Canonical
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.market.snapshot import MarketSnapshot
from shared.domain.market.writing import MarketWriter
from shared.http.function import ApiFunction, Wiring
from tests.clocks import NOON, SteppingClock
from tests.databases import Place

Build = Callable[[Settings, Clock], Wiring]


class Served:
    """One function, asked over ASGI."""

    def __init__(
        self, build: Build, place: Place, clock: SteppingClock | None = None, *, canonical: Canonical | None = None
    ) -> None:
        self.clock = clock or SteppingClock(NOON)
        self.function = ApiFunction(
            lambda settings: build(settings, self.clock),
            settings=lambda: settings_of(place),
            clock=self.clock,
            write_log=lambda line: None,
            canonical=canonical,
        )

        async def entry(request: Request) -> ASGIApp:
            return self.function.entry(request)

        # Like the framework: a catch-all route that runs whatever application the handler returns.
        routes = [Route("/{path:path}", entry, methods=["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])]
        transport = httpx2.ASGITransport(app=Starlette(routes=routes))
        self.client = httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1")

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.client.get(path, headers=headers)

    async def fresh(self, path: str) -> Any:
        """Return the body of an answer made now, its numbers with every digit."""
        answer = await self.get(path, **{"cache-control": "no-cache"})
        assert answer.status_code == 200, answer.text
        return exactly(answer.text)

    async def close(self) -> None:
        await self.client.aclose()
        await self.function.close()


def settings_of(place: Place) -> Settings:
    reader = place.reader
    environment = {"DB_SOCKET": reader.socket_path or "", "DB_NAME": reader.name, "DB_USER": reader.user}
    return Settings.from_environment(environment | {"DB_POOL_SIZE": "2", "DB_MAX_OVERFLOW": "0"})


def exactly(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


async def store(place: Place, *snapshots: MarketSnapshot) -> list[int]:
    database = Database(place.writer, read_only=False)
    rows = [await MarketWriter(database).store(snapshot) for snapshot in snapshots]
    await database.close()
    return rows
