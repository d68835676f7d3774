"""The catalogue of tokens over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from shared.cache.freshness import TOKENS
from shared.domain.tokens.models import Candidate, ListedToken, Token
from shared.domain.tokens.service import TokenService
from shared.http.envelope import Envelope, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.parameters import PageQuery, read_time
from shared.http.provided import provided

router = APIRouter(prefix="/api/v1/tokens", tags=["tokens"])

Tokens = Annotated[TokenService, provided(TokenService)]
# Not every slug in use is tidy, so any text is let through; an unknown one is not found.
TokenId = Annotated[str, Path(max_length=200, description="Slug of a token.", examples=["bitcoin"])]
Then = Annotated[
    str | None, Query(max_length=64, description="As it was known at this instant: s, ms or ISO-8601; now without it.")
]


@router.get(
    "",
    summary="The catalogue",
    response_model=Envelope[list[ListedToken]],
    responses=errors("category_not_found", "chain_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(TOKENS)],
)
async def page(
    request: Request,
    page: PageQuery,
    tokens: Tokens,
    category: Annotated[str | None, Query(max_length=200, description="Only tokens of this category.")] = None,
    chain: Annotated[
        str | None, Query(max_length=100, description="Only tokens with a contract on this chain.", examples=["bsc"])
    ] = None,
) -> Response:
    """Every token that is listed anywhere we look, the largest first, with its contracts and categories.

    The order is made anew every hour and holds in between, so that pages fit together; ranks and market caps are the latest.
    """
    answer = await tokens.page(category=category, chain=chain, limit=page.limit, offset=page.offset)
    return answered(request, answer)


@router.get(
    "/resolve",
    summary="Which token a text means",
    response_model=Envelope[list[Candidate]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(TOKENS)],
)
async def resolve(
    request: Request,
    tokens: Tokens,
    q: Annotated[
        str,
        Query(min_length=1, max_length=300, description="A symbol, name, slug or contract address.", examples=["uni"]),
    ],
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 20,
) -> Response:
    """Candidates, the likeliest first: exact matches before those that only begin so, and the larger market cap first.

    `meta.ambiguous` is true when several tokens match exactly, or none does and several begin so: nothing is picked silently.
    A text that means nothing is an empty list.
    """
    return answered(request, await tokens.resolve(q, limit=limit))


@router.get(
    "/contract/{chain}/{address:path}",
    summary="The token of a contract",
    response_model=Envelope[Token],
    responses=errors("chain_not_found", "contract_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(TOKENS)],
)
async def contract(
    request: Request,
    chain: Annotated[str, Path(max_length=100, description="As in `ethereum`; providers' names are understood too.")],
    address: Annotated[str, Path(max_length=300, description="EVM addresses in any case, others in their own.")],
    tokens: Tokens,
    as_of: Then = None,
) -> Response:
    """The token that lives at the address. Should several claim it, the largest is told and `meta.others` names the rest."""
    then = None if as_of is None else read_time("as_of", as_of)
    return answered(request, await tokens.contract(chain, address, as_of=then))


@router.get(
    "/{token_id}",
    summary="One token",
    response_model=Envelope[Token],
    responses=errors("token_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(TOKENS)],
)
async def token(request: Request, token_id: TokenId, tokens: Tokens, as_of: Then = None) -> Response:
    """One token's name, contracts, categories, links and description; with `as_of`, those that were known then.

    Rank, market cap and image are always the latest.
    """
    then = None if as_of is None else read_time("as_of", as_of)
    return answered(request, await tokens.token(token_id, as_of=then))
