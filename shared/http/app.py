"""The application behind the front: the routers' routes, what they are given, and their errors in our words.

FastAPI's own stack is left out: its middlewares answer errors (the front does) and include routers lazily at every request.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.params import Form
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.cache.freshness import Freshness

from .body import check_json, limited
from .call import call_of
from .direct import Direct, is_direct
from .errors import translated
from .freshness import Statement
from .query import QueryCheck


def make_application(routers: Sequence[APIRouter], provided: Mapping[type, Any]) -> ASGIApp:
    """Return an ASGI application that answers or raises; `provided` is what routes may ask for by type."""
    state = FastAPI(openapi_url=None)
    state.state.provided = dict(provided)
    return _Application(state, [_Ready(route, provided) for router in routers for route in router.routes])


class _Application:
    def __init__(self, state: FastAPI, routes: "Sequence[_Ready]") -> None:
        self._state = state
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self._state
        try:
            await self._dispatch(scope, limited(scope, receive), send)
        except RequestValidationError as exc:
            raise translated(exc) from exc

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed: set[str] = set()
        for ready in self._routes:
            match, child_scope = ready.route.matches(scope)
            if match is Match.FULL:
                ready.prepare(scope)
                scope.update(child_scope)
                await ready.answer(scope, receive, send)
                return
            if match is Match.PARTIAL:
                allowed |= ready.route.methods or set()
        if allowed:
            # The front answers these two itself.
            ours = {"OPTIONS", "HEAD"} if "GET" in allowed else {"OPTIONS"}
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(allowed | ours))})
        raise HTTPException(404, f"No such path: {scope['path']}")


class _Ready:
    """A route with what is the same for all its requests worked out beforehand."""

    def __init__(self, route: BaseRoute, provided: Mapping[type, Any]) -> None:
        if not isinstance(route, Route):
            raise TypeError(
                f"{type(route).__name__}: give the function each router itself, not one that includes others"
            )
        self.route = route
        self._freshness = _stated(route) if isinstance(route, APIRoute) else None
        self._check = QueryCheck(route) if isinstance(route, APIRoute) else None
        self._takes_json = isinstance(route, APIRoute) and _takes_json(route)
        self.answer: ASGIApp = AsyncExitStackMiddleware(route.handle)
        if isinstance(route, APIRoute) and is_direct(route):
            self.answer = Direct(route, provided)

    def prepare(self, scope: Scope) -> None:
        """Tell the freshness and check the query and the kind of body."""
        if self._check is not None:
            self._check(scope)
        if self._takes_json:
            check_json(scope)
        if self._freshness is not None:
            call_of(scope).freshness = self._freshness


def _takes_json(route: APIRoute) -> bool:
    return route.body_field is not None and not isinstance(route.body_field.field_info, Form)


def _stated(route: APIRoute) -> Freshness | None:
    """Return what the route states of its freshness; solving that dependency at every request is saved."""
    stated = [each.dependency for each in route.dependencies if isinstance(each.dependency, Statement)]
    for solved in [each for each in route.dependant.dependencies if isinstance(each.call, Statement)]:
        route.dependant.dependencies.remove(solved)
    return stated[0].freshness if stated else None
