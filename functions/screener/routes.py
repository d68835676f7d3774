"""The screener over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from shared.cache.freshness import CATALOG, SCREENER
from shared.cache.keys import canonical_query
from shared.domain.screener.asking import PATH, Asked, Refused, read
from shared.domain.screener.models import FieldTold, PresetTold, ScreenedToken
from shared.domain.screener.service import ScreenerService
from shared.http.call import call_of
from shared.http.envelope import Envelope, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.problems import InvalidRequestError
from shared.http.provided import provided

from .parameters import documented

router = APIRouter(tags=["screener"])

Screener = Annotated[ScreenerService, provided(ScreenerService)]


@router.get(
    PATH,
    summary="Find tokens by their numbers",
    response_model=Envelope[list[ScreenedToken]],
    responses=errors("snapshot_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(SCREENER)],
    openapi_extra={"parameters": documented()},
)
async def screened(request: Request, screener: Screener) -> Response:
    """Tokens that pass all filters given, largest first or in the order asked for.

    Every number of `/api/v1/screener/fields` has a lower and an upper bound, `min_…` and `max_…`, both inclusive. What is unknown passes
    no filter and comes last. `values` has the fields asked for that not every row shows. `meta.filters` tells what was asked, presets
    spelled out. Quotes, scores and data points are put together every five minutes.
    """
    return answered(request, await screener.screened(_asked(request)))


@router.get(
    f"{PATH}/presets",
    summary="Ready-made filters",
    response_model=Envelope[list[PresetTold]],
    dependencies=[fresh_for(CATALOG)],
)
async def presets(request: Request, screener: Screener) -> Response:
    """Every preset with the filters it stands for: `query` given by hand is the same question."""
    return answered(request, screener.presets())


@router.get(
    f"{PATH}/fields",
    summary="What can be filtered and sorted by",
    response_model=Envelope[list[FieldTold]],
    dependencies=[fresh_for(CATALOG)],
)
async def fields(request: Request, screener: Screener) -> Response:
    """Numbers of quotes, scores and data points, and what a token is or has."""
    return answered(request, screener.fields())


def _asked(request: Request) -> Asked:
    given = call_of(request.scope).parameters
    asked, refused = read(canonical_query(request.scope["query_string"]) if given is None else given)
    if asked is None:
        raise InvalidRequestError([_error(each) for each in refused])
    return asked


def _error(refused: Refused) -> dict[str, object]:
    return {
        "type": "value_error",
        "loc": ["query", refused.parameter],
        "msg": refused.message,
        "input": refused.given,
    }
