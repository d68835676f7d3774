"""The errors that a route documents, by their codes: `responses=errors("token_not_found", "no_data")`.

What every route may answer, and what follows from whom it asks and what it takes, `shared.http.openapi` adds. That each is really answered,
and no other, tests/contract/test_every_error.py proves.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

Responses = dict[int | str, dict[str, Any]]

_TEXTS = {
    400: "The request cannot be read.",
    401: "No, an expired, malformed, foreign or forged token.",
    403: "The token is good but may not do this.",
    404: "What is asked for does not exist.",
    409: "It contradicts what is there.",
    413: "The body is too large.",
    415: "The body's type is not understood.",
    429: "Too many requests; `Retry-After` says when to come again.",
    503: "Nothing can be answered for now; `Retry-After` says when to come again.",
}
_BUSY = "It is being changed by several requests at once; try again"
CODES: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "bad_request": (400, "There was an error parsing the body"),
        "unauthenticated": (401, "Sign in: no bearer token"),
        "invalid_token": (401, "Token expired"),
        "forbidden": (403, "This needs a signed-in person, not an API key"),
        "metric_not_supported": (404, "Metric 'tvl_usd' is not supported for 'bitcoin'; supported: fees_usd"),
        "changed": (409, "It was changed meanwhile; read it again"),
        "changed_meanwhile": (409, "It was changed at the same time; read it again"),
        "busy": (409, _BUSY),
        "account_busy": (409, _BUSY),
        "portfolio_busy": (409, _BUSY),
        "idempotency_key_reused": (409, "The Idempotency-Key was used for another request"),
        "too_many_keys": (409, "You have 20 keys; revoke one first"),
        "too_many_alerts": (409, "100 alerts are the most; remove one first"),
        "too_many_portfolios": (409, "There may be 20 portfolios at most"),
        "too_many_transactions": (409, "A portfolio may hold 20000 transactions at most"),
        "duplicate_transaction": (409, "'4711' is in this portfolio already"),
        "too_many_accounts": (409, "At most 20 accounts may be open"),
        "too_many_positions": (409, "The account holds 200 tokens; no more are possible"),
        "insufficient_cash": (409, "The account has 10 USD free, 90 too little"),
        "insufficient_coins": (409, "The account has 1 bitcoin free, 2 too few"),
        "max_order_notional": (409, "The order is worth 250000.00 USD, over 100000"),
        "max_position_share": (409, "The position would be 60 % of the account, over 50 %"),
        "max_open_orders": (409, "The account has 100 open orders; 100 are allowed"),
        "daily_loss_limit": (409, "The account lost 21 % since the day began; 20 % are allowed"),
        "order_ended": (409, "Order o7 is filled; it cannot be cancelled"),
        "backtests_running": (409, "2 of your backtests are queued or running already"),
        "backtest_ended": (409, "The backtest is done already"),
        "model_outdated": (409, "Model 'm1' learned from version 1 of the data points, which are at 2 now"),
        "body_too_large": (413, "The body is over 1048576 bytes"),
        "unsupported_media_type": (415, "Send the body as application/json"),
        "rate_limited": (429, "Too many requests: ask again in 21 s; an API key or a larger plan allows more"),
        "allowance_spent": (429, "20 backtests a day are allowed"),
        "unavailable": (503, "Whether the token is good cannot be found out for now"),
        "no_data": (503, "No market data yet"),
        "price_stale": (503, "'bitcoin' was last priced 240 s ago; nothing is traded at that"),
        "database_unavailable": (503, "PostgreSQL did not answer"),
        "documents_unavailable": (503, "Documents do not answer in time"),
        "tasks_unavailable": (503, "Cloud Tasks did not answer"),
    }
)
"""Status and what is said, for instance; a code that ends in `_not_found` needs no line."""
_NOT_FOUND = "_not_found"


def errors(*codes: str) -> Responses:
    """Return what a route's `responses` say of its own errors.

    Raises:
        ValueError: there is no such code.
    """
    statuses: dict[int, list[str]] = {}
    for code in codes:
        statuses.setdefault(status_of(code), []).append(code)
    return {status: _error(status, named) for status, named in sorted(statuses.items())}


def status_of(code: str) -> int:
    """Return the status that an error's code comes with.

    Raises:
        ValueError: there is no such code.
    """
    if code.endswith(_NOT_FOUND):
        return 404
    if code not in CODES:
        raise ValueError(f"'{code}' is no error's code; see CODES in {__name__}")
    return CODES[code][0]


def codes_of(operation: Mapping[str, Any]) -> set[tuple[int, str]]:
    """Return status and code of every error that an operation of a document names."""
    return {
        (int(status), code)
        for status, response in operation["responses"].items()
        for content in response.get("content", {}).values()
        for code in content.get("examples", ())
        if status >= "4"
    }


def with_errors(responses: Mapping[str, Any], codes: Iterable[str]) -> dict[str, Any]:
    """Return an operation's responses with further errors, all in the order of their statuses."""
    known = {code for _, code in codes_of({"responses": responses})}
    added = errors(*sorted(known | set(codes)))
    others = {status: each for status, each in responses.items() if int(status) not in added}
    return dict(sorted((others | {str(status): each for status, each in added.items()}).items()))


def _error(status: int, codes: list[str]) -> dict[str, Any]:
    named = ", ".join(f"`{code}`" for code in codes)
    schema = {
        "allOf": [{"$ref": "#/components/schemas/Problem"}],
        "properties": {"status": {"const": status}, "code": {"enum": codes}},
    }
    examples = {code: {"value": _example(status, code)} for code in codes}
    return {
        "description": f"{_TEXTS[status]} {named}.",
        "content": {"application/problem+json": {"schema": schema, "examples": examples}},
    }


def _example(status: int, code: str) -> dict[str, Any]:
    said = CODES[code][1] if code in CODES else f"{code.removesuffix(_NOT_FOUND).capitalize()} 'xyz' not found"
    title = HTTPStatus(status).phrase
    known = {"detail": said, "type": "about:blank", "title": title, "status": status, "code": code}
    return {**known, "request_id": "7f3c9a5e0b1d4c62"}
