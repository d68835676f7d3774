"""News over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from shared.cache.freshness import NEWS
from shared.domain.naming import NamedMeta
from shared.domain.news.models import NewsArticle
from shared.domain.news.service import NewsService, Wanted
from shared.http.envelope import Meta, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.parameters import RangeQuery, read_time
from shared.http.provided import provided

router = APIRouter(tags=["news"])


class NewsMeta(NamedMeta, Meta):
    """Where news come from, how old they are, and which token was meant."""

    id: str | None = Field(default=None, description="The token asked for.", examples=["bitcoin"])


class NewsAnswer(BaseModel):
    """Stories, newest first."""

    data: list[NewsArticle]
    meta: NewsMeta


News = Annotated[NewsService, provided(NewsService)]
Token = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=200,
        description="Id or symbol. Of a symbol that several tokens share there are no news: `meta.candidates` lists them.",
    ),
]
Source = Annotated[
    str | None,
    Query(min_length=1, max_length=200, description="Host of a publisher, or a provider.", examples=["coindesk.com"]),
]
Sentiment = Annotated[int | None, Query(ge=-1, le=1, description="-1, 0 or 1.")]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=32, description="`meta.cursor` of the page before.")]
AsOf = Annotated[str | None, Query(max_length=64, description="As it was known then: s, ms or ISO-8601.")]


@router.get(
    "/api/v1/news",
    summary="News",
    response_model=NewsAnswer,
    responses=errors("token_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(NEWS)],
)
@router.get(
    "/api/news",
    summary="News (short address)",
    response_model=NewsAnswer,
    responses=errors("token_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(NEWS)],
)
async def news(
    request: Request,
    within: RangeQuery,
    news: News,
    token: Token = None,
    source: Source = None,
    sentiment: Sentiment = None,
    as_of: AsOf = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Stories, newest first, each once however many carried it.

    Where several tokens share the symbol asked for, `meta.ambiguous` is true, `meta.candidates` lists them and `data` is empty;
    otherwise `meta.id` is the token meant. `meta.total` counts up to 1,000 and is null beyond. A cursor stays right while news come in.
    """
    wanted = Wanted(
        token=token,
        source=source,
        sentiment=sentiment,
        start=within.start,
        end=within.end,
        as_of=None if as_of is None else read_time("as_of", as_of),
        limit=limit,
        cursor=cursor,
    )
    return answered(request, await news.page(wanted))
