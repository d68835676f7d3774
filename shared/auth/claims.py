"""What an ID token says, checked against what Firebase promises; whether Firebase said it is for the signature to tell.

Done before the signature too: nonsense is refused without a thread, a key or firebase-admin, and by a reason of its own.

Source: https://firebase.google.com/docs/auth/admin/verify-id-tokens#verify_id_tokens_using_a_third-party_jwt_library
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast, get_args

from shared.core.errors import TokenRefusedError
from shared.records.caller import Caller, Plan

LEEWAY = timedelta(seconds=10)
"""How far Google's clock may be ahead of ours."""
ISSUER = "https://securetoken.google.com/"
_LONGEST_TOKEN = 8_192
"""Characters; Firebase allows 1,000 bytes of claims of one's own, so real ones have some 1,500."""
_LONGEST_UID = 128


@dataclass(frozen=True, slots=True)
class Claims:
    """Who a token speaks for, and for how long."""

    caller: Caller
    expires_at: datetime


def unverified(token: str) -> Mapping[str, object]:
    """Return what a token says, whoever says it.

    Raises:
        TokenRefusedError: it is no token that Firebase would sign.
    """
    if len(token) > _LONGEST_TOKEN:
        raise TokenRefusedError("Token too long")
    parts = token.split(".")
    if len(parts) != 3 or not all(parts):
        raise TokenRefusedError("Token malformed")
    header, payload = _object(parts[0]), _object(parts[1])
    if header.get("alg") != "RS256":
        raise TokenRefusedError("Token not signed with RS256")
    if not isinstance(header.get("kid"), str) or not header["kid"]:
        raise TokenRefusedError("Token names no signing key")
    if "crit" in header:
        raise TokenRefusedError("Token asks for an extension")
    return payload


def read_claims(payload: Mapping[str, object], *, project: str, now: datetime) -> Claims:
    """Return what the claims say.

    Raises:
        TokenRefusedError: they are another project's, of another time, or not whole.
    """
    if payload.get("iss") != ISSUER + project:
        raise TokenRefusedError("Token of another issuer")
    if payload.get("aud") != project:
        raise TokenRefusedError("Token for another audience")
    uid = payload.get("sub")
    if not isinstance(uid, str) or not 0 < len(uid) <= _LONGEST_UID:
        raise TokenRefusedError("Token without a subject")
    return Claims(_caller(uid, payload), _check_times(payload, now))


def _caller(uid: str, payload: Mapping[str, object]) -> Caller:
    plan = payload.get("plan")
    return Caller(
        uid=uid,
        via="token",
        plan=cast("Plan", plan) if plan in get_args(Plan) else "free",
        email=_text(payload.get("email")),
        name=_text(payload.get("name")),
    )


def _check_times(payload: Mapping[str, object], now: datetime) -> datetime:
    """Return when the token expires."""
    expires_at = _instant(payload, "exp")
    if expires_at <= now:
        raise TokenRefusedError("Token expired")
    if _instant(payload, "iat") > now + LEEWAY:
        raise TokenRefusedError("Token issued in the future")
    if _instant(payload, "auth_time") > now + LEEWAY:
        raise TokenRefusedError("Token of a sign-in in the future")
    if "nbf" in payload and _instant(payload, "nbf") > now + LEEWAY:
        raise TokenRefusedError("Token not yet valid")
    return expires_at


def _instant(payload: Mapping[str, object], name: str) -> datetime:
    value = payload.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenRefusedError(f"Token without {name}")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise TokenRefusedError(f"Token with {name} out of range") from error


def _object(part: str) -> Mapping[str, object]:
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        value = json.loads(raw, object_pairs_hook=_without_repetition, parse_constant=_no_number)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise TokenRefusedError("Token malformed") from error
    if not isinstance(value, dict):
        raise TokenRefusedError("Token malformed")
    return value


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the object; of a name given twice every reader may believe another value."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is repeated")
    return found


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
