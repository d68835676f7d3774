"""The router that the modules beside this one put their routes on, and what several of them take."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response

from shared.domain.portfolio.shelf import Told
from shared.http.envelope import answered

router = APIRouter(tags=["portfolio"])

PortfolioId = Annotated[
    str, Path(pattern=r"^[0-9a-f]{16}$", description="Id of a portfolio of yours.", examples=["5f0c2a9be1d34c77"])
]
TransactionId = Annotated[str, Path(pattern=r"^[0-9a-z]{1,16}$", description="Id of a transaction.", examples=["t7"])]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="Any text of your own for this request, remembered for 24 hours: sent again with the same body, the first answer "
        "comes back (`Idempotency-Replayed: true`) and nothing is done twice; with another body it is refused (409).",
        examples=["a3e1c7b0-buy-1"],
    ),
]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=64,
        description="The portfolio's `ETag` as you know it: refused (409, `changed`) if it was changed since.",
        examples=['"r3"'],
    ),
]


def told(request: Request, what: Told, *, status: int = 200) -> Response:
    """Return an answer with the portfolio's revision in its ETag."""
    response = answered(request, what.answer)
    response.status_code = status
    if what.etag is not None:
        response.headers["etag"] = what.etag
    if what.replayed:
        response.headers["idempotency-replayed"] = "true"
    return response
