"""Only the scheduler starts a refresh, and it is told precisely how the run went."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from shared.core.errors import DatabaseUnavailableError, SettingsError, UnavailableError
from shared.core.settings import Settings
from shared.http.refresh import Occasion, RefreshFunction
from shared.records.refresh import Outcome, RefreshReport
from tests.clocks import NOON, SteppingClock
from tests.tokens import ACCOUNT, AUDIENCE, ISSUER, published_keys, signed


class CountingRefresh:
    """Remembers its occasions and ends as it is told to."""

    def __init__(self, outcome: Outcome = "succeeded", error: Exception | None = None) -> None:
        self.occasions: list[str] = []
        self._outcome = outcome
        self._error = error

    async def run(self, occasion: Occasion) -> RefreshReport:
        self.occasions.append(occasion.key)
        if self._error:
            raise self._error
        return RefreshReport(refresh="refresh_market", key=occasion.key, started_at=NOON, outcome=self._outcome, rows=7)


@pytest.fixture(scope="module")
def keys() -> Iterator[str]:
    with published_keys() as address:
        yield address


def settings(keys: str) -> Settings:
    return Settings.from_environment(
        {
            "SCHEDULER_ACCOUNT": ACCOUNT,
            "SCHEDULER_AUDIENCE": AUDIENCE,
            "OIDC_ISSUER": ISSUER,
            "OIDC_JWKS_URL": keys,
        }
    )


def function_over(refresh: CountingRefresh, keys: str) -> RefreshFunction:
    return RefreshFunction(lambda _: refresh, settings=lambda: settings(keys), clock=SteppingClock())


def request(method: str = "POST", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "path": "/", "headers": raw, "query_string": b""})


def body(response: Response) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(bytes(response.body))
    return content


def authorised(**headers: str) -> Request:
    return request(authorization=f"Bearer {signed(NOON)}", **headers)


async def test_a_scheduled_run_is_named_by_job_and_time(keys: str) -> None:
    refresh = CountingRefresh()
    headers = {"x_cloudscheduler_jobname": "refresh-market", "x_cloudscheduler_scheduletime": "2026-03-01T12:00:00Z"}

    response = await function_over(refresh, keys).handle(authorised(**headers))

    assert response.status_code == 200
    assert refresh.occasions == ["refresh-market@2026-03-01T12:00:00Z"]
    assert body(response)["rows"] == 7


@pytest.mark.parametrize("header", [None, "Bearer nonsense", f"Bearer {signed(NOON, aud='https://other.test')}"])
async def test_without_a_valid_token_nothing_is_done(keys: str, header: str | None) -> None:
    refresh = CountingRefresh()
    headers = {"authorization": header} if header else {}

    response = await function_over(refresh, keys).handle(request(**headers))

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert refresh.occasions == []


async def test_without_a_valid_token_nothing_is_even_built(keys: str) -> None:
    built: list[Settings] = []

    def build(given: Settings) -> CountingRefresh:
        built.append(given)
        return CountingRefresh()

    await RefreshFunction(build, settings=lambda: settings(keys), clock=SteppingClock()).handle(request())

    assert built == []


async def test_only_post_starts_a_run(keys: str) -> None:
    response = await function_over(CountingRefresh(), keys).handle(request("GET"))

    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("outcome", "status"), [("succeeded", 200), ("degraded", 200), ("running", 202), ("failed", 503)]
)
async def test_the_scheduler_retries_only_what_a_retry_can_mend(keys: str, outcome: Outcome, status: int) -> None:
    response = await function_over(CountingRefresh(outcome), keys).handle(authorised())

    assert (response.status_code, body(response)["outcome"]) == (status, outcome)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (DatabaseUnavailableError("PostgreSQL did not answer"), 503, "database_unavailable"),
        (UnavailableError("later"), 503, "unavailable"),
        (ZeroDivisionError("a bug"), 500, "internal"),
        (SettingsError("SECRET_NAME", "is a bug"), 500, "internal"),
    ],
)
async def test_an_error_is_told_without_its_insides(keys: str, error: Exception, status: int, code: str) -> None:
    response = await function_over(CountingRefresh(error=error), keys).handle(authorised())

    assert (response.status_code, body(response)["code"]) == (status, code)
    assert "a bug" not in body(response)["detail"]
    assert response.headers["content-type"] == "application/problem+json"
    assert body(response)["request_id"]


async def test_runs_started_by_hand_are_occasions_of_their_own(keys: str) -> None:
    refresh, clock = CountingRefresh(), SteppingClock()
    function = RefreshFunction(lambda _: refresh, settings=lambda: settings(keys), clock=clock)

    await function.handle(authorised())
    clock.advance(1)
    await function.handle(authorised())

    assert len(set(refresh.occasions)) == 2


async def test_a_refresh_is_made_anew_when_a_key_changed(keys: str) -> None:
    vault, clock, made = {"COINCAP_KEYS": "old"}, SteppingClock(), []

    def build(settings: Settings) -> CountingRefresh:
        made.append(settings.environment["COINCAP_KEYS"])
        return CountingRefresh()

    environment = dict(settings(keys).environment) | {"COINCAP_KEYS": "old", "ROTATING_SECRETS": "COINCAP_KEYS"}
    function = RefreshFunction(
        build,
        settings=lambda: Settings.from_environment(environment),
        clock=clock,
        read_secret=vault.__getitem__,
    )
    for value in ("old", "new", "new"):
        vault["COINCAP_KEYS"] = value
        await function.handle(request(authorization=f"Bearer {signed(clock.now())}"))
        clock.advance(301)

    assert made == ["old", "new"]
