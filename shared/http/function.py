"""A function from its routers: settings, caches and front on the first request, FastAPI when no cache answers.

functions-framework imports this in a master process and then forks, so nothing is made before the first request.
"""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.cache.documents import DocumentStore
from shared.cache.guarded import GuardedStore
from shared.cache.keys import AskedTable, Canonical
from shared.cache.memory import MemoryTier
from shared.cache.responses import ResponseCache
from shared.cache.sharing import Sharing
from shared.core.clock import Clock, SystemClock
from shared.core.logging import configure_logging
from shared.core.settings import Settings

from .access_log import AccessLog, to_stdout
from .call import Call
from .cors import Cors
from .exchange import Exchange
from .front import Front, FrontRoute
from .known import KnownCallers
from .negotiation import request_ids
from .passes import Passes
from .problems import explain

if TYPE_CHECKING:
    from fastapi import APIRouter


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What a function consists of."""

    routers: "Sequence[APIRouter]"
    provided: Mapping[type, Any] = field(default_factory=dict)
    """Instances by the type that routes ask for with `provided(type)`."""
    close: Callable[[], Awaitable[None]] | None = None
    """Lets go of what was opened."""

    @classmethod
    def of(
        cls,
        router: "APIRouter",
        *services: object,
        closing: Sequence[Callable[[], Awaitable[None]]],
    ) -> "Wiring":
        """Return the wiring of a router's services, each provided by its type; what is closed is closed in the order given."""

        async def close() -> None:
            for each in closing:
                await each()

        return cls(routers=[router], provided={type(each): each for each in services}, close=close)


class ApiFunction:
    """One API function behind functions-framework.

    Args:
        build: Makes the routers and what they need; called on the first request that no cache answers, in a thread.
        settings: Reads the settings; called on the first request, and again on the next one if it raises.
        clock: Tells the time.
        documents: Opens the document store; called on the first request for a hot path.
        canonical: Gives the parameters of a path the one form under which its answer is kept; without it, names in order.
        write_log: Takes the lines of the access log.
    """

    def __init__(
        self,
        build: Callable[[Settings], Wiring],
        *,
        settings: Callable[[], Settings] = Settings.from_environment,
        clock: Clock | None = None,
        documents: Callable[[Settings], DocumentStore] | None = None,
        canonical: Canonical | None = None,
        write_log: Callable[[bytes], None] = to_stdout,
    ) -> None:
        self._build = build
        self._read_settings = settings
        self._clock = clock or SystemClock()
        self._documents = documents or self._open_documents
        self._canonical = canonical
        self._write_log = write_log
        self._front: Front | None = None
        self._store: GuardedStore | None = None
        self._known: KnownCallers | None = None
        self._wiring: Wiring | None = None
        self._application: ASGIApp | None = None
        self._building: asyncio.Task[ASGIApp] | None = None

    def entry(self, request: Request) -> ASGIApp:
        """Return what answers the framework's first request, and answer the following ones before its routes."""
        try:
            front = self._front or self._make_front()
        except Exception as exc:  # noqa: BLE001  outermost: the framework would answer with plain text
            return _Failed(exc, self._clock)
        routes = request.app.router.routes
        if not any(isinstance(route, FrontRoute) for route in routes):
            routes.insert(0, FrontRoute(front))
        return front

    async def close(self) -> None:
        """Let go of the document store and of what `build` opened."""
        if self._store is not None:
            await self._store.close()
        if self._known is not None:
            await self._known.close()
        if self._wiring is not None and self._wiring.close is not None:
            await self._wiring.close()

    def _make_front(self) -> Front:
        settings = self._read_settings()
        configure_logging()
        clock, cors = self._clock, Cors(settings.cors_origins)
        sharing: Sharing | None = None
        known = self._known = KnownCallers(settings, clock, open_documents=self._documents, build=self._provided)
        if settings.hot_paths:
            self._store = GuardedStore(known.documents, clock=clock)
            sharing = Sharing(self._store, clock=clock, generation=settings.revision, always=cors.kept)
        self._front = Front(
            ResponseCache(MemoryTier(settings.memory_cache_bytes), clock=clock, sharing=sharing, always=cors.kept),
            AskedTable(settings.hot_paths, canonical=self._canonical),
            application=lambda: self._built(settings),
            cors=cors,
            log=AccessLog(settings.project, self._write_log),
            clock=clock,
            passes=Passes(settings, clock, identify=known.identify, note=known.note),
            private=settings.private_paths,
        )
        gc.freeze()
        return self._front

    async def _built(self, settings: Settings) -> ASGIApp:
        """Return the application, built once; who comes meanwhile waits, and a failure is tried again."""
        if self._application is None:
            if self._building is None:
                self._building = asyncio.ensure_future(asyncio.to_thread(self._make_application, settings))
            try:
                self._application = await asyncio.shield(self._building)
            finally:
                if self._building is not None and self._building.done():
                    self._building = None
        return self._application

    def _make_application(self, settings: Settings) -> ASGIApp:
        # Collections during imports find nothing and are a tenth of this; freezing what is there then takes the garbage
        # collector out of the slowest requests.
        gc.disable()
        try:
            from .app import make_application

            wiring = self._build(settings)
            application = make_application(wiring.routers, wiring.provided)
            gc.freeze()
        finally:
            gc.enable()
        self._wiring = wiring
        return application

    async def _provided(self, settings: Settings) -> Mapping[type, Any]:
        await self._built(settings)
        return {} if self._wiring is None else self._wiring.provided

    def _open_documents(self, settings: Settings) -> DocumentStore:
        from shared.cache.stores import open_documents

        return open_documents(settings, clock=self._clock)


class _Failed:
    """Answers one request of a function that could not even start."""

    def __init__(self, reason: Exception, clock: Clock) -> None:
        self._reason = reason
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the error."""
        call = Call(request_ids()().decode(), clock=self._clock, started=self._clock.monotonic())
        always = Cors(("*",)).headers(None)
        exchange = Exchange(scope, receive, send, call, headers={}, always=always, state=b"")
        await exchange.answer(explain(self._reason, call))
