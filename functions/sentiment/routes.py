"""Fear and greed over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from shared.cache.freshness import SENTIMENT
from shared.core.errors import InvalidParameterError
from shared.domain.sentiment.models import IndexPoint, IndexValue, TokenSentiment
from shared.domain.sentiment.service import SentimentService
from shared.domain.sentiment.statements import Form
from shared.http.envelope import Envelope, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.parameters import RangeQuery, read_time
from shared.http.provided import provided
from shared.records.sentiment import IndexName

router = APIRouter(tags=["sentiment"])

_MEDIA_TYPE: dict[Form, str] = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
_FILES: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}, "application/x-ndjson": {}}}}

Sentiment = Annotated[SentimentService, provided(SentimentService)]
TokenId = Annotated[str, Path(max_length=200, description="Slug of a token.", examples=["bitcoin"])]


@router.get(
    "/api/v1/sentiment",
    summary="Fear and greed now",
    response_model=Envelope[list[IndexValue]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(SENTIMENT)],
)
@router.get(
    "/api/sentiment",
    summary="Fear and greed now (short address)",
    response_model=Envelope[list[IndexValue]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(SENTIMENT)],
)
async def current(request: Request, sentiment: Sentiment) -> Response:
    """The newest value of each index, the primary first: Alternative.me's, or our own when that is older than 36 hours.

    Ours, `cryptoprism`, is the weighted mean of what its `components` say, each 0 (fear) to 100 (greed). Volatility (0.25): half how
    near bitcoin is to its highest price of 90 days, (price ÷ highest)^2.5, half 1 ÷ (1 + (2 × mean squared falls of 30 days ÷ mean
    squared changes of 90)²). Momentum (0.25): logistic of the mean of its 7-day log change ÷ 0.10 and its 30-day one ÷ 0.20. Volume
    (0.15): share of the last 30 days' volume traded on days that rose. Dominance (0.10): logistic of the fall of bitcoin's share of the
    market below its 30-day mean, in percentage points ÷ 2. Breadth (0.15): of the 100 largest tokens that moved over 1 % within a week,
    the share that rose. News (0.10): 50 + 50 × the mean sentiment of the articles of three days. What is unknown is left out, told in
    `missing`, and its weight shared among the others; below 0.4 of the weights there is no value.
    """
    return answered(request, await sentiment.current())


@router.get(
    "/api/v1/sentiment/history",
    summary="Fear and greed before",
    response_model=Envelope[list[IndexPoint]],
    responses={**errors("no_data", "database_unavailable"), **_FILES},
    dependencies=[fresh_for(SENTIMENT)],
)
async def history(
    request: Request,
    within: RangeQuery,
    sentiment: Sentiment,
    index: Annotated[
        IndexName, Query(description="`alternative_me`: one value a day since 2018; `cryptoprism`: ours, hourly.")
    ] = "alternative_me",
    format: Annotated[Form, Query(description="`csv` and `ndjson` send the whole range at once.")] = "json",  # noqa: A002
    cursor: Annotated[str | None, Query(max_length=32, description="`meta.cursor` of the page before.")] = None,
    as_of: Annotated[
        str | None, Query(max_length=64, description="See only what was known then: s, ms or ISO-8601.")
    ] = None,
) -> Response:
    """Values `[ms, value, class]`, oldest first; without `from`, of 90 days before `to`, which is now by default.

    Days that the source left out are left out. A value that was revised later is told as it is now, or as it was known at `as_of`.
    Pages of JSON hold up to 1,000 values.
    """
    known = None if as_of is None else read_time("as_of", as_of)
    wanted = sentiment.wanted(index, within.start, within.end, known)
    if format == "json":
        return answered(request, await sentiment.history(wanted, cursor=cursor))
    if cursor is not None:
        raise InvalidParameterError("cursor", "is for JSON; the other formats send the whole range", cursor)
    return StreamingResponse(await sentiment.export(wanted, format), media_type=_MEDIA_TYPE[format])


@router.get(
    "/api/v1/sentiment/{token_id}",
    summary="The sentiment of one token",
    response_model=Envelope[TokenSentiment],
    responses=errors("token_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(SENTIMENT)],
)
async def token(request: Request, token_id: TokenId, sentiment: Sentiment) -> Response:
    """Volatility, momentum, volume and news of one token, by the formulas and weights of our index.

    A component that is unknown is `null` and has no weight; `value` is `null` when too few are known or the price is over an hour old.
    """
    return answered(request, await sentiment.token(token_id))
