"""Files of transactions into a portfolio."""

import json
import re
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from shared.core.errors import InvalidParameterError
from shared.domain.portfolio.importing import Order, PortfolioImports
from shared.domain.portfolio.layouts.reading import Layout
from shared.domain.portfolio.models import ImportReport
from shared.http.envelope import Envelope, answered
from shared.http.openapi import errors
from shared.http.parameters import SLUG, read_list
from shared.http.provided import provided
from shared.http.signed import SignedIn
from shared.records.portfolio import Settlement

from .bodies import ImportBody
from .router import PortfolioId, router

Imports = Annotated[PortfolioImports, provided(PortfolioImports)]
_FILE = "time,kind,token_id,quantity,price\n2026-01-15T10:30:00Z,buy,bitcoin,0.05,52000\n"
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string", "minLength": 1}, "example": _FILE},
            "application/json": {"schema": ImportBody.model_json_schema()},
        },
    }
}
_PAIR = re.compile(r"([A-Za-z0-9$@._-]{1,32}):(.+)")
_MOST_SYMBOLS = 100


async def _text(request: Request) -> str:
    """Return the file that a request holds, as text or within JSON.

    Raises:
        HTTPException: the body is of another type (415), or no JSON (400).
        InvalidParameterError: it is no UTF-8, or the JSON is not what it should be.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in ("text/csv", "application/json"):
        raise HTTPException(415, "Send the file as text/csv, or as application/json with its `text`")
    body = await request.body()
    if media_type == "application/json":
        return _within_json(body)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidParameterError("text", f"is no UTF-8: byte {error.start + 1}", place="body") from None
    if not text.strip():
        raise InvalidParameterError("text", "is empty", place="body")
    return text


def _within_json(body: bytes) -> str:
    try:
        return ImportBody.model_validate(json.loads(body)).text
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "body"
        raise InvalidParameterError(name, first["msg"], place="body") from None
    except (ValueError, RecursionError):
        raise HTTPException(400, "The body is not JSON") from None


async def _meant(
    symbols: Annotated[
        str | None,
        Query(
            max_length=8_000,
            description="Which tokens symbols mean, where several have one: `UNI:uniswap,LUNA:terra-luna-2`, at most 100.",
        ),
    ] = None,
) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in [] if symbols is None else read_list("symbols", symbols, largest=_MOST_SYMBOLS):
        parts = _PAIR.fullmatch(pair)
        if parts is None or re.fullmatch(SLUG, parts[2]) is None:
            raise InvalidParameterError("symbols", "give pairs as SYMBOL:token-id", pair[:64])
        found[parts[1].upper()] = parts[2]
    return found


@router.post(
    "/api/v1/portfolios/{portfolio_id}/imports",
    summary="Import transactions",
    response_model=Envelope[ImportReport],
    responses=errors(
        "bad_request",
        "portfolio_not_found",
        "portfolio_busy",
        "too_many_transactions",
        "unsupported_media_type",
        "database_unavailable",
    ),
    openapi_extra=_BODY,
)
async def import_transactions(
    request: Request,
    portfolio_id: PortfolioId,
    caller: SignedIn,
    imports: Imports,
    symbols: Annotated[dict[str, str], Depends(_meant)],
    layout: Annotated[
        Layout | None,
        Query(
            description="`generic`: our own export (`time, kind, token_id` or `symbol`, `quantity`, and what else a transaction has); "
            "`binance_trades`: spot trade history; `binance_history`: transaction history; `coinbase`: transaction history. Left out, the "
            "header tells."
        ),
    ] = None,
    settlement: Annotated[
        Settlement | None,
        Query(
            description="Where an exchange's file leaves it open, whether tokens paid with come from these holdings. Left out, `outside` for "
            "`binance_trades`, which tells no deposits, `holdings` for `binance_history`."
        ),
    ] = None,
    skip_bad: Annotated[bool, Query(description="Keep the good rows although others are refused.")] = False,
    dry_run: Annotated[bool, Query(description="Keep nothing; only report.")] = False,
) -> Response:
    """Read a CSV file of up to 1 MiB and add its transactions.

    Nothing is kept when a row is refused, unless `skip_bad`; the report names line and reason of each. Rows that are in the portfolio
    already, by the exchange's id or by everything they tell, are counted and left out, so that a file imported twice adds nothing.
    A symbol stands for the only token that has it, or for one with fifty times the market capitalisation of every other; the report says
    which, and anything else is refused. Prices that a file does not tell are the market's within twelve hours of then, and `filled`
    says so. Refused with 409: `too_many_transactions`, `portfolio_busy`.
    """
    await imports.find(caller.uid, portfolio_id)
    order = Order(await _text(request), layout, settlement, skip_bad, dry_run, symbols)
    return answered(request, await imports.run(caller.uid, portfolio_id, order))
