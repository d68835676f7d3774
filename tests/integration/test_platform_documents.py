"""The platform over Firestore's emulator: what is shared, and what is left when documents, or everything, is away."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import httpx2
import pytest

from local.documents import NoEmulatorError
from local.options import Options
from local.platform import Platform
from tests.folders import open_folder
from tests.platforms import MARKET

pytestmark = pytest.mark.platform

LIVE = "/api/v1/prices/live"


@pytest.fixture(scope="module")
def started() -> Iterator[Platform]:
    # An emulator of our own: a test kills it.
    environ = {name: value for name, value in os.environ.items() if name != "FIRESTORE_EMULATOR_HOST"}
    with ExitStack() as stack:
        folder = stack.enter_context(open_folder())
        options = Options(folder=folder, tokens=60, port=0, scheduled=False, documents="firestore", only=MARKET)
        try:
            platform = stack.enter_context(Platform(options, environ=environ))
        except NoEmulatorError as none:
            pytest.skip(str(none))
        yield platform


@pytest.fixture
def platform(started: Platform) -> Platform:
    """The platform when everything is there again that the test before has killed."""
    assert started.wait_until(lambda: state(started) == "ok", within_s=60)
    assert started.run_refresh("refresh_market").succeeded
    return started


def state(platform: Platform) -> str:
    try:
        return str(httpx2.get(f"{platform.gateway_url}/health", timeout=20).json()["status"])
    except (httpx2.HTTPError, ValueError, KeyError):
        return "away"


@pytest.fixture
def caller(platform: Platform) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=platform.gateway_url, timeout=20) as client:
        yield client


def renewed(caller: httpx2.Client, path: str) -> httpx2.Response:
    return caller.get(path, headers={"Cache-Control": "no-cache"})


def test_a_new_instance_answers_from_firestore_even_with_postgresql_away(
    platform: Platform, caller: httpx2.Client
) -> None:
    made = renewed(caller, LIVE)
    platform.child("postgres").kill()
    platform.child("prices").kill()
    platform.child("prices").start()
    platform.child("prices").wait_ready()

    answered = caller.get(LIVE)

    assert answered.headers["x-cache"] == "hit-firestore"
    assert answered.content == made.content


def test_with_firestore_away_answers_and_refreshes_go_on(platform: Platform, caller: httpx2.Client) -> None:
    platform.child("documents").kill()

    refreshed = platform.run_refresh("refresh_market")
    answers = [renewed(caller, path) for path in (LIVE, "/api/v1/prices/bitcoin", "/api/v1/market")]
    health = caller.get("/health").json()

    assert refreshed.succeeded
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].json()["meta"]["stale"] is False
    assert health["status"] == "degraded"


def test_with_both_away_memory_serves_what_it_holds(platform: Platform, caller: httpx2.Client) -> None:
    held = renewed(caller, LIVE)
    platform.child("documents").kill()
    platform.child("postgres").kill()

    fresh = caller.get(LIVE)
    stale = renewed(caller, LIVE)
    refused = caller.get("/api/v1/prices/quotes?ids=solana")
    ready = caller.get("/health/ready")

    assert (fresh.headers["x-cache"], fresh.content) == ("hit-memory", held.content)
    assert (stale.status_code, stale.json()["meta"]["stale"]) == (200, True)
    assert (refused.status_code, ready.status_code) == (503, 503)
