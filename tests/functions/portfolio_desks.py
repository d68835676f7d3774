"""The portfolio function over a real database and documents in memory, with callers that tests know."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from functions.portfolio.wiring import wired
from shared.core.settings import Settings
from shared.http.function import ApiFunction
from tests.callers import ANN, KnownCallers
from tests.clocks import SteppingClock
from tests.databases import Place
from tests.fakes_documents import MemoryDocuments

from .quoting import settings_of

ROOT = "/api/v1/portfolios"


class Desk:
    """One instance, asked over ASGI, by Ann unless somebody else is named."""

    def __init__(self, place: Place) -> None:
        self.clock = SteppingClock()
        self.documents = MemoryDocuments()
        self.callers = KnownCallers()
        self.function = ApiFunction(
            lambda settings: wired(settings, self.documents, self.callers, self.clock),
            settings=lambda: _private(settings_of(place)),
            clock=self.clock,
            documents=lambda _: MemoryDocuments(),
            write_log=lambda line: None,
        )

        async def entry(request: Request) -> ASGIApp:
            return self.function.entry(request)

        methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        app = Starlette(routes=[Route("/{path:path}", entry, methods=methods)])
        self.client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1")

    async def ask(
        self,
        method: str,
        path: str,
        *,
        who: Mapping[str, str] = ANN,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> httpx2.Response:
        return await self.client.request(method, ROOT + path, headers={**who, **(headers or {})}, **more)

    async def data(self, method: str, path: str, *, status: int = 200, **more: Any) -> Any:
        answer = await self.ask(method, path, **more)
        assert answer.status_code == status, answer.text
        return answer.json()["data"]

    async def new(self, **more: Any) -> str:
        return str((await self.data("POST", "", status=201, json={"name": "Main"}, **more))["id"])

    async def add(self, portfolio_id: str, at: datetime | str = "2025-01-01", **more: Any) -> Any:
        body = {"at": str(at), "kind": "buy", "token_id": "bitcoin", "quantity": "1", "price": "100"} | more
        body = {name: value for name, value in body.items() if value is not None}
        return await self.data("POST", f"/{portfolio_id}/transactions", status=201, json=body)

    async def close(self) -> None:
        await self.client.aclose()
        await self.function.close()


def _private(settings: Settings) -> Settings:
    return Settings.from_environment({**settings.environment, "PRIVATE_PATHS": ROOT})
