"""Functions that ask providers while the caller waits, over a sandbox on a real socket."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from local.upstreams import _KEYS, _PATHS
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.http.function import ApiFunction, Wiring
from tests.clocks import SteppingClock
from tests.databases import Place

Build = Callable[[Settings, Clock], Wiring]
RENEW = {"cache-control": "no-cache"}


def environment_over(upstream: str, documents_file: str, place: Place | None = None) -> dict[str, str]:
    """Return the environment of a function whose providers all stand at one address."""
    addresses = {name: upstream + path for name, path in _PATHS.items()}
    environment = {"DATA_SOURCE": "sandbox", "DOCUMENTS_FILE": documents_file, **addresses, **_KEYS}
    if place is None:
        # What is asked on demand needs no connection; one that is opened all the same fails at once.
        environment |= {"DB_HOST": "127.0.0.1", "DB_PORT": "1", "DB_USER": "nobody"}
    else:
        reader = place.reader
        environment |= {"DB_SOCKET": reader.socket_path or "", "DB_NAME": reader.name, "DB_USER": reader.user}
        environment |= {"DB_POOL_SIZE": "1", "DB_MAX_OVERFLOW": "1"}
    return environment


class Asked:
    """One function, asked over ASGI."""

    def __init__(self, build: Build, environment: Mapping[str, str], clock: SteppingClock | None = None) -> None:
        self.clock = clock or SteppingClock()
        self.function = ApiFunction(
            lambda settings: build(settings, self.clock),
            settings=lambda: Settings.from_environment(environment),
            clock=self.clock,
            write_log=lambda line: None,
        )

        async def entry(request: Request) -> ASGIApp:
            return self.function.entry(request)

        routes = [Route("/{path:path}", entry, methods=["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])]
        transport = httpx2.ASGITransport(app=Starlette(routes=routes))
        self.client = httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1")

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx2.Response:
        return await self.client.get(path, headers=headers)

    async def fresh(self, path: str) -> Any:
        """Return the body of an answer made now."""
        answer = await self.get(path, RENEW)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def close(self) -> None:
        await self.client.aclose()
        await self.function.close()
