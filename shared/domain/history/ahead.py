"""Reading ahead: rows are read while PostgreSQL merges those before, which is half of an import's time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, islice
from queue import Full, Queue
from typing import TypeVar

Item = TypeVar("Item")

_BLOCK = 2_500
_BLOCKS = 20
"""As many rows as a batch of candles: some fifty megabytes."""
_LOOKS_EVERY_S = 0.2


@contextmanager
def read_ahead(items: Iterator[Item]) -> Iterator[Iterator[Item]]:
    """Give the items of an iterator that another thread consumes ahead of us, until the end of the block at the latest.

    What the iterator raises is raised where its item would have come.
    """
    blocks: Queue[list[Item] | BaseException] = Queue(_BLOCKS)
    leaving = threading.Event()
    reader = threading.Thread(target=_read, args=(items, blocks, leaving), name="reading-ahead", daemon=True)
    reader.start()
    try:
        yield chain.from_iterable(_blocks(blocks))
    finally:
        leaving.set()
        reader.join()


def _read(items: Iterator[Item], blocks: "Queue[list[Item] | BaseException]", leaving: threading.Event) -> None:
    try:
        while not leaving.is_set():
            block = list(islice(items, _BLOCK))
            _put(blocks, block, leaving)
            if not block:
                return
    except BaseException as error:  # noqa: BLE001  # raised again by whoever consumes
        _put(blocks, error, leaving)


def _put(
    blocks: "Queue[list[Item] | BaseException]", block: "list[Item] | BaseException", leaving: threading.Event
) -> None:
    while not leaving.is_set():
        with suppress(Full):
            blocks.put(block, timeout=_LOOKS_EVERY_S)
            return


def _blocks(blocks: "Queue[list[Item] | BaseException]") -> Iterator[list[Item]]:
    while True:
        block = blocks.get()
        if isinstance(block, BaseException):
            raise block
        if not block:
            return
        yield block
