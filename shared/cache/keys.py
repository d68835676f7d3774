"""What a request asks for, and the name under which its answer is kept."""

import hashlib
from urllib.parse import parse_qsl, urlencode

_LARGEST_ALIAS = 256
"""Bytes of path and query; longer ones are reduced anew at every request, so that the table stays small."""


class Asked:
    """One raw path and query: the key of its answer, and whether that answer is shared through documents."""

    __slots__ = ("hot", "key", "line", "path", "query")

    def __init__(self, path: str, query: bytes, *, hot: bool) -> None:
        self.path = path
        self.query = query
        self.hot = hot
        self.key = key_of(path, query)
        self.line = b""
        """Room for the beginning of this request's line in the access log."""


class AskedTable:
    """Raw requests that were answered before, so that asking again needs neither parsing nor hashing; bounded in number."""

    def __init__(self, hot_paths: frozenset[str], *, limit: int = 4096) -> None:
        self._hot_paths = hot_paths
        self._limit = limit
        self.known: dict[tuple[str, bytes], Asked] = {}

    def of(self, path: str, query: bytes) -> Asked:
        """Return what the request asks for; it is not remembered yet."""
        known = self.known.get((path, query))
        return known or Asked(path, query, hot=path in self._hot_paths and not query)

    def remember(self, asked: Asked) -> None:
        """Keep it for the next time; the one kept longest makes room."""
        if len(asked.path) + len(asked.query) > _LARGEST_ALIAS:
            return
        self.known[(asked.path, asked.query)] = asked
        if len(self.known) > self._limit:
            del self.known[next(iter(self.known))]


def canonical_query(query: bytes) -> str:
    """Return the query as a route sees it: decoded and encoded again, by name, equal names in the order given."""
    if not query:
        return ""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return urlencode(sorted(pairs, key=lambda pair: pair[0]))


def key_of(path: str, query: bytes) -> str:
    """Return the key of a GET answer; HEAD is answered from it."""
    text = f"GET\n{path}\n{canonical_query(query)}"
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
