"""One kept answer in the forms in which it goes out: fresh or stale, plain or packed."""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .freshness import Freshness, freshness_from

Header = tuple[bytes, bytes]

WORTH_PACKING = 512
"""Bytes; a smaller body fits one network packet with or without gzip."""
_OVERHEAD = 1_400
"""Bytes that an entry takes besides its bodies, its place in the tables included, as measured."""
_UNKEEPABLE = frozenset({b"set-cookie", b"content-encoding", b"content-range", b"vary"})
"""Headers of an answer that is not the same for everybody, or not in its plain form."""
_DROPPED = frozenset({b"content-length", b"etag", b"age", b"date"})

_NONE: list[Header] = []
_COMMON: dict[Header, Header] = {}
_MOST_COMMON = 64
_EMPTY: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A whole answer as computed."""

    status: int
    headers: Sequence[Header]
    body: bytes

    def freshness(self) -> Freshness | None:
        """Return how long it may be kept, `None` if it may not."""
        return permission(self.status, self.headers)


def permission(status: int, headers: Sequence[Header]) -> Freshness | None:
    """Return how long an answer to GET may be kept: only a 200 that says `public` and a `max-age` may."""
    if status != 200:
        return None
    found = dict(headers)
    if found.keys() & _UNKEEPABLE:
        return None
    return freshness_from(found.get(b"cache-control", b""))


class Form:
    """One body with its validators, ready to send; gzip is made when first asked for.

    The plain and the packed form are different bytes and have different ETags; a caller that holds either holds this one.
    """

    __slots__ = (
        "body",
        "etag",
        "head",
        "message",
        "packed",
        "packed_etag",
        "packed_head",
        "packed_message",
        "packed_unchanged",
        "unchanged",
    )

    def __init__(self, headers: Sequence[Header], body: bytes, *, packed: bytes | None = None) -> None:
        digest = hashlib.sha256(body, usedforsecurity=False).hexdigest()[:24].encode()
        self.body = body
        self.etag = b'"%b"' % digest
        self.packed_etag = b'"%b-gzip"' % digest
        self.unchanged: list[Header] = _unchanged(headers, self.etag)
        self.head: list[Header] = [*headers, (b"etag", self.etag), (b"content-length", b"%d" % len(body))]
        self.message: dict[str, Any] = {"type": "http.response.body", "body": body}
        self.packed: bytes | None = None
        # Most answers are asked for once: what gzip needs is made with it.
        self.packed_unchanged: list[Header] = _NONE
        self.packed_head: list[Header] = _NONE
        self.packed_message: dict[str, Any] = _EMPTY
        if packed is not None:
            self.pack(packed)

    @property
    def worth_packing(self) -> bool:
        """Whether gzip saves anything."""
        return len(self.body) >= WORTH_PACKING

    def pack(self, packed: bytes) -> None:
        """Take the body as gzip, once."""
        if self.packed is None:
            self.packed = packed
            headers, etag = self.head[:-2], (b"etag", self.packed_etag)
            self.packed_unchanged = _unchanged(headers, self.packed_etag)
            length = (b"content-length", b"%d" % len(packed))
            self.packed_head = [*headers, etag, (b"content-encoding", b"gzip"), length]
            self.packed_message = {"type": "http.response.body", "body": packed}

    def size(self) -> int:
        """Return the bytes it holds."""
        return len(self.body) + len(self.packed or b"")


class Entry:
    """A kept answer; times are seconds of the clock that never runs backwards."""

    __slots__ = (
        "_always",
        "_stale",
        "error_until",
        "form",
        "fresh_until",
        "headers",
        "made",
        "number",
        "retry_at",
        "stale_until",
    )

    def __init__(
        self,
        headers: Sequence[Header],
        body: bytes,
        freshness: Freshness,
        *,
        made: float,
        always: Sequence[Header] = (),
        packed: bytes | None = None,
    ) -> None:
        self.headers = [_common(header) for header in headers if header[0] not in _DROPPED]
        self._always = always
        self.form = Form([*self.headers, *always], body, packed=packed)
        self._stale: Form | None = None
        self.made = made
        self.fresh_until = made + freshness.max_age
        self.stale_until = self.fresh_until + freshness.stale_while_revalidate
        self.error_until = self.fresh_until + freshness.stale_if_error
        self.number = 0
        """Of the computation that made it here; 0 when another instance did."""
        self.retry_at = 0.0
        """Until then computing is not tried again, because it has just failed."""

    @property
    def stale_form(self) -> Form:
        """The answer as it goes out past its time: it says so, and has another ETag."""
        if self._stale is None:
            self._stale = Form([*self.headers, *self._always], stale_body(self.form.body))
        return self._stale

    def size(self) -> int:
        """Return about how many bytes of memory it takes."""
        stale = self._stale.size() if self._stale is not None else 0
        headers = sum(len(name) + len(value) for name, value in self.headers)
        return _OVERHEAD + 2 * headers + self.form.size() + stale


def _common(header: Header) -> Header:
    """Return the one copy of a header that thousands of entries have alike."""
    if header[0] not in (b"content-type", b"cache-control") or len(_COMMON) > _MOST_COMMON:
        return header
    return _COMMON.setdefault(header, header)


def _unchanged(headers: Sequence[Header], etag: bytes) -> list[Header]:
    """Return the headers of a 304."""
    return [*(header for header in headers if header[0] != b"content-type"), (b"etag", etag)]


def packed(body: bytes) -> bytes:
    """Return the body as gzip, always the same bytes for the same body."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def unpacked(body: bytes) -> bytes:
    """Return what `packed` was given."""
    return zlib.decompress(body, 31)


def stale_body(body: bytes) -> bytes:
    """Return the body with `"stale":true` in its `meta`, which stands last; a body without `meta` stays as it is."""
    meta = body.rfind(b'"meta":{')
    at = body.rfind(b'"stale":false', meta) if meta >= 0 else -1
    return body if at < 0 else b'%b"stale":true%b' % (body[:at], body[at + 13 :])
