"""The application behind the front: the routers' routes, what they are given, and their errors in our words.

FastAPI's own stack is left out: its middlewares answer errors (the front does) and include routers lazily at every request.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from .body import limited
from .errors import translated
from .query import QueryCheck


def make_application(routers: Sequence[APIRouter], provided: Mapping[type, Any]) -> ASGIApp:
    """Return an ASGI application that answers or raises; `provided` is what routes may ask for by type."""
    state = FastAPI(openapi_url=None)
    state.state.provided = dict(provided)
    return _Application(state, [route for router in routers for route in router.routes])


class _Application:
    def __init__(self, state: FastAPI, routes: Sequence[BaseRoute]) -> None:
        self._state = state
        self._routes = [(route, _check(route)) for route in routes]
        self._stack = AsyncExitStackMiddleware(self._dispatch)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self._state
        try:
            await self._stack(scope, limited(scope, receive), send)
        except RequestValidationError as exc:
            raise translated(exc) from exc

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed: set[str] = set()
        for route, check in self._routes:
            match, child_scope = route.matches(scope)
            if match is Match.FULL:
                if check is not None:
                    check(scope)
                scope.update(child_scope)
                await route.handle(scope, receive, send)
                return
            if match is Match.PARTIAL and isinstance(route, Route):
                allowed |= route.methods or set()
        if allowed:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted({*allowed, "HEAD", "OPTIONS"}))})
        raise HTTPException(404, f"No such path: {scope['path']}")


def _check(route: BaseRoute) -> QueryCheck | None:
    if isinstance(route, APIRoute):
        return QueryCheck(route)
    if isinstance(route, Route):
        return None
    raise TypeError(f"{type(route).__name__}: give the function every router itself, not one that includes others")
