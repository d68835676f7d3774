"""Signing in at a running platform: a printed token, the gateway, the auth function, a key, and a public function."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from local.options import Options
from local.platform import Platform
from local.token import main as print_token
from tests.folders import open_folder

pytestmark = pytest.mark.platform

AUTH = "/api/v1/auth"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with open_folder() as made:
        yield made


@pytest.fixture(scope="module")
def platform(folder: Path) -> Iterator[Platform]:
    options = Options(folder=folder, tokens=60, port=0, scheduled=False, documents="embedded", only=("auth", "prices"))
    with Platform(options) as running:
        yield running


@pytest.fixture
def caller(platform: Platform) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=platform.gateway_url, timeout=30) as client:
        yield client


@pytest.fixture
def ann(folder: Path, platform: Platform, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    print_token(["--uid", "ann", "--email", "ann@example.org", "--data", str(folder)])
    return {"Authorization": f"Bearer {capsys.readouterr().out.strip()}"}


def test_a_printed_token_signs_in_through_the_gateway(caller: httpx2.Client, ann: dict[str, str]) -> None:
    answer = caller.post(f"{AUTH}/verify", headers=ann)

    assert answer.status_code == 200, answer.text
    assert (answer.json()["data"]["uid"], answer.json()["data"]["email"]) == ("ann", "ann@example.org")


def test_what_only_a_gateway_may_say_is_taken_from_callers(caller: httpx2.Client, ann: dict[str, str]) -> None:
    claimed = [
        {"X-Forwarded-Authorization": ann["Authorization"]},
        {"X-Apigateway-Api-Userinfo": "eyJzdWIiOiAiYW5uIn0"},
    ]

    assert [caller.get(f"{AUTH}/me", headers=headers).status_code for headers in claimed] == [401, 401]


def test_a_key_is_known_to_a_public_function_and_dies_there_too(caller: httpx2.Client, ann: dict[str, str]) -> None:
    made = caller.post(f"{AUTH}/keys", headers=ann, json={"name": "script"}).json()["data"]
    key = {"X-Api-Key": made["key"]}

    told = caller.get("/api/v1/prices/live", headers=key).headers["ratelimit-policy"]
    revoked = caller.delete(f"{AUTH}/keys/{made['id']}", headers=ann)

    assert told.startswith('"free";')
    assert revoked.status_code == 204
    assert caller.get(f"{AUTH}/me", headers=key).status_code == 401


def test_a_revoked_token_makes_no_keys(
    folder: Path, caller: httpx2.Client, ann: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    print_token(["--uid", "ann", "--revoke", "--data", str(folder)])

    answer = caller.post(f"{AUTH}/keys", headers=ann, json={"name": "script"})

    assert (answer.status_code, answer.json()["detail"]) == (401, "Token revoked")
