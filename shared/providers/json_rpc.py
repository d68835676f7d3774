"""JSON-RPC 2.0 as the nodes of blockchains speak it: batches, ids, error objects, hexadecimal quantities.

Source: https://www.jsonrpc.org/specification
Source: https://ethereum.org/en/developers/docs/apis/json-rpc/ (quantities: hexadecimal, with 0x before)
"""

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.core.errors import UpstreamError

from .asking import Call, ask
from .complaints import Answered, complaint_in, error_for
from .contract import Http, Page
from .numbers import JsonValue, Row, Unreadable, mapping, rows_of

log = logging.getLogger(__name__)

METHOD_NOT_FOUND = -32601
_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}")


@dataclass(frozen=True, slots=True)
class Method:
    """What a node is asked to tell."""

    name: str
    params: tuple[JsonValue, ...] = ()


async def ask_rpc(http: Http, call: Call, methods: Sequence[Method]) -> Page:
    """Return the answers to all methods as they came: several are posted as one batch, one by itself.

    Raises:
        UpstreamError: no answer, or one of the answers is an error. That a node does not know one method of several is
            none: the answer to that one is null.
    """
    page = await ask(http, replace(call, sent=_sent(methods)))
    for row in page.body if isinstance(page.body, list) else ():
        error = (
            None
            if _is_unknown(row)
            else error_for(Answered(call.provider, 200, {}, call.key, http.now()), complaint_in(row))
        )
        if error is not None:
            raise error
    return page


async def ask_in_turn(http: Http, calls: Sequence[Call], methods: Sequence[Method], *, patience: timedelta) -> Page:
    """Return the answers of the first address that gives them; each but the last has so much time.

    Raises:
        UpstreamError: no address answered; what the last one did.
    """
    for call in calls[:-1]:
        try:
            async with asyncio.timeout(patience.total_seconds()):
                return await ask_rpc(http, call, methods)
        except (UpstreamError, TimeoutError) as error:
            log.warning("rpc.address_failed", extra={"provider": call.provider, "reason": type(error).__name__})
    return await ask_rpc(http, calls[-1], methods)


def results(body: JsonValue, count: int) -> list[JsonValue]:
    """Return the results of so many methods in the order in which they were asked; null where the node knows none.

    Raises:
        Unreadable: an answer is missing, or stands there for a question that was not asked.
    """
    rows = [mapping(body)] if count == 1 and isinstance(body, dict) else rows_of(body)
    found = {row.get("id"): row for row in rows}
    if len(rows) != count or set(found) != set(range(1, count + 1)):
        raise Unreadable("the answers are not those to the questions")
    return [_result(found[number]) for number in range(1, count + 1)]


def quantity(value: JsonValue, name: str = "quantity") -> int:
    """Return a hexadecimal quantity.

    Raises:
        Unreadable: it is none: decimal, blank, longer than 256 bits.
    """
    if not isinstance(value, str) or _QUANTITY.fullmatch(value) is None:
        raise Unreadable(f"'{name}' is no hexadecimal quantity")
    return int(value, 16)


def _sent(methods: Sequence[Method]) -> JsonValue:
    batch: list[JsonValue] = [
        {"jsonrpc": "2.0", "id": number, "method": method.name, "params": list(method.params)}
        for number, method in enumerate(methods, start=1)
    ]
    return batch[0] if len(batch) == 1 else batch


def _result(row: Row) -> JsonValue:
    if "result" not in row and not _is_unknown(row):
        raise Unreadable("an answer without a result")
    return row.get("result")


def _is_unknown(row: object) -> bool:
    error = row.get("error") if isinstance(row, Mapping) else None
    return isinstance(error, dict) and error.get("code") == METHOD_NOT_FOUND
