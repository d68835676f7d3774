"""Order books over HTTP."""

from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import BaseModel

from shared.cache.freshness import DEPTH
from shared.core.errors import InvalidParameterError
from shared.domain.depth.models import Depth
from shared.domain.depth.service import DepthService
from shared.domain.naming import NamedMeta
from shared.http.envelope import Meta, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.parameters import read_time
from shared.http.provided import provided

from .router import router


class DepthMeta(NamedMeta, Meta):
    """Where a book comes from, how old it is, and which token was meant."""


class DepthAnswer(BaseModel):
    """One token's book; null where several tokens have the symbol."""

    data: Depth | None
    meta: DepthMeta


Books = Annotated[DepthService, provided(DepthService)]


@router.get(
    "/api/v1/market/depth",
    summary="The order book",
    response_model=DepthAnswer,
    responses=errors("depth_not_found", "token_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(DEPTH)],
)
async def depth(
    request: Request,
    books: Books,
    symbol: Annotated[str | None, Query(max_length=200, description="Symbol of a token, as in `BTC`.")] = None,
    id: Annotated[str | None, Query(max_length=200, description="Slug of a token, as in `bitcoin`.")] = None,  # noqa: A002
    levels: Annotated[int, Query(ge=1, le=100, description="How many prices a side to show at most.")] = 20,
    as_of: Annotated[
        str | None,
        Query(max_length=64, description="What was measured and known then, without a book: s, ms or ISO-8601."),
    ] = None,
) -> Response:
    """The book of the first exchange that answers, asked for you: bids, asks, spread, depth, slippage.

    When none answers: what was last measured, with `levels: null` and `meta.stale: true`. A symbol that several tokens
    share is never picked from: `data` is null and `meta.candidates` lists them.
    """
    if (symbol is None) == (id is None):
        raise InvalidParameterError("symbol", "give either 'symbol' or 'id'", symbol)
    then = None if as_of is None else read_time("as_of", as_of)
    if id is not None:
        return answered(request, await books.of("id", id, levels=levels, as_of=then))
    return answered(request, await books.of("symbol", symbol or "", levels=levels, as_of=then))
