"""The sandbox behind a running platform: sources are stopped there, and all of them come back at the end, whatever happens."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from local.web import ask


class UnreachableError(Exception):
    """The sandbox does not do what it is told."""


class Upstream:
    """The sandbox's controls."""

    def __init__(self, url: str) -> None:
        self._url = url

    def stop(self, stands: Iterable[str]) -> None:
        """Let stand-ins answer every request with a failure, until they are mended.

        Raises:
            UnreachableError: the sandbox refuses.
        """
        for stand in stands:
            self._tell("PUT", f"faults/{stand}", {"fault": "server_error"})

    def mend(self) -> None:
        """Let all answer again.

        Raises:
            UnreachableError: the sandbox refuses.
        """
        self._tell("DELETE", "faults", None)

    @contextmanager
    def without(self, stands: Iterable[str]) -> Iterator[None]:
        """Keep stand-ins stopped for as long as the context lasts, however it ends."""
        try:
            self.stop(stands)
            yield
        finally:
            self.mend()

    def _tell(self, method: str, path: str, body: object) -> None:
        sent = b"" if body is None else json.dumps(body).encode()
        reply = ask(f"{self._url}/admin/{path}", method=method, body=sent, timeout_s=10)
        if reply is None or reply.status != 200:
            raise UnreachableError(f"{method} {self._url}/admin/{path}: {reply.status if reply else 'no answer'}")
