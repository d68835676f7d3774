"""POSTs that may be sent again: the key that says so, and the answer that says whether it was."""

from typing import Annotated

from fastapi import Header, Request, Response

from shared.domain.trading.desk import Accepted
from shared.http.envelope import answered

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="Any text of your own for this request, remembered for 24 hours: sent again with the same body, the first answer "
        "comes back (`Idempotency-Replayed: true`) and nothing is done twice; with another body it is refused (409).",
        examples=["a3e1c7b0-order-1"],
    ),
]


def created(request: Request, accepted: Accepted) -> Response:
    """Return the answer to a POST, 201."""
    response = answered(request, accepted.answer)
    response.status_code = 201
    if accepted.replayed:
        response.headers["idempotency-replayed"] = "true"
    return response
