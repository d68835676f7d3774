"""A function's life: first request, building, failing to start, what it imports."""

import asyncio
import gc
import json
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Annotated

import httpx2
import pytest
from fastapi import APIRouter

from shared.core.errors import DatabaseUnavailableError, SettingsError
from shared.core.settings import Settings
from shared.http.envelope import Envelope
from shared.http.front import FrontRoute
from shared.http.function import ApiFunction, Wiring
from shared.http.provided import provided
from tests.fakes_documents import MemoryDocuments

from .applications import function_over, served
from .routes import Market

ROOT = Path(__file__).parents[3]
HEAVY = {
    "fastapi",
    "pydantic",
    "sqlalchemy",
    "pg8000",
    "google.api_core",
    "google.auth",
    "google.cloud.firestore",
    "google.protobuf",
    "grpc",
    "httpx2",
    "httpx",
    "numpy",
    "yaml",
    "jwt",
}


def client_of(app: object) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test")  # type: ignore[arg-type]


def settings() -> Settings:
    return Settings.from_environment({})


async def test_front_stands_before_the_frameworks_routes_once() -> None:
    app = served(function_over(Market().router))
    async with client_of(app) as client:
        for _ in range(3):
            await client.get("/api/v1/list")

    assert [isinstance(route, FrontRoute) for route in app.router.routes] == [True, False]


async def test_concurrent_first_requests_build_once() -> None:
    builds: list[str] = []

    def build(_: Settings) -> Wiring:
        builds.append(threading.current_thread().name)
        return Wiring(routers=[Market().router])

    async with client_of(served(ApiFunction(build, settings=settings, write_log=lambda line: None))) as client:
        answers = await asyncio.gather(*(client.get(f"/api/v1/list?limit={n}") for n in range(1, 9)))

    assert {answer.status_code for answer in answers} == {200}
    assert len(builds) == 1


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (SettingsError("DB_USER", "is not set: hunter2"), 500, "internal"),
        (RuntimeError("hunter2"), 500, "internal"),
        (DatabaseUnavailableError("PostgreSQL is away"), 503, "database_unavailable"),
    ],
)
async def test_failed_building_is_told_and_tried_again(failure: Exception, status: int, code: str) -> None:
    failures = [failure]

    def build(_: Settings) -> Wiring:
        if failures:
            raise failures.pop()
        return Wiring(routers=[Market().router])

    async with client_of(served(ApiFunction(build, settings=settings, write_log=lambda line: None))) as client:
        failed, worked = await client.get("/api/v1/list"), await client.get("/api/v1/list")

    assert (failed.status_code, failed.json()["code"]) == (status, code)
    assert "hunter2" not in failed.text
    assert failed.headers["access-control-allow-origin"] == "*"
    assert worked.status_code == 200


async def test_garbage_is_not_collected_while_building_and_is_again_afterwards() -> None:
    collected: list[bool] = []

    def build(_: Settings) -> Wiring:
        collected.append(gc.isenabled())
        raise DatabaseUnavailableError("PostgreSQL is away")

    async with client_of(served(ApiFunction(build, settings=settings, write_log=lambda line: None))) as client:
        await client.get("/api/v1/list")
    collected.append(gc.isenabled())

    assert collected == [False, True]


async def test_unreadable_settings_are_told_and_read_again() -> None:
    environments = [{"DATA_SOURCE": "nonsense"}, {}]

    function = ApiFunction(
        lambda _: Wiring(routers=[Market().router]),
        settings=lambda: Settings.from_environment(environments.pop(0)),
        write_log=lambda line: None,
    )
    async with client_of(served(function)) as client:
        failed, worked = await client.get("/api/v1/list"), await client.get("/api/v1/list")

    assert (failed.status_code, failed.json()["code"]) == (500, "internal")
    assert failed.headers["access-control-allow-origin"] == "*"
    assert worked.status_code == 200


async def test_two_functions_may_share_a_router() -> None:
    market = Market()
    for _ in range(2):
        async with client_of(served(function_over(market.router))) as client:
            assert (await client.get("/api/v1/list")).headers["cache-control"].startswith("public")


async def test_router_within_a_router_is_refused() -> None:
    outer = APIRouter()
    outer.include_router(Market().router)

    async with client_of(served(function_over(outer))) as client:
        assert (await client.get("/api/v1/list")).status_code == 500


