"""Callers that tests know: a token names its bearer."""

from collections.abc import Mapping

from shared.core.errors import AuthenticationError
from shared.records.caller import Caller

ANN = {"Authorization": "Bearer token-of-ann"}
BOB = {"Authorization": "Bearer token-of-bob"}


class KnownCallers:
    """Believes `Bearer token-of-<uid>` and `X-Api-Key: key-of-<uid>`, and nothing else."""

    def __init__(self) -> None:
        self.strictly: list[bool] = []

    async def identify(self, headers: Mapping[str, str], *, strictly: bool = False) -> Caller | None:
        self.strictly.append(strictly)
        if key := headers.get("x-api-key"):
            return Caller(uid=_named(key, "key-of-"), via="key", key_id="k1", scopes=frozenset({"read"}))
        authorization = headers.get("authorization")
        if authorization is None:
            return None
        uid = _named(authorization.removeprefix("Bearer "), "token-of-")
        return Caller(uid=uid, via="token", email=f"{uid}@example.org", name=uid.title())


def _named(given: str, prefix: str) -> str:
    if not given.startswith(prefix):
        raise AuthenticationError("Token forged")
    return given.removeprefix(prefix)
