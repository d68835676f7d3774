"""Logs that cannot be changed unseen: each entry carries the hash of itself and of the one before."""

import hashlib
import json
from collections.abc import Iterable, Mapping

GENESIS = "0" * 64
"""What the first entry names as the one before."""


def entry_hash(previous: str, body: Mapping[str, object]) -> str:
    """Return the SHA-256 of the hash before and the entry's canonical JSON: sorted keys, no blanks, UTF-8, no NaN.

    Numbers that must come back the same from a database are given as text.
    """
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def first_broken(entries: Iterable[tuple[str, str, Mapping[str, object]]]) -> int | None:
    """Return the position of the first entry `(previous, hash, body)` that does not follow, `None` if all do."""
    before = GENESIS
    for position, (previous, stated, body) in enumerate(entries):
        if previous != before or stated != entry_hash(previous, body):
            return position
        before = stated
    return None
