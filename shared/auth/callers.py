"""Who asks: `callers_of(settings, documents, clock)` makes what routes ask through `SignedIn`, `Keyed` and `Anybody`."""

from collections.abc import Mapping

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock, SystemClock
from shared.core.errors import TokenRefusedError
from shared.core.settings import IdentitySettings, Settings
from shared.records.caller import Caller

from .bearer import bearer_token
from .claims import read_claims, unverified
from .firebase import FirebaseTokens
from .key_ring import KeyRing
from .keys import PREFIX
from .remembered import RememberedTokens


class VerifiedCallers:
    """Tells people by Firebase's ID tokens, and programs by keys (`X-Api-Key`); a key goes before a token."""

    def __init__(self, identity: IdentitySettings, documents: DocumentStore, clock: Clock) -> None:
        self._identity = identity
        self._clock = clock
        self._firebase = FirebaseTokens(identity)
        self._remembered = RememberedTokens(clock)
        self.keys = KeyRing(documents, clock)

    @property
    def remembered(self) -> int:
        """Return how many tokens are believed unseen."""
        return len(self._remembered)

    async def identify(self, headers: Mapping[str, str], *, strictly: bool = False) -> Caller | None:
        """Return the caller, `None` when nobody says who they are.

        Raises:
            TokenRefusedError: what is given is not good; the message says why.
            UnavailableError: nobody can tell for now.
        """
        token = bearer_token(headers, behind_gateway=self._identity.behind_gateway)
        key = headers.get("x-api-key")
        # A gateway that wants Google's API keys takes the same header: beside a token such a one is not for us.
        if key is not None and (token is None or key.startswith(PREFIX)):
            return await self.keys.bearer(key)
        if token is None:
            return None
        if token.startswith(PREFIX):
            return await self.keys.bearer(token)
        return await self._bearer(token, strictly=strictly)

    async def _bearer(self, token: str, *, strictly: bool) -> Caller:
        known = None if strictly else self._remembered.find(token)
        if known is not None:
            return known.caller
        project = self._identity.project
        read_claims(unverified(token), project=project, now=self._clock.now())
        try:
            verified = await self._firebase.verify(token, check_revoked=strictly)
        except TokenRefusedError:
            self._remembered.forget(token)
            raise
        claims = read_claims(verified, project=project, now=self._clock.now())
        self._remembered.keep(token, claims)
        return claims.caller


def callers_of(settings: Settings, documents: DocumentStore, clock: Clock | None = None) -> VerifiedCallers:
    """Return who tells callers, over the settings' project and the documents that hold the keys; nothing is opened yet."""
    return VerifiedCallers(settings.identity, documents, clock or SystemClock())