async def test_routes_are_given_what_the_root_made() -> None:
    router, market = APIRouter(), Market()

    @router.get("/computed")
    async def computed(found: Annotated[Market, provided(Market)]) -> int:
        return found.computed

    async with client_of(served(function_over(router, provided={Market: market}))) as client:
        market.computed = 5

        assert (await client.get("/computed")).json() == 5


async def test_closing_lets_go_of_everything_opened() -> None:
    closed: list[str] = []
    store = MemoryDocuments()

    async def close() -> None:
        closed.append("wiring")

    function = ApiFunction(
        lambda _: Wiring(routers=[Market().router], close=close),
        settings=lambda: Settings.from_environment({"HOT_PATHS": "/api/v1/list"}),
        documents=lambda _: store,
        write_log=lambda line: None,
    )
    async with client_of(served(function)) as client:
        await client.get("/api/v1/list")

    await function.close()

    assert closed == ["wiring"]
    assert store.closed


async def test_store_is_not_opened_without_hot_paths() -> None:
    def refuse(_: Settings) -> MemoryDocuments:
        raise AssertionError("opened")

    function = ApiFunction(
        lambda _: Wiring(routers=[Market().router]), settings=settings, documents=refuse, write_log=lambda line: None
    )
    async with client_of(served(function)) as client:
        assert (await client.get("/api/v1/list")).status_code == 200


def test_importing_a_function_imports_nothing_heavy() -> None:
    code = "import json, sys, shared.http.function; print(json.dumps(sorted(sys.modules)))"

    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert HEAVY.isdisjoint(json.loads(told.stdout))


def test_answer_from_documents_needs_no_fastapi() -> None:
    code = """
        import asyncio, sys
        from shared.cache.entry import Entry
        from shared.cache.freshness import CATALOG
        from shared.cache.guarded import GuardedStore
        from shared.cache.keys import Asked
        from shared.cache.tier import DocumentTier
        from shared.core.settings import Settings
        from shared.http.function import ApiFunction
        from tests.clocks import SteppingClock
        from tests.fakes_documents import MemoryDocuments
        from starlette.applications import Starlette
        from starlette.routing import Route

        clock, store = SteppingClock(), MemoryDocuments()

        def build(settings):
            raise AssertionError("built")

        function = ApiFunction(
            build,
            settings=lambda: Settings.from_environment({"HOT_PATHS": "/hot"}),
            clock=clock,
            documents=lambda settings: store,
        )

        async def handler(request):
            return function.entry(request)

        async def main():
            tier = DocumentTier(GuardedStore(lambda: store, clock=clock), clock=clock, generation="local")
            entry = Entry([(b"content-type", b"application/json")], b"[1]", CATALOG, made=clock.monotonic())
            await tier.write(Asked("/hot", b"", hot=True).key, entry)
            sent = []

            async def send(message):
                sent.append(message)

            app = Starlette(routes=[Route("/{path:path}", handler)])
            for _ in range(2):
                scope = {"type": "http", "method": "GET", "path": "/hot", "query_string": b"", "headers": []}
                await app(scope, None, send)
            assert [message.get("body") for message in sent] == [None, b"[1]", None, b"[1]"]
            states = [dict(message["headers"])[b"x-cache"] for message in sent[::2]]
            assert states == [b"hit-firestore", b"hit-memory"], states
            assert not {"fastapi", "pydantic"} & sys.modules.keys()

        asyncio.run(main())
    """

    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, capture_output=True, text=True, check=True)


async def test_real_framework_serves_the_function(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        textwrap.dedent("""
            import functions_framework.aio
            from shared.http.function import ApiFunction, Wiring
            from tests.unit.http.routes import Market

            market = Market()
            function = ApiFunction(lambda settings: Wiring(routers=[market.router]), write_log=lambda line: None)

            @functions_framework.aio.http
            async def sample_of_the_front(request):
                return function.entry(request)
        """)
    )
    from functions_framework.aio import create_asgi_app

    app = create_asgi_app("sample_of_the_front", str(tmp_path / "main.py"))
    async with client_of(app) as client:
        first, second = await client.get("/api/v1/list"), await client.get("/api/v1/list")
        refused, broken = await client.get("/robots.txt"), await client.get("/api/v1/item/internal")

    assert [answer.headers["x-cache"] for answer in (first, second)] == ["miss", "hit-memory"]
    assert Envelope[list[int]].model_validate(second.json()).data == first.json()["data"]
    assert refused.json()["code"] == "not_found"
    assert (broken.status_code, broken.json()["code"]) == (500, "internal")
