"""Routes called directly answer as FastAPI's own way does, and the others still go that way."""

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.routing import APIRoute

from shared.http.direct import is_direct
from shared.http.parameters import PageQuery, RangeQuery, TokenId
from shared.http.provided import provided

from .applications import calling

Given = Annotated[str, provided(str)]


async def asked(
    request: Request,
    token_id: TokenId,
    part: PageQuery,
    between: RangeQuery,
    given: Given,
    rank: Annotated[int, Query(ge=1, alias="place")] = 1,
    kinds: Annotated[list[str] | None, Query()] = None,
) -> Response:
    told = [
        token_id,
        part.limit,
        part.offset,
        str(between.start),
        given,
        rank,
        kinds,
        request.scope["path"].rpartition("/")[2],
    ]
    return Response(repr(told))


async def asked_with_a_header(
    request: Request,
    token_id: TokenId,
    part: PageQuery,
    between: RangeQuery,
    given: Given,
    rank: Annotated[int, Query(ge=1, alias="place")] = 1,
    kinds: Annotated[list[str] | None, Query()] = None,
    accept: Annotated[str | None, Header()] = None,
) -> Response:
    return await asked(request, token_id, part, between, given, rank, kinds)


@pytest.fixture
def router() -> APIRouter:
    router = APIRouter()
    router.get("/d/{token_id}")(asked)
    router.get("/f/{token_id}")(asked_with_a_header)
    return router


def test_only_what_needs_no_more_is_called_directly(router: APIRouter) -> None:
    @router.get("/model")
    async def model() -> int:
        return 1

    @router.get("/threaded")
    def threaded() -> Response:
        return Response()

    direct = {route.path for route in router.routes if isinstance(route, APIRoute) and is_direct(route)}

    assert direct == {"/d/{token_id}"}


@pytest.mark.parametrize(
    "rest",
    [
        "bitcoin",
        "bitcoin?limit=7&offset=2&place=3",
        "bitcoin?kinds=a&kinds=b&from=1772366400",
        "Bitcoin?limit=0&offset=x&place=0",
        "bitcoin?limit=251",
        "bitcoin?from=2&to=1",
        "bitcoin?unknown=1",
        "bitcoin?limit=1&limit=2",
    ],
)
async def test_both_ways_answer_alike(router: APIRouter, rest: str) -> None:
    async with calling(router, provided={str: "kept"}) as client:
        direct, through = [await client.get(f"/{way}/{rest}") for way in ("d", "f")]

    def told(answer: Any) -> Any:
        return answer.status_code, answer.text, answer.headers.get("content-type")

    assert told(direct) == told(through)
