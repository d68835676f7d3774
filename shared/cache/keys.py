"""What a request asks for, and the name under which its answer is kept."""

import hashlib
from collections.abc import Callable, Iterable
from operator import itemgetter
from urllib.parse import parse_qsl

Pairs = tuple[tuple[str, str], ...]
Canonical = Callable[[str, Pairs], Pairs]
"""Returns the parameters of a path in the one form that all spellings of the same question have."""

_name = itemgetter(0)
_LARGEST_ALIAS = 256
"""Bytes of path and query; longer ones are reduced anew at every request, so that the table stays small."""


class Asked:
    """One raw path and query: the key of its answer, and whether that answer is shared through documents."""

    __slots__ = ("hot", "key", "line", "parameters", "path", "query")

    def __init__(self, path: str, query: bytes, *, hot: bool, canonical: Canonical | None = None) -> None:
        self.path = path
        self.query = query
        self.hot = hot
        self.parameters = canonical_query(query)
        self.key = key_of(path, canonical(path, self.parameters) if canonical else self.parameters)
        self.line = b""
        """Room for the beginning of this request's line in the access log."""


class AskedTable:
    """Raw requests that were answered before, so that asking again needs neither parsing nor hashing; bounded in number."""

    def __init__(self, hot_paths: frozenset[str], *, limit: int = 4096, canonical: Canonical | None = None) -> None:
        self._hot_paths = hot_paths
        self._canonical = canonical
        self._limit = limit
        self.known: dict[tuple[str, bytes], Asked] = {}

    def of(self, path: str, query: bytes) -> Asked:
        """Return what the request asks for; it is not remembered yet."""
        known = self.known.get((path, query))
        hot = path in self._hot_paths and not query
        return known or Asked(path, query, hot=hot, canonical=self._canonical)

    def remember(self, asked: Asked) -> None:
        """Keep it for the next time; the one kept longest makes room."""
        if len(asked.path) + len(asked.query) > _LARGEST_ALIAS:
            return
        self.known[(asked.path, asked.query)] = asked
        if len(self.known) > self._limit:
            del self.known[next(iter(self.known))]


def canonical_query(query: bytes) -> Pairs:
    """Return the parameters as a route sees them: decoded, by name, equal names in the order given."""
    return tuple(sorted(parameters(query), key=_name)) if query else ()


def parameters(query: bytes) -> Iterable[tuple[str, str]]:
    """Return the decoded parameters in the order given, as `parse_qsl` does where there is something to decode."""
    text = query.decode("latin-1")
    if b"%" in query or b"+" in query:
        return parse_qsl(text, keep_blank_values=True)
    split = (part.partition("=") for part in text.split("&") if part)
    return [(name, value) for name, _, value in split]


def key_of(path: str, parameters: Pairs) -> str:
    """Return the key of a GET answer; HEAD is answered from it."""
    text = repr(("GET", path, parameters))
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
