"""Shared answers kept fresh while cold starts are measured, as the refreshes do each minute."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from local.ports import HOST

from .asking import get
from .scenarios import NO_CACHE

_EVERY_S = 20.0
"""A third of the time for which live prices are fresh."""


@contextmanager
def kept_fresh(urls: Sequence[str], path: str) -> Iterator[None]:
    """Have servers compute a hot answer anew, and so write it to the document store, now and every twenty seconds."""
    over = threading.Event()

    def keep() -> None:
        while True:
            for url in urls:
                get(url, path, NO_CACHE)
            if over.wait(_EVERY_S):
                return

    for url in urls:
        get(url, path, NO_CACHE)
    keeper = threading.Thread(target=keep, name="keeper", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def persist(port: int, key: str) -> str | None:
    """Have Redis keep a key for ever and return what it said, `None` when it does not answer.

    `:1` says that the key had an end and has none any more, `:0` that there is no such key or end.
    """
    try:
        with socket.create_connection((HOST, port), timeout=2) as connection:
            connection.sendall(f"PERSIST {key}\r\n".encode())
            return connection.recv(64).decode().strip()
    except OSError:
        return None
