"""One line of JSON per request on standard output, in the fields that Cloud Logging shows as a request.

Written straight to the file descriptor: the logging module costs more than answering from memory does.
"""

import os
import re
from collections.abc import Callable
from urllib.parse import quote

from .exchange import Exchange

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_TRACE = re.compile(rb"([0-9a-fA-F]{32})(?:/|$)")
_PLAIN = re.compile(rb"[A-Za-z0-9/._~?=&,:@!$'()*+;%-]*")
_LONGEST_URL = 2_048


def to_stdout(line: bytes) -> None:
    """Write the line; a reader that went away must not take the answer with it."""
    try:  # noqa: SIM105  entering `suppress` costs as much as formatting the line
        os.write(1, line)
    except OSError:
        pass


class AccessLog:
    """Writes the lines."""

    def __init__(self, project: str, write: Callable[[bytes], None] = to_stdout) -> None:
        self._project = quote(project).encode()
        self.write = write

    def begun(self, path: str, query: bytes, method: str = "GET") -> bytes:
        """Return the beginning of the line of an answer without an error, up to its status."""
        return _begun(b"INFO", method, path, query)

    def line(
        self, begun: bytes, status: int, seconds: float, state: bytes, request_id: bytes, trace: bytes | None
    ) -> bytes:
        """Return the line that began so."""
        return b'%b%d,"latency":"%.6fs"},"cache":"%b","request_id":"%b"%b}\n' % (
            begun,
            status,
            seconds,
            state,
            request_id,
            b"" if trace is None else self._traced(trace),
        )

    def line_of(self, exchange: Exchange) -> bytes:
        """Return the line of a request that no tier answered."""
        scope, status = exchange.scope, exchange.status
        begun = _begun(_severity(status), scope["method"], scope["path"], scope["query_string"])
        state, trace = exchange.state or b"none", exchange.headers.get(b"x-cloud-trace-context")
        return self.line(begun, status, exchange.seconds(), state, exchange.call.request_id.encode(), trace)

    def _traced(self, trace: bytes) -> bytes:
        found = _TRACE.match(trace)
        if found is None:
            return b""
        return b',"logging.googleapis.com/trace":"projects/%b/traces/%b"' % (self._project, found[1])


def _begun(severity: bytes, method: str, path: str, query: bytes) -> bytes:
    name = method.encode() if method in _METHODS else quote(method[:16]).encode()
    url = _url(path, query)
    return b'{"severity":"%b","message":"%b %b","httpRequest":{"requestMethod":"%b","requestUrl":"%b","status":' % (
        severity,
        name,
        url,
        name,
        url,
    )


def _url(path: str, query: bytes) -> bytes:
    """Return the URL in ASCII, so percent-encoded that it needs no escaping within JSON."""
    url = path.encode("utf-8", "replace") + (b"?" + query if query else b"")
    if _PLAIN.fullmatch(url) is None:
        url = quote(url, safe="/:@!$&'()*+,;=~?%[]").encode()
    return url[:_LONGEST_URL]


def _severity(status: int) -> bytes:
    if status >= 500:
        return b"ERROR"
    return b"WARNING" if status in (401, 403, 413, 429) else b"INFO"
