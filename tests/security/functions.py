"""Every API function as it is deployed, found by its manifest, over real stores; and what its routes ask of their callers."""

import importlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from fastapi import APIRouter
from fastapi.routing import APIRoute

from local.upstreams import sandbox_upstreams
from shared.core.settings import Settings
from shared.http.function import ApiFunction, Wiring
from shared.http.openapi import document
from shared.http.signed import Access, access_of
from tests.databases import Place
from tests.identities import Identities
from tests.unit.http.applications import served
from tools.manifests import read_manifests

Build = Callable[[Settings], Wiring]
API = {name: manifest for name, manifest in read_manifests().items() if manifest.kind == "api"}
_NOBODY_LISTENS = 9
_NO_LIMITS = "anonymous=1000000000,free=1000000000"


@dataclass(frozen=True)
class Operation:
    """One method of one path, and what it asks of its callers."""

    function: str
    method: str
    path: str
    access: Access | None
    route: APIRoute

    @property
    def id(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def names(self) -> list[str]:
        """Return the parameters inside the path, outermost first."""
        return list(self.route.param_convertors)


def router_of(function: str) -> APIRouter:
    router: APIRouter = importlib.import_module(f"functions.{function}.routes").router
    return router


def operations() -> Iterator[Operation]:
    for function in API:
        for route in router_of(function).routes:
            if isinstance(route, APIRoute):
                for method in sorted(route.methods or ()):
                    yield Operation(function, method, route.path_format, access_of(route.dependant), route)


def described(function: str) -> dict[str, Any]:
    return document([router_of(function)], title="T", version="1", description="D")


def settings_of(function: str, people: Identities, folder: Path, place: Place | None = None, **more: str) -> Settings:
    """Return what the platform would tell the function; providers are nowhere, and the database may be."""
    user = None if place is None else place.writer
    database = {
        "DB_SOCKET": str(folder / "nowhere") if user is None else str(user.socket_path),
        "DB_NAME": "nowhere" if user is None else user.name,
        "DB_USER": "nobody" if user is None else user.user,
        "DB_POOL_SIZE": "1",
        "DB_MAX_OVERFLOW": "1",
    }
    upstreams = sandbox_upstreams(port=_NOBODY_LISTENS, tokens=1, seed=1, log=folder / "log")
    environment = {
        **(database if API[function].database != "none" else {}),
        **upstreams.addresses,
        "DATA_SOURCE": "sandbox",
        "DOCUMENTS_FILE": str(folder / "documents.sqlite"),
        "PRIVATE_PATHS": ",".join(API[function].private),
        "RATE_LIMITS": _NO_LIMITS,
    }
    return people.settings(**environment | more)


@asynccontextmanager
async def deployed(settings: Settings, function: str, build: Build | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    """Serve a function as its own `main.py` builds it, or otherwise."""
    own: Build = importlib.import_module(f"functions.{function}.main").build
    made = ApiFunction(build or own, settings=lambda: settings, write_log=lambda _: None)
    transport = httpx2.ASGITransport(app=served(made))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    await made.close()
