"""Single requests with their headers, and many at once."""

import http.client
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def get(url: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Return the answer to one request on a connection of its own.

    Raises:
        OSError: nobody answered.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()


def get_all(url: str, paths: Iterable[str], headers: Mapping[str, str], *, at_once: int = 16) -> list[int]:
    """Return the statuses of many requests, so many of them under way at any time."""
    with ThreadPoolExecutor(at_once) as threads:
        return list(threads.map(lambda path: get(url, path, headers).status, paths))
