import stat
from datetime import timedelta
from pathlib import Path

import pytest

from local.identity import ISSUER, SCHEDULER_ACCOUNT, Accounts, KeyPair, scheduler_claims
from local.identity_server import KeySetServer
from shared.auth.oidc import SchedulerTokens
from shared.core.errors import AuthenticationError
from shared.core.settings import SchedulerSettings
from tests.clocks import SteppingClock


async def verify(tmp_path: Path, *, audience: str = "http://127.0.0.1:1", later: timedelta = timedelta(0)) -> None:
    clock = SteppingClock()
    keys = KeyPair(tmp_path)
    token = keys.mint(scheduler_claims("http://127.0.0.1:1", clock.now()))
    server = KeySetServer(keys, Accounts(tmp_path))
    clock.advance(later)
    try:
        settings = SchedulerSettings(ISSUER, f"{server.url}/jwks", SCHEDULER_ACCOUNT, audience)
        await SchedulerTokens(settings, clock).verify(f"Bearer {token}")
    finally:
        server.close()


async def test_a_refresher_believes_the_local_scheduler(tmp_path: Path) -> None:
    await verify(tmp_path)


async def test_a_token_for_another_function_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AuthenticationError):
        await verify(tmp_path, audience="http://127.0.0.1:2")


async def test_a_token_lives_for_an_hour(tmp_path: Path) -> None:
    with pytest.raises(AuthenticationError):
        await verify(tmp_path, later=timedelta(minutes=61))


def test_the_key_is_kept_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = KeyPair(tmp_path).jwks
    second = KeyPair(tmp_path).jwks

    assert first == second
    assert stat.S_IMODE((tmp_path / "private-key.pem").stat().st_mode) == 0o600
    assert "d" not in first["keys"][0]  # type: ignore[index]
