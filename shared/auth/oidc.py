"""The scheduler's identity: Google-signed OIDC tokens that may start a refresh."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from shared.core.clock import Clock
from shared.core.errors import AuthenticationError, UnavailableError
from shared.core.settings import SchedulerSettings

if TYPE_CHECKING:
    from jwt import PyJWKClient

_LEEWAY = timedelta(seconds=10)
_KEYS_TIMEOUT_S = 5


class CallerVerifier(Protocol):
    """Decides whether a caller may start a refresh."""

    async def verify(self, authorization: str | None) -> None:
        """Return when it may.

        Raises:
            AuthenticationError: it may not.
            UnavailableError: the signing keys cannot be had, so nobody can tell.
        """
        ...


class SchedulerTokens:
    """Verifies the bearer tokens that Cloud Scheduler sends.

    The signature is checked against the issuer's published keys, then issuer, audience, expiry, and that the
    token speaks for the one account that may schedule.

    Source: https://cloud.google.com/scheduler/docs/http-target-auth
    """

    def __init__(self, settings: SchedulerSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._keys: PyJWKClient | None = None

    async def verify(self, authorization: str | None) -> None:
        """Return when the value of the `Authorization` header holds a good token.

        Raises:
            AuthenticationError: no, malformed, expired, foreign or forged token.
            UnavailableError: the signing keys cannot be had.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise AuthenticationError("No bearer token")
        # Fetching keys blocks and so does RSA; both belong in a thread.
        claims = await asyncio.to_thread(self._claims, token.strip())
        self._check(claims)

    def _claims(self, token: str) -> Mapping[str, object]:
        import jwt

        try:
            key = self._key_client().get_signing_key_from_jwt(token)
            # Times are compared with our own clock in `_check`.
            return jwt.decode(
                token,
                key.key,
                algorithms=["RS256"],
                audience=self._settings.audience,
                issuer=self._settings.issuer,
                leeway=_LEEWAY,
                options={"require": ["exp", "iat", "aud", "iss"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWKClientConnectionError as error:  # a kind of PyJWTError: it must come first
            raise UnavailableError("The token's signing keys cannot be fetched") from error
        except jwt.PyJWTError as error:
            raise AuthenticationError(f"Invalid token: {type(error).__name__}") from error

    def _key_client(self) -> "PyJWKClient":
        if self._keys is None:
            from jwt import PyJWKClient

            self._keys = PyJWKClient(self._settings.jwks_url, lifespan=3600, timeout=_KEYS_TIMEOUT_S)
        return self._keys

    def _check(self, claims: Mapping[str, object]) -> None:
        now = self._clock.now()
        if _instant(claims["exp"]) + _LEEWAY <= now:
            raise AuthenticationError("Token expired")
        if _instant(claims["iat"]) - _LEEWAY > now:
            raise AuthenticationError("Token issued in the future")
        if claims.get("email") != self._settings.account or claims.get("email_verified") is not True:
            raise AuthenticationError("Token of another account")


def _instant(value: object) -> datetime:
    if not isinstance(value, int | float):
        raise AuthenticationError("Invalid token: times are not numbers")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise AuthenticationError("Invalid token: times are out of range") from error
