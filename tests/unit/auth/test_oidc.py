"""Only the scheduler's own, live, well-signed token starts a refresh."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest

from shared.auth.oidc import SchedulerTokens
from shared.core.errors import AuthenticationError, UnavailableError
from shared.core.settings import SchedulerSettings
from tests.clocks import NOON, SteppingClock
from tests.tokens import ACCOUNT, AUDIENCE, ISSUER, published_keys, signed


@pytest.fixture(scope="module")
def keys() -> Iterator[str]:
    with published_keys() as address:
        yield address


def verifier(keys: str, clock: SteppingClock | None = None) -> SchedulerTokens:
    settings = SchedulerSettings(issuer=ISSUER, jwks_url=keys, account=ACCOUNT, audience=AUDIENCE)
    return SchedulerTokens(settings, clock or SteppingClock())


async def test_the_schedulers_token_is_accepted(keys: str) -> None:
    await verifier(keys).verify(f"Bearer {signed(NOON)}")


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"iss": "https://accounts.other.test"}, id="foreign issuer"),
        pytest.param({"aud": "https://another-function.test"}, id="for another function"),
        pytest.param({"email": "someone@else.test"}, id="another account"),
        pytest.param({"email_verified": False}, id="address not verified"),
        pytest.param({"email": None}, id="no account"),
        pytest.param({"exp": None}, id="never expires"),
        pytest.param({"exp": "soon"}, id="expiry is text"),
        pytest.param({"exp": 10**18}, id="expiry out of range"),
        pytest.param({"iat": int(NOON.timestamp()) + 3600}, id="issued in the future"),
        pytest.param({"key": "second"}, id="signed by an unpublished key"),
        pytest.param({"key": "second", "key_id": "first"}, id="signed by another key under a published name"),
    ],
)
async def test_any_other_token_is_refused(keys: str, changed: dict[str, Any]) -> None:
    token = signed(NOON, **changed)

    with pytest.raises(AuthenticationError):
        await verifier(keys).verify(f"Bearer {token}")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic dXNlcg==", "Bearer not.a.token", "Bearer é"])
async def test_a_header_without_a_token_is_refused(keys: str, header: str | None) -> None:
    with pytest.raises(AuthenticationError):
        await verifier(keys).verify(header)


async def test_an_unsigned_token_is_refused(keys: str) -> None:
    claims = jwt.decode(signed(NOON), options={"verify_signature": False})
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"kid": "first"})

    with pytest.raises(AuthenticationError):
        await verifier(keys).verify(f"Bearer {unsigned}")


async def test_a_token_expires_by_the_injected_clock(keys: str) -> None:
    clock = SteppingClock()
    tokens = verifier(keys, clock)
    token = signed(NOON)
    await tokens.verify(f"Bearer {token}")

    clock.advance(timedelta(hours=1, seconds=11))

    with pytest.raises(AuthenticationError, match="expired"):
        await tokens.verify(f"Bearer {token}")


async def test_without_keys_nobody_is_called_a_forger() -> None:
    with published_keys() as address:
        pass  # the server is gone again

    with pytest.raises(UnavailableError):
        await verifier(address).verify(f"Bearer {signed(NOON)}")
