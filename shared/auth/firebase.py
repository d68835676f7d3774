"""Firebase's word on ID tokens, through firebase-admin: signature, revocation, disabled accounts."""

import asyncio
from collections.abc import Mapping
from typing import Any

from shared.core.errors import TokenRefusedError, UnavailableError
from shared.core.settings import IdentitySettings

from .claims import LEEWAY

_TIMEOUT_S = 5


class FirebaseTokens:
    """Verifies ID tokens; firebase-admin is imported and its client made in a thread, by the first token."""

    def __init__(self, settings: IdentitySettings) -> None:
        self._settings = settings
        self._client: Any = None  # firebase-admin has no types
        self._making = asyncio.Lock()

    async def verify(self, token: str, *, check_revoked: bool) -> Mapping[str, object]:
        """Return the claims of a token that Firebase signed for this project.

        Raises:
            TokenRefusedError: it did not, or took it back since.
            UnavailableError: its keys or accounts cannot be had.
        """
        async with self._making:
            if self._client is None:
                self._client = await asyncio.to_thread(_client, self._settings)
        return await asyncio.to_thread(_verified, self._client, token, check_revoked)


def _client(settings: IdentitySettings) -> Any:
    import firebase_admin
    from firebase_admin import auth, credentials
    from google.auth.credentials import AnonymousCredentials

    options = {"projectId": settings.project, "httpTimeout": _TIMEOUT_S}
    credential = credentials.ApplicationDefault() if settings.stand_in is None else AnonymousCredentials()
    client = auth.Client(firebase_admin.App("cryptoprism", credential, options))
    if settings.stand_in is not None:
        # firebase-admin has no way of its own to say where keys and accounts are: docs/decisions/0017-who-asks.md
        client._token_verifier.id_token_verifier.cert_url = f"{settings.stand_in}/certs"
        client._user_manager.base_url = f"{settings.stand_in}/v1/projects/{settings.project}"
    return client


def _verified(client: Any, token: str, check_revoked: bool) -> Mapping[str, object]:
    from firebase_admin import auth
    from firebase_admin.exceptions import FirebaseError

    try:
        claims: Mapping[str, object] = client.verify_id_token(
            token, check_revoked=check_revoked, clock_skew_seconds=int(LEEWAY.total_seconds())
        )
    except auth.RevokedIdTokenError as error:
        raise TokenRefusedError("Token revoked") from error
    except auth.UserDisabledError as error:
        raise TokenRefusedError("Account disabled") from error
    except auth.UserNotFoundError as error:
        raise TokenRefusedError("Account deleted") from error
    except auth.ExpiredIdTokenError as error:
        raise TokenRefusedError("Token expired") from error
    except auth.InvalidIdTokenError as error:
        unknown = "Certificate for key id" in str(error)
        raise TokenRefusedError("Token signed by an unknown key" if unknown else "Token signature invalid") from error
    except FirebaseError as error:
        raise UnavailableError("Whether the token is good cannot be found out for now") from error
    return claims
