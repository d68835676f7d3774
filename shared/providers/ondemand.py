"""One question while a caller waits: states read, the first source that answers, states written, all in time."""

import asyncio
from datetime import timedelta
from typing import TypeVar

from .sources import Found, Sources

Request = TypeVar("Request")
Record = TypeVar("Record")


async def first_answer(
    sources: Sources[Request, Record], request: Request, *, within: timedelta
) -> Found[Record] | None:
    """Return the answer of the first source that has one, `None` when nobody has.

    What was learnt of the providers is written before the answer goes out: nothing runs after it.

    Args:
        sources: Their documents have to answer in time themselves (`shared.cache.hasty`).
        request: What is asked.
        within: For reading the states and asking; writing comes on top.
    """
    loop = asyncio.get_running_loop()
    ends = loop.time() + within.total_seconds()
    run = await sources.begin()
    found = await run.first(request, within=timedelta(seconds=max(0.0, ends - loop.time())))
    await run.end()
    return found
