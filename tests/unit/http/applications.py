"""Functions as tests drive them: through a Starlette application like the framework's, without a network."""

from collections.abc import Callable

import httpx2
from fastapi import APIRouter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.http.function import ApiFunction, Wiring
from tests.clocks import SteppingClock
from tests.fakes_documents import MemoryDocuments

METHODS = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"]


def function_over(
    *routers: APIRouter,
    clock: Clock | None = None,
    documents: DocumentStore | None = None,
    log: Callable[[bytes], None] = lambda line: None,
    provided: dict[type, object] | None = None,
    **environment: str,
) -> ApiFunction:
    """Return a function of these routers, with a clock that stands still."""
    store = documents or MemoryDocuments()
    return ApiFunction(
        lambda _: Wiring(routers=routers, provided=provided or {}),
        settings=lambda: Settings.from_environment({"MEMORY_CACHE_MB": "32"} | environment),
        clock=clock or SteppingClock(),
        documents=lambda _: store,
        write_log=log,
    )


def served(function: ApiFunction) -> Starlette:
    """Return the function as the framework serves it."""

    async def handler(request: Request) -> ASGIApp:
        return function.entry(request)

    return Starlette(routes=[Route("/{path:path}", handler, methods=METHODS)])


def calling(*routers: APIRouter, **options: object) -> httpx2.AsyncClient:
    """Return a client of a function of these routers; it asks for no compression unless told to."""
    app = served(function_over(*routers, **options))  # type: ignore[arg-type]
    transport = httpx2.ASGITransport(app=app)
    return httpx2.AsyncClient(transport=transport, base_url="http://test", headers={"accept-encoding": "identity"})
