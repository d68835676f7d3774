"""Tokens that were verified, by their hash, until they expire."""

import hashlib
from collections import OrderedDict
from datetime import datetime

from shared.core.clock import Clock

from .claims import Claims

_MOST = 2_048
"""Tokens; some 1 MB."""


class RememberedTokens:
    """A bounded memory: the one not used for longest is forgotten first."""

    def __init__(self, clock: Clock, *, most: int = _MOST) -> None:
        self._clock = clock
        self._most = most
        self._claims: OrderedDict[bytes, Claims] = OrderedDict()

    def find(self, token: str) -> Claims | None:
        """Return what a token said when it was verified, unless it has expired since."""
        name = _name(token)
        claims = self._claims.get(name)
        if claims is None:
            return None
        if claims.expires_at <= self._now():
            del self._claims[name]
            return None
        self._claims.move_to_end(name)
        return claims

    def keep(self, token: str, claims: Claims) -> None:
        """Remember a token that was verified."""
        self._claims[_name(token)] = claims
        self._claims.move_to_end(_name(token))
        while len(self._claims) > self._most:
            self._claims.popitem(last=False)

    def forget(self, token: str) -> None:
        """Believe it no longer unseen."""
        self._claims.pop(_name(token), None)

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._claims)

    def _now(self) -> datetime:
        return self._clock.now()


def _name(token: str) -> bytes:
    """Return its hash: a dump of the memory gives no token away."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
