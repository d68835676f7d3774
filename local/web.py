"""Small HTTP requests to this machine's own servers, without a proxy in between."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered."""

    status: int
    body: bytes


def ask(
    url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b"", timeout_s: float = 5
) -> Reply | None:
    """Return a server's answer, or `None` when it gave none in time."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=timeout_s)
    try:
        connection.request(method, target or "/", body=body or None, headers=dict(headers or {}))
        response = connection.getresponse()
        return Reply(response.status, response.read())
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
