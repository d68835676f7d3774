"""States at a route how long its answer may be kept."""

from typing import Any

from fastapi import Depends, Request

from shared.cache.freshness import Freshness

from .call import call_of


def fresh_for(freshness: Freshness) -> Any:
    """Return a dependency that makes the route's 200 answers carry the policy's `Cache-Control`, however they are made.

    An answer that depends on who asks must not use it: what is public is given to everybody. A route may still set the
    header itself, which then counts; other statuses go out with `no-store`.
    """

    async def state(request: Request) -> None:
        call_of(request.scope).freshness = freshness

    return Depends(state)
