"""Where a caller's token is found among the headers."""

from collections.abc import Mapping

from shared.core.errors import TokenRefusedError

_DIRECT = "authorization"
_FORWARDED = "x-forwarded-authorization"


def bearer_token(headers: Mapping[str, str], *, behind_gateway: bool) -> str | None:
    """Return the caller's bearer token, `None` when none is given.

    Behind the gateway `Authorization` holds the gateway's own identity, and the caller's header comes as `X-Forwarded-Authorization`.
    Elsewhere anybody could send the latter, so it is not looked at.

    Raises:
        TokenRefusedError: something else than one bearer token is given.

    Source: https://cloud.google.com/api-gateway/docs/authenticating-users-jwt
    """
    given = headers.get(_FORWARDED if behind_gateway else _DIRECT)
    if given is None:
        return None
    scheme, _, token = given.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise TokenRefusedError("No bearer token")
    if " " in token or "," in token:  # two such headers arrive as one, with a comma
        raise TokenRefusedError("More than one token")
    return token
