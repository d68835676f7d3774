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
    """One GET of one provider; the key is in the headers alone and never shown."""

    provider: str
    url: str
    params: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)
    key: str | None = field(repr=False, default=None)


async def ask(http: Http, call: Call) -> Page:
    """Return one page.

    Raises:
        UpstreamError: no answer, an error answer with whatever status, or no JSON.
    """
    reply = await http.get(call.provider, call.url, params=call.params, headers=call.headers)
    body, unreadable = _body(reply)
    answered = Answered(call.provider, reply.status, reply.headers, call.key, http.now())
    error = error_for(answered, complaint_in(body))
    if error is not None:
        raise error
    if unreadable is not None:
        raise BadPayloadError(call.provider, str(unreadable)) from unreadable
    return Page(body, http_date(reply.headers.get("date")))


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
