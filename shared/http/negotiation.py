"""What a request's headers ask for: gzip or not, which copies the caller holds, under which id it is known."""

import itertools
import os
import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from shared.cache.entry import Form, Header

_SANE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_ETAG = re.compile(rb'(?:W/)?("[^"]*")')


def joined(headers: Iterable[Header]) -> dict[bytes, bytes]:
    """Return the headers by name, several of one name as one list."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        found[name] = b"%b, %b" % (found[name], value) if name in found else value
    return found


def accepts_gzip(accept_encoding: bytes) -> bool:
    """Return whether gzip is wanted: named, or meant by `*`, and not with `q=0`."""
    return _accepts_gzip(accept_encoding) if len(accept_encoding) < 200 else False


@lru_cache(maxsize=256)
def _accepts_gzip(accept_encoding: bytes) -> bool:
    weights: dict[bytes, float] = {}
    for part in accept_encoding.lower().split(b","):
        coding, _, parameters = part.partition(b";")
        weights[coding.strip()] = _weight(parameters)
    gzip = weights.get(b"gzip", weights.get(b"x-gzip", weights.get(b"*", 0.0)))
    return gzip > 0 and gzip >= weights.get(b"identity", 0.0)


def _weight(parameters: bytes) -> float:
    name, _, value = parameters.strip().partition(b"=")
    if name.strip() != b"q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def holds(if_none_match: bytes, form: Form) -> bool:
    """Return whether the caller holds this form, plain or packed; compared weakly, as for GET it has to be."""
    if if_none_match == form.etag or if_none_match == form.packed_etag:
        return True
    if if_none_match.strip() == b"*":
        return True
    named = _ETAG.findall(if_none_match)
    return form.etag in named or form.packed_etag in named


def request_ids() -> Callable[[], bytes]:
    """Return a maker of ids: unique by a random beginning, cheap by a counter after it."""
    beginning = os.urandom(6).hex().encode()
    counter = itertools.count(1)
    return lambda: b"%b-%x" % (beginning, next(counter))


def sane_id(value: bytes) -> bool:
    """Return whether an id given by the caller may be repeated in headers and logs."""
    return _SANE_ID.fullmatch(value) is not None
