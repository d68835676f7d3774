"""API keys: `cp_<id>_<secret>`. The id finds the document; of the secret only a salted hash is kept.

The secret is 256 random bits, so guessing is hopeless however fast the hash is, and a slow one (scrypt, 50 ms) would be paid at every
request: docs/decisions/0017-who-asks.md. The salt keeps equal hashes from being looked up in a table made beforehand.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast, get_args

from shared.cache.documents import Value
from shared.core.errors import TokenRefusedError
from shared.records.caller import Caller, Plan

PREFIX = "cp_"
HASHES = "api_key_hashes"
"""The collection of what a key is compared with, by its id."""

Scope = Literal["read", "predict", "portfolio", "trading", "alerts"]

_SHAPE = re.compile(r"cp_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key as it is shown once, and what is kept of it."""

    id: str
    text: str
    salt: bytes
    digest: bytes


def make_key() -> MadeKey:
    """Return a new key."""
    name, secret, salt = secrets.token_hex(8), secrets.token_urlsafe(32), secrets.token_bytes(16)
    return MadeKey(name, f"{PREFIX}{name}_{secret}", salt, digest_of(secret, salt))


def digest_of(secret: str, salt: bytes) -> bytes:
    """Return the salted hash of a secret."""
    return hashlib.blake2b(secret.encode(), salt=salt, person=b"cryptoprism key", digest_size=32).digest()


def parts_of(text: str) -> tuple[str, str]:
    """Return a key's id and its secret.

    Raises:
        TokenRefusedError: it has not the shape of a key.
    """
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise TokenRefusedError("API key malformed")
    return found[1], found[2]


def bearer_of(name: str, secret: str, fields: Mapping[str, Value] | None, now: datetime) -> Caller:
    """Return whom a key acts for, by what is kept of it.

    Raises:
        TokenRefusedError: there is no such key (any more), its secret is another, or it has expired.
    """
    # One reason for both: whoever guesses is not told which ids exist.
    if fields is None or not hmac.compare_digest(digest_of(secret, _bytes(fields["salt"])), _bytes(fields["digest"])):
        raise TokenRefusedError("API key unknown or revoked")
    good_until = fields["good_until"]
    if isinstance(good_until, datetime) and good_until <= now:
        raise TokenRefusedError("API key expired")
    plan, scopes = fields["plan"], cast("list[str]", fields["scopes"])
    return Caller(
        uid=str(fields["owner"]),
        via="key",
        plan=cast("Plan", plan) if plan in get_args(Plan) else "free",
        key_id=name,
        scopes=frozenset(scopes),
    )


def _bytes(value: Value) -> bytes:
    return value if isinstance(value, bytes) else b""
