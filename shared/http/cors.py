"""Which pages of which origins may read the answers: all, or those of a list."""

from collections.abc import Sequence

from shared.cache.entry import Header

# The server checks every byte of every header: a name that a kept answer never carries is not exposed there.
_EXPOSED_OF_KEPT = b"Age, ETag, Link, RateLimit, RateLimit-Policy, Warning, X-Cache, X-Request-Id, X-Response-Time"
_EXPOSED = _EXPOSED_OF_KEPT + b", Allow, Retry-After, WWW-Authenticate"
_EXPOSE = b"access-control-expose-headers"
_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_HEADERS = (
    b"Authorization, Cache-Control, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Api-Key, X-Request-Id"
)
_ALLOW_ORIGIN = b"access-control-allow-origin"


class Cors:
    """The headers that answers carry for browsers.

    No cookies are used, so credentials are never allowed and `*` is safe: who may read is decided by tokens.
    """

    def __init__(self, origins: Sequence[str]) -> None:
        everybody = "*" in origins
        self._allowed = frozenset() if everybody else frozenset(origin.encode() for origin in origins)
        allow: list[Header] = [(_ALLOW_ORIGIN, b"*")] if everybody else []
        self.listed = not everybody
        """Whether what is sent depends on the origin that asks."""
        self._always: list[Header] = [*allow, (_EXPOSE, _EXPOSED)]
        vary = (b"vary", b"Accept-Encoding" if everybody else b"Accept-Encoding, Origin")
        self.kept: list[Header] = [*allow, (_EXPOSE, _EXPOSED_OF_KEPT), vary]
        """Headers of every kept answer, whoever asks."""
        self.preflight: list[Header] = [
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _HEADERS),
            # No `Allow`: the front answers before it knows which methods the path has, and must not claim others.
            (b"access-control-max-age", b"7200"),
        ]

    def of(self, origin: bytes | None) -> Sequence[Header]:
        """Return what one asking origin gets on top, where origins are listed."""
        return ((_ALLOW_ORIGIN, origin),) if origin is not None and origin in self._allowed else ()

    def headers(self, origin: bytes | None) -> Sequence[Header]:
        """Return the headers of an answer that is not kept."""
        if not self.listed:
            return self._always
        return [*self._always, (b"vary", b"Origin"), *self.of(origin)]
