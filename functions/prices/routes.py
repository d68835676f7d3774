"""Quotes, the overview and price history over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from shared.cache.freshness import HISTORY, LIVE_PRICES, MARKET_OVERVIEW
from shared.core.errors import InvalidParameterError
from shared.domain.market.currency import Currency
from shared.domain.market.history import HistoryService, Interval
from shared.domain.market.history_statements import Form
from shared.domain.market.models import MarketOverview, NamedQuote, Point, PriceAt, Quote, TokenQuote
from shared.domain.market.service import PriceService
from shared.http.envelope import Envelope, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.parameters import PageQuery, RangeQuery, read_list, read_time
from shared.http.provided import provided

router = APIRouter(prefix="/api/v1/prices", tags=["prices"])

MOST_NAMES = 250
_MEDIA_TYPE: dict[Form, str] = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
_FILES: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}, "application/x-ndjson": {}}}}

Prices = Annotated[PriceService, provided(PriceService)]
History = Annotated[HistoryService, provided(HistoryService)]
# Not every slug in use is tidy, so any text is let through; an unknown one is not found.
TokenId = Annotated[str, Path(max_length=200, description="Slug of a token.", examples=["bitcoin"])]
InCurrency = Annotated[Currency, Query(description="In what amounts are told.")]
Names = Annotated[
    str | None, Query(description=f"Up to {MOST_NAMES}, separated by commas.", examples=["bitcoin,ethereum"])
]


@router.get(
    "/live",
    summary="Quotes by market capitalisation",
    response_model=Envelope[list[Quote]],
    responses=errors("snapshot_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(LIVE_PRICES)],
)
async def live(
    request: Request,
    page: PageQuery,
    prices: Prices,
    snapshot: Annotated[
        str | None, Query(max_length=32, description="`meta.snapshot` of an earlier page: pages of one ranking.")
    ] = None,
    vs_currency: InCurrency = "usd",
) -> Response:
    """All ranked tokens, best first. A snapshot is kept for an hour; the quotes on its pages are always the latest."""
    answer = await prices.live(limit=page.limit, offset=page.offset, snapshot=snapshot, currency=vs_currency)
    return answered(request, answer)


@router.get(
    "/market-overview",
    summary="The market as a whole",
    response_model=Envelope[MarketOverview],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(MARKET_OVERVIEW)],
)
async def market_overview(request: Request, prices: Prices) -> Response:
    """Total market cap and volume, dominance, change within a day, how many tokens rose and fell."""
    return answered(request, await prices.overview())


@router.get(
    "/quotes",
    summary="Quotes of the tokens you name",
    response_model=Envelope[list[NamedQuote]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(LIVE_PRICES)],
)
async def quotes(
    request: Request, prices: Prices, ids: Names = None, symbols: Names = None, vs_currency: InCurrency = "usd"
) -> Response:
    """One entry per id or symbol, in your order. A symbol that several tokens share is never picked from silently."""
    if (ids is None) == (symbols is None):
        raise InvalidParameterError("ids", "give either 'ids' or 'symbols'", ids)
    if ids is not None:
        answer = await prices.named("ids", read_list("ids", ids, largest=MOST_NAMES), currency=vs_currency)
    else:
        asked = read_list("symbols", symbols or "", largest=MOST_NAMES)
        answer = await prices.named("symbols", asked, currency=vs_currency)
    return answered(request, answer)


@router.get(
    "/{token_id}",
    summary="One quote with its sources",
    response_model=Envelope[TokenQuote],
    responses=errors("token_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(LIVE_PRICES)],
)
async def token(request: Request, token_id: TokenId, prices: Prices, vs_currency: InCurrency = "usd") -> Response:
    """One token's quote, and for each provider its own price, its age and whether it was used."""
    return answered(request, await prices.token(token_id, currency=vs_currency))


@router.get(
    "/{token_id}/history",
    summary="Earlier prices",
    response_model=Envelope[list[Point]],
    responses={**errors("token_not_found", "no_data", "database_unavailable"), **_FILES},
    dependencies=[fresh_for(HISTORY)],
)
async def history(
    request: Request,
    token_id: TokenId,
    within: RangeQuery,
    history: History,
    interval: Annotated[Interval, Query(description="The first observation in each such interval.")] = "1h",
    format: Annotated[Form, Query(description="`csv` and `ndjson` send the whole range at once.")] = "json",  # noqa: A002
    cursor: Annotated[str | None, Query(max_length=32, description="`meta.cursor` of the page before.")] = None,
) -> Response:
    """Points `[ms, price, market cap, volume]` in US dollars, oldest first, each with the time of its observation.

    Without `from`, a day of `5m`, thirty days of `1h` or a year of `1d` before `to`, which is now by default.
    Pages of JSON hold up to 1,000 points.
    """
    wanted = history.wanted(token_id, interval, within.start, within.end)
    if format == "json":
        return answered(request, await history.series(wanted, cursor=cursor))
    if cursor is not None:
        raise InvalidParameterError("cursor", "is for JSON; the other formats send the whole range", cursor)
    return StreamingResponse(await history.export(wanted, format), media_type=_MEDIA_TYPE[format])


@router.get(
    "/{token_id}/at",
    summary="The price at an instant",
    response_model=Envelope[PriceAt],
    responses=errors("price_not_found", "token_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(HISTORY)],
)
async def at(
    request: Request,
    token_id: TokenId,
    history: History,
    time: Annotated[str, Query(max_length=64, description="The instant: s, ms or ISO-8601.")],
) -> Response:
    """The price known then: the last one observed at or before the instant, and how long before."""
    return answered(request, await history.price_at(token_id, read_time("time", time)))
