"""Only the scheduler's account starts a job, and the status says whether to call again."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from shared.core.errors import InvalidParameterError, UnavailableError
from shared.core.settings import Settings
from shared.http.job import JobFunction
from shared.records.backfill import BackfillOrder, BackfillProgress
from tests.clocks import NOON, SteppingClock
from tests.tokens import ACCOUNT, AUDIENCE, ISSUER, published_keys, signed

ORDER = BackfillOrder(start=NOON - timedelta(days=9), end=NOON, tokens=("bitcoin",), intervals=("1d",))
PROGRESS = BackfillProgress(
    name=ORDER.name, order=ORDER, tokens=("bitcoin",), units=1, started_at=NOON, updated_at=NOON, holder="abc"
)


class TellingJob:
    """Answers what it is told to and remembers what it was asked."""

    def __init__(self, answer: BackfillProgress | Exception) -> None:
        self.bodies: list[object] = []
        self._answer = answer

    async def run(self, body: object) -> BackfillProgress:
        self.bodies.append(body)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.fixture(scope="module")
def keys() -> Iterator[str]:
    with published_keys() as address:
        yield address


async def asked(
    keys: str, answer: BackfillProgress | Exception, *, body: bytes = b'{"from":"2026-01-01"}', **other: str
) -> tuple[Response, TellingJob]:
    job = TellingJob(answer)
    told = {
        "SCHEDULER_ACCOUNT": ACCOUNT,
        "SCHEDULER_AUDIENCE": AUDIENCE,
        "OIDC_ISSUER": ISSUER,
        "OIDC_JWKS_URL": keys,
    }
    function = JobFunction(lambda _: job, settings=lambda: Settings.from_environment(told), clock=SteppingClock())
    authorization = other.get("authorization", f"Bearer {signed(NOON)}")

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"authorization", authorization.encode()), (b"content-length", b"%d" % len(body))]
    scope = {
        "type": "http",
        "method": other.get("method", "POST"),
        "path": "/",
        "headers": headers,
        "query_string": b"",
    }
    return await function.handle(Request(scope, receive)), job


def content(response: Response) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(bytes(response.body))
    return told


async def test_what_is_left_is_a_202_and_what_is_done_a_200(keys: str) -> None:
    left, job = await asked(keys, PROGRESS)
    done, _ = await asked(keys, replace(PROGRESS, state="done"))

    assert (left.status_code, done.status_code) == (202, 200)
    assert job.bodies == [{"from": "2026-01-01"}]
    assert content(left)["order"]["tokens"] == ["bitcoin"]
    assert content(left)["started_at"] == "2026-03-01T12:00:00+00:00"
    assert "holder" not in content(left)


async def test_whoever_comes_second_is_told_to_wait(keys: str) -> None:
    response, _ = await asked(keys, replace(PROGRESS, lease_until=NOON + timedelta(seconds=60)))

    assert (response.status_code, response.headers["retry-after"]) == (202, "5")


@pytest.mark.parametrize("authorization", ["", "Bearer nonsense", f"Bearer {signed(NOON, aud='https://other.test')}"])
async def test_nobody_else_may_start_it(keys: str, authorization: str) -> None:
    response, job = await asked(keys, PROGRESS, authorization=authorization)

    assert (response.status_code, job.bodies) == (401, [])


async def test_only_posts_are_taken(keys: str) -> None:
    response, _ = await asked(keys, PROGRESS, method="GET")

    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff"])
async def test_a_body_that_is_no_json_is_refused(keys: str, body: bytes) -> None:
    response, job = await asked(keys, PROGRESS, body=body)

    assert (response.status_code, job.bodies) == (422, [])


async def test_a_body_over_the_limit_is_refused(keys: str) -> None:
    response, job = await asked(keys, PROGRESS, body=b" " * (1024 * 1024 + 1))

    assert (response.status_code, job.bodies) == (413, [])


async def test_what_goes_wrong_has_its_status(keys: str) -> None:
    refused, _ = await asked(keys, InvalidParameterError("from", "give a date"))
    later, _ = await asked(keys, UnavailableError("nobody answered", timedelta(seconds=30)))
    broken, _ = await asked(keys, RuntimeError("secret"))

    assert [refused.status_code, later.status_code, broken.status_code] == [422, 503, 500]
    assert later.headers["retry-after"] == "30"
    assert "secret" not in bytes(broken.body).decode()
