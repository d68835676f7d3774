"""What asking the cache may come to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from .entry import Entry, Recorded

HIT_MEMORY: Final = b"hit-memory"
HIT_DOCUMENTS: Final = b"hit-firestore"
MISS: Final = b"miss"
STALE: Final = b"stale"

REVALIDATING: Final = 110
FAILED: Final = 111


@dataclass(frozen=True, slots=True)
class Found:
    """An entry to answer with, where it was found, and the code of the `Warning` it goes out with (0: none)."""

    entry: Entry
    state: bytes
    warning: int = 0


class Unshared:
    """The answer is for one caller only."""


UNSHARED = Unshared()

Answered = Found | Recorded | None
"""`None`: the computation has passed its answer on to the caller by itself."""
Compute = Callable[[Callable[[], None]], Awaitable[Recorded | None]]
"""Computes the answer. It calls its argument as soon as it knows that the answer is for its caller alone."""


def failed(answered: Answered) -> bool:
    """Return whether computing came to nothing, so that a kept answer may stand in and those waiting need not try."""
    return isinstance(answered, Recorded) and answered.status >= 500
