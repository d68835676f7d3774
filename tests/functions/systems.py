"""The system function over stores that can be taken away."""

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from functions.system.documentation import Documentation
from functions.system.page import documentation_page
from functions.system.wiring import wire
from shared.cache.documents import Document, Value, Write
from shared.core.errors import DatabaseUnavailableError, DocumentsUnavailableError
from shared.core.settings import Settings
from shared.db.statements import Rows
from shared.http.function import ApiFunction
from tests.clocks import SteppingClock

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement

API = {
    "openapi": "3.1.0",
    "info": {"title": "CryptoPrism", "version": "0.1.0"},
    "tags": [{"name": "prices", "description": "Live quotes."}],
    "paths": {
        "/api/v1/prices/live": {
            "get": {
                "tags": ["prices"],
                "summary": "Live prices",
                "operationId": "live",
                "x-freshness": {"name": "live-prices", "max_age": 60},
                "parameters": [
                    {
                        "name": "limit",
                        "in": "query",
                        "description": "How many at most.",
                        "schema": {"type": "integer", "minimum": 1, "maximum": 250, "default": 50},
                    },
                    {"name": "vs_currency", "in": "query", "schema": {"$ref": "#/components/schemas/Currency"}},
                    {
                        "name": "snapshot",
                        "in": "query",
                        "schema": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
                    },
                ],
                "responses": {
                    "200": {"description": "Quotes", "content": {"application/json": {}, "text/csv": {}}},
                    "422": {"description": "A parameter was refused"},
                },
            }
        },
        "/api/v1/portfolios": {
            "post": {"security": [{"bearer": []}], "responses": {"201": {"description": "Made"}}},
        },
    },
    "components": {"schemas": {"Currency": {"type": "string", "enum": ["usd"], "default": "usd"}}},
}
LLMS = "# CryptoPrism\n"
CHANGELOG = '[{"version": "0.1.0", "date": "2026-03-01", "changes": {"added": ["`/prices`: live quotes."]}}]'


class StoredDocuments:
    """Documents by path, in memory; every method fails while they are `away`."""

    def __init__(self) -> None:
        self.kept: dict[str, Mapping[str, Value]] = {}
        self.away = False
        self.closed = False

    async def get(self, path: str) -> Document | None:
        self._reach()
        return Document(path, self.kept[path], "1") if path in self.kept else None

    async def get_many(self, paths: Sequence[str]) -> dict[str, Document]:
        self._reach()
        return {path: Document(path, self.kept[path], "1") for path in paths if path in self.kept}

    async def list(
        self, collection: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> "Sequence[Document]":
        self._reach()
        names = sorted(path for path in self.kept if path.startswith(f"{collection}/"))
        return [Document(path, self.kept[path], "1") for path in names[:limit]]

    async def set(self, path: str, fields: Mapping[str, Value], *, expires_at: datetime | None = None) -> None:
        self._reach()
        self.kept[path] = fields

    async def create(self, path: str, fields: Mapping[str, Value], *, expires_at: datetime | None = None) -> bool:
        raise NotImplementedError

    async def replace(
        self, path: str, fields: Mapping[str, Value], *, version: str, expires_at: datetime | None = None
    ) -> bool:
        raise NotImplementedError

    async def commit(self, writes: "Sequence[Write]") -> bool:
        raise NotImplementedError

    async def delete(self, path: str) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        self.closed = True

    def _reach(self) -> None:
        if self.away:
            raise DocumentsUnavailableError("The document store did not answer")


class CountingDatabase:
    """PostgreSQL with so many tokens; every statement fails while it is `away`."""

    def __init__(self, tokens: int = 250) -> None:
        self.tokens = tokens
        self.away = False
        self.closed = False

    async def fetch(
        self, shape: Hashable, build: "Callable[[], ClauseElement]", parameters: Mapping[str, object]
    ) -> Rows:
        await self.ping()
        return [[self.tokens]]

    async def ping(self) -> None:
        if self.away:
            raise DatabaseUnavailableError("PostgreSQL did not answer")

    async def close(self) -> None:
        self.closed = True


class System:
    """The whole function, asked over ASGI."""

    def __init__(self, source: str = "sandbox") -> None:
        self.clock = SteppingClock()
        self.documents = StoredDocuments()
        self.database = CountingDatabase()
        self.settings = Settings.from_environment({"DATA_SOURCE": source, "K_SERVICE": "system", "K_REVISION": "r-1"})
        self.documentation = Documentation(json.dumps(API), API, CHANGELOG, documentation_page(), LLMS)
        self.function = ApiFunction(
            lambda settings: wire(
                settings, self.database, self.documents, clock=self.clock, documentation=self.documentation
            ),
            settings=lambda: self.settings,
            clock=self.clock,
            write_log=lambda line: None,
        )

        async def entry(request: Request) -> ASGIApp:
            return self.function.entry(request)

        # Like the framework: a catch-all route that runs whatever application the handler returns.
        routes = [Route("/{path:path}", entry, methods=["GET", "HEAD", "POST", "OPTIONS"])]
        transport = httpx2.ASGITransport(app=Starlette(routes=routes))
        self.client = httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1")

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.client.get(path, headers=headers)
