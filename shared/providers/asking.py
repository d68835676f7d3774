"""One request and its answer: the frame that all adapters share."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from shared.core.errors import BadPayloadError
from shared.records.market import PriceRecord

from .complaints import Answered, complaint_in, error_for
from .contract import Http, Page, Payload, Reply
from .moments import http_date
from .numbers import JsonValue, Row, Unreadable, parsed

AT_ONCE = 4
"""Pages asked for at the same time; more looks like an attack to the providers' front doors."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to one provider; the key is in the headers alone, unless it must stand elsewhere, and never shown."""

    provider: str
    url: str
    params: Mapping[str, str] = field(repr=False, default_factory=dict)
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)
    key: str | None = field(repr=False, default=None)
    sent: JsonValue = None
    """JSON to be posted; without it the request is a GET."""


async def ask(http: Http, call: Call) -> Page:
    """Return one page.

    Raises:
        UpstreamError: no answer, an error answer with whatever status, or no JSON.
    """
    reply = await _replied(http, call)
    body, unreadable = _body(reply)
    error = error_for(_answered(http, call, reply), complaint_in(body))
    if error is not None:
        raise error
    if unreadable is not None:
        raise BadPayloadError(call.provider, str(unreadable)) from unreadable
    return Page(body, http_date(reply.headers.get("date")))


async def ask_raw(http: Http, call: Call) -> Page:
    """Return one page that is no JSON, as it came.

    Raises:
        UpstreamError: no answer, or an error answer with whatever status.
    """
    reply = await _replied(http, call)
    error = error_for(_answered(http, call, reply), None)
    if error is not None:
        raise error
    return Page(None, http_date(reply.headers.get("date")), reply.body)


async def ask_all(http: Http, calls: Sequence[Call]) -> Payload:
    """Return the pages in the order of the calls, asked for a few at a time; the first failure ends the rest.

    Raises:
        UpstreamError: one of the pages failed.
    """
    turnstile = asyncio.Semaphore(AT_ONCE)

    async def one(call: Call) -> Page:
        async with turnstile:
            return await ask(http, call)

    tasks = [asyncio.ensure_future(one(call)) for call in calls]
    try:
        return Payload(tuple(await asyncio.gather(*tasks)))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _replied(http: Http, call: Call) -> Reply:
    if call.sent is None:
        return await http.get(call.provider, call.url, params=call.params, headers=call.headers)
    return await http.post(call.provider, call.url, body=call.sent, headers=call.headers)


def _answered(http: Http, call: Call, reply: Reply) -> Answered:
    return Answered(call.provider, reply.status, reply.headers, call.key, http.now())


def normalised(
    provider: str,
    payload: Payload,
    rows_in: Callable[[JsonValue], Sequence[Row]],
    record_of: Callable[[Row, Page], PriceRecord | None],
) -> list[PriceRecord]:
    """Return the records of all pages, each of the provider's names once.

    A ranking moves while its pages are fetched, so a token may stand on two of them: the first, which has the
    better rank, is kept.

    Raises:
        BadPayloadError: a row cannot be read; the whole answer is refused.
    """
    records: dict[str, PriceRecord] = {}
    for number, page in enumerate(payload.pages, start=1):
        with refusing(provider, f"page {number}"):
            for row in rows_in(page.body):
                record = record_of(row, page)
                if record is not None:
                    records.setdefault(record.provider_id, record)
    return list(records.values())


@contextmanager
def refusing(provider: str, place: str) -> Iterator[None]:
    """Name the provider and the place of whatever is unreadable within.

    Raises:
        BadPayloadError: something was.
    """
    try:
        yield
    except Unreadable as error:
        raise BadPayloadError(provider, f"{place}: {error}") from error


def _body(reply: Reply) -> tuple[JsonValue, Unreadable | None]:
    try:
        return parsed(reply.body), None
    except Unreadable as error:
        return None, error
