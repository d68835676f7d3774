"""Candles over HTTP."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from shared.cache.freshness import CANDLES, LIVE_PRICES
from shared.core.errors import InvalidParameterError
from shared.domain.candles.models import Candle, CandleMeta
from shared.domain.candles.service import CandleService
from shared.domain.candles.statements import Fill, Form
from shared.http.envelope import Meta, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.parameters import RangeQuery, read_time
from shared.http.provided import provided
from shared.records.candles import Interval

from .router import router

MOST = 1000
_MEDIA_TYPE: dict[Form, str] = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
_FILES: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}, "application/x-ndjson": {}}}}


class CandleAnswerMeta(CandleMeta, Meta):
    """Where candles come from, how old they are, and what is missing."""


class CandleAnswer(BaseModel):
    """Candles, oldest first."""

    data: list[Candle]
    meta: CandleAnswerMeta


Candles = Annotated[CandleService, provided(CandleService)]


@router.get(
    "/api/v1/market/ohlc",
    summary="Candles",
    response_model=CandleAnswer,
    responses={**errors("symbol_not_found", "token_not_found", "no_data", "database_unavailable"), **_FILES},
    dependencies=[fresh_for(LIVE_PRICES)],
)
@router.get(
    "/api/market/ohlc",
    summary="Candles (short address)",
    response_model=CandleAnswer,
    responses={**errors("symbol_not_found", "token_not_found", "no_data", "database_unavailable"), **_FILES},
    dependencies=[fresh_for(LIVE_PRICES)],
)
async def ohlc(
    request: Request,
    candles: Candles,
    within: RangeQuery,
    symbol: Annotated[
        str | None,
        Query(max_length=100, description="Of one token alone, or `meta.candidates` are listed.", examples=["BTC"]),
    ] = None,
    id: Annotated[str | None, Query(max_length=200, description="Slug of a token.", examples=["bitcoin"])] = None,  # noqa: A002
    interval: Annotated[
        Interval, Query(description="How long a candle is; weeks begin on Mondays, all in UTC.")
    ] = "1h",
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most, of JSON.")] = 500,
    fill: Annotated[Fill, Query(description="`ffill` fills gaps by the close before them, with volume 0.")] = "none",
    format: Annotated[Form, Query(description="`csv` and `ndjson` send the whole range at once.")] = "json",  # noqa: A002
    cursor: Annotated[str | None, Query(max_length=32, description="`meta.cursor` of the page before.")] = None,
    as_of: Annotated[
        str | None, Query(max_length=64, description="Candles as they were known then: s, ms or ISO-8601.")
    ] = None,
) -> Response:
    """Candles `[ms, open, high, low, close, volume]` stamped at their opening, oldest first, that opened from `from` to before `to`.

    Without `from`, the newest `limit` before `to`, which is now by default. `meta` tells whether the last one is closed
    (`is_closed`), what is missing (`gaps`), the venue (`sources`; `binance/1m` is built from Binance's minutes, `sampled` from our
    own prices, five minutes apart) and its `quote_currency`, which is never converted. Filled candles lie in `gaps`, and are
    marked in `csv` and `ndjson`.
    """
    wanted = candles.wanted(
        token_id=id,
        symbol=symbol,
        interval=interval,
        start=within.start,
        end=within.end,
        limit=limit,
        fill=fill,
        then=_read(as_of),
    )
    if format == "json":
        return _dated(answered(request, await candles.page(wanted, cursor=cursor)), interval)
    if cursor is not None:
        raise InvalidParameterError("cursor", "is for JSON; the other formats send the whole range", cursor)
    return _dated(StreamingResponse(await candles.export(wanted, format), media_type=_MEDIA_TYPE[format]), interval)


def _read(as_of: str | None) -> datetime | None:
    return None if as_of is None else read_time("as_of", as_of)


def _dated(response: Response, interval: Interval) -> Response:
    """State how long the answer may be kept: the longer the candle, the longer."""
    response.headers["cache-control"] = CANDLES[interval].cache_control
    return response
