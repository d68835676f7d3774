"""No forged, broken or misplaced token is believed by anything that asks who calls."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx2
import pytest

from functions.auth.wiring import wire
from shared.core.clock import SystemClock
from shared.http.function import ApiFunction
from tests.fakes_documents import MemoryDocuments
from tests.identities import identities
from tests.unit.http.applications import served

from .forgeries import BEHIND_THE_GATEWAY, FORGERIES, Forger, bearer

ROUTES = [("GET", "/me"), ("GET", "/keys"), ("POST", "/verify")]
"""A route for people and keys, one for people, and one that looks for revoked tokens."""


@dataclass(frozen=True)
class Asked:
    """The auth function, and who asks it."""

    forger: Forger
    here: httpx2.AsyncClient
    behind_gateway: httpx2.AsyncClient


@pytest.fixture(scope="module")
def forger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forger]:
    folder = tmp_path_factory.mktemp("identity")
    with identities(folder) as people:
        yield Forger(people, folder)


@pytest.fixture
async def asked(forger: Forger) -> AsyncIterator[Asked]:
    async with client_of(forger) as here, client_of(forger, BEHIND_GATEWAY="true") as behind:
        yield Asked(forger, here, behind)


def client_of(forger: Forger, **environment: str) -> httpx2.AsyncClient:
    documents = MemoryDocuments()
    function = ApiFunction(
        lambda settings: wire(settings, documents, clock=SystemClock()),
        settings=lambda: forger.people.settings(PRIVATE_PATHS="/api/v1/auth", **environment),
        documents=lambda _: documents,
        write_log=lambda _: None,
    )
    transport = httpx2.ASGITransport(app=served(function))
    return httpx2.AsyncClient(transport=transport, base_url="http://test/api/v1/auth")


def test_there_are_more_than_forty() -> None:
    assert len(FORGERIES) + len(BEHIND_THE_GATEWAY) > 40


async def test_the_token_that_is_forged_is_good_itself(asked: Asked) -> None:
    for method, path in ROUTES:
        good = await asked.here.request(method, path, headers=bearer(asked.forger.seen))
        signed_by_hand = await asked.here.request(method, path, headers=bearer(asked.forger.genuine()))

        assert (good.status_code, signed_by_hand.status_code) == (200, 200), good.text


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forgery_is_not_believed(asked: Asked, name: str) -> None:
    for method, path in ROUTES:
        answer = await asked.here.request(method, path, headers=FORGERIES[name](asked.forger))

        refused_as_unknown(answer)


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forgery_is_not_believed_from_the_memory_of_a_good_token(asked: Asked, name: str) -> None:
    await asked.here.get("/me", headers=bearer(asked.forger.seen))

    answer = await asked.here.get("/me", headers=FORGERIES[name](asked.forger))

    refused_as_unknown(answer)


@pytest.mark.parametrize("name", BEHIND_THE_GATEWAY)
async def test_a_forgery_is_not_believed_behind_the_gateway(asked: Asked, name: str) -> None:
    for method, path in ROUTES:
        answer = await asked.behind_gateway.request(method, path, headers=BEHIND_THE_GATEWAY[name](asked.forger))

        refused_as_unknown(answer)


@pytest.mark.parametrize("name", [name for name in FORGERIES if not name.startswith("a forwarded")])
async def test_a_forgery_is_not_believed_when_the_gateway_forwards_it(asked: Asked, name: str) -> None:
    moved = [
        ("x-forwarded-authorization" if header == "authorization" else header, value)
        for header, value in FORGERIES[name](asked.forger)
    ]

    refused_as_unknown(await asked.behind_gateway.get("/me", headers=moved))


async def test_a_token_in_the_address_is_not_looked_at(asked: Asked) -> None:
    for parameter in ("access_token", "id_token", "token", "key", "api_key"):
        answer = await asked.here.get("/me", params={parameter: asked.forger.seen})

        assert answer.status_code in (401, 422)


def refused_as_unknown(answer: httpx2.Response) -> None:
    """Check that it is a 401 with a reason, that it gives nothing away, and that nobody keeps it."""
    assert answer.status_code == 401, answer.text
    body = answer.json()
    assert body["code"] in ("unauthenticated", "invalid_token")
    assert body["detail"]
    assert "ann" not in answer.text
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["cache-control"] == "no-store"
    assert "x-cache" not in answer.headers
