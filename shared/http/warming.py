"""Asking again for the answers that many callers share, so that none of them waits after a refresh."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.core.trust import authorities

if TYPE_CHECKING:
    from httpx2 import AsyncClient

log = logging.getLogger(__name__)


async def warm(urls: Sequence[str], *, allowed: timedelta = timedelta(seconds=8)) -> int:
    """Request each URL with `Cache-Control: no-cache` and return how many answered with 200.

    A failure is logged and costs nothing else: whoever asks next has the answer computed for them.
    """
    if not urls:
        return 0
    from httpx2 import AsyncClient

    async with AsyncClient(verify=authorities(), timeout=allowed.total_seconds()) as client:
        return sum(await asyncio.gather(*(_asked(client, url) for url in urls)))


async def _asked(client: "AsyncClient", url: str) -> bool:
    from httpx2 import HTTPError

    try:
        response = await client.get(url, headers={"Cache-Control": "no-cache"})
    except HTTPError as error:
        log.warning("warming.failed", extra={"url": url, "error": repr(error)})
        return False
    if response.status_code != 200:
        log.warning("warming.failed", extra={"url": url, "status": response.status_code})
    return response.status_code == 200
