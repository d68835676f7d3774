"""The auth function over real signatures: keys from their making to their end, and what people are told of themselves."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import httpx2
import pytest

from functions.auth.routes import router
from functions.auth.wiring import wire
from shared.core.settings import Settings
from shared.domain.identity.models import Key, MadeKey, Person, Profile, Use
from shared.domain.identity.service import MOST_KEYS
from shared.http.envelope import Envelope
from shared.http.function import ApiFunction
from tests.clocks import SteppingClock
from tests.fakes_documents import MemoryDocuments
from tests.identities import Identities, identities, now
from tests.unit.http.applications import served

BASE = "/api/v1/auth"
PRIVATE = {"PRIVATE_PATHS": BASE}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identities]:
    with identities(tmp_path_factory.mktemp("identity")) as known:
        yield known


class Deployed:
    """The function with its documents; several instances share them."""

    def __init__(self, people: Identities) -> None:
        self.clock = SteppingClock(now())
        self.documents = MemoryDocuments()
        self.people = people

    @asynccontextmanager
    async def instance(self, **environment: str) -> AsyncIterator[httpx2.AsyncClient]:
        def build(settings: Settings) -> object:
            return wire(settings, self.documents, clock=self.clock)

        function = ApiFunction(
            build,  # type: ignore[arg-type]
            settings=lambda: self.people.settings(**PRIVATE | environment),
            clock=self.clock,
            documents=lambda _: self.documents,
            write_log=lambda _: None,
        )
        transport = httpx2.ASGITransport(app=served(function))
        async with httpx2.AsyncClient(transport=transport, base_url=f"http://test{BASE}") as client:
            yield client


@pytest.fixture
def deployed(people: Identities) -> Deployed:
    return Deployed(people)


async def made(client: httpx2.AsyncClient, deployed: Deployed, uid: str = "ann", **body: object) -> dict[str, str]:
    answer = await client.post("/keys", headers=deployed.people.headers(uid), json={"name": "report", **body})
    assert answer.status_code == 201, answer.text
    data: dict[str, str] = answer.json()["data"]
    return data


async def test_a_token_is_verified_and_told(deployed: Deployed) -> None:
    async with deployed.instance() as client:
        answer = await client.post("/verify", headers=deployed.people.headers("ann", plan="pro"))

    assert answer.status_code == 200
    told = Envelope[Person].model_validate(answer.json()).data
    assert (told.uid, told.email, told.name, told.plan, told.via) == ("ann", "ann@example.org", "Ann", "pro", "token")
    assert answer.headers["cache-control"] == "no-store"


async def test_me_tells_the_limits_of_the_plan(deployed: Deployed) -> None:
    async with deployed.instance(RATE_LIMITS="pro=1234") as client:
        await made(client, deployed)
        answer = await client.get("/me", headers=deployed.people.headers("ann", plan="pro"))

    told = Envelope[Profile].model_validate(answer.json()).data
    assert (told.limits.requests, told.limits.window_s) == (1234, 60)
    assert (told.limits.keys, told.limits.keys_used) == (MOST_KEYS, 1)
    assert told.scopes == ["*"]


async def test_a_key_is_shown_once_and_acts_for_its_owner(deployed: Deployed) -> None:
    async with deployed.instance() as client:
        answer = await client.post("/keys", headers=deployed.people.headers("ann"), json={"name": "nightly"})
        key = Envelope[MadeKey].model_validate(answer.json()).data
        listed = await client.get("/keys", headers=deployed.people.headers("ann"))
        me = await client.get("/me", headers={"x-api-key": key.key})

    assert key.key.startswith(key.prefix)
    assert key.key not in listed.text
    assert [each.id for each in Envelope[list[Key]].model_validate(listed.json()).data] == [key.id]
    assert (me.json()["data"]["uid"], me.json()["data"]["via"]) == ("ann", "key")
    assert me.json()["data"]["key_id"] == key.id


async def test_a_key_cannot_make_or_revoke_keys(deployed: Deployed) -> None:
    async with deployed.instance() as client:
        key = await made(client, deployed)
        headers = {"x-api-key": key["key"]}
        answers = [
            await client.post("/keys", headers=headers, json={"name": "another"}),
            await client.get("/keys", headers=headers),
            await client.delete(f"/keys/{key['id']}", headers=headers),
            await client.get("/usage", headers=headers),
        ]

    assert [answer.status_code for answer in answers] == [403] * 4


async def test_a_key_lasts_ninety_days_unless_told_otherwise(deployed: Deployed) -> None:
    async with deployed.instance() as client:
        keys = [
            await made(client, deployed, **body) for body in ({}, {"expires_in_days": 1}, {"expires_in_days": None})
        ]

    made_at = deployed.clock.now()
    ends = [None if key["expires_at"] is None else datetime.fromisoformat(key["expires_at"]) for key in keys]
    assert ends[2] is None
    assert [round((end - made_at).total_seconds() / 86_400) for end in ends if end] == [90, 1]


async def test_an_expired_key_is_refused_by_its_reason(deployed: Deployed) -> None:
    async with deployed.instance() as client:
        key = await made(client, deployed, expires_in_days=1)
        deployed.clock.advance(timedelta(days=1))
        answer = await client.get("/me", headers={"x-api-key": key["key"]})

    assert (answer.status_code, answer.json()["detail"]) == (401, "API key expired")
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token", error_description="API key expired"'


async def test_a_revoked_key_is_refused_at_once_here_and_within_a_minute_elsewhere(deployed: Deployed) -> None:
    async with deployed.instance() as here, deployed.instance() as there:
        key = await made(here, deployed)
        headers = {"x-api-key": key["key"]}
        before = [(await client.get("/me", headers=headers)).status_code for client in (here, there)]

        revoked = await here.delete(f"/keys/{key['id']}", headers=deployed.people.headers("ann"))

        assert before == [200, 200]
        assert (revoked.status_code, revoked.content) == (204, b"")
        assert (await here.get("/me", headers=headers)).status_code == 401
        deployed.clock.advance(60)
        assert (await there.get("/me", headers=headers)).status_code == 401


async def test_a_key_is_revoked_once(deployed: Deployed) -> None:
    async with deployed.instance() as client:
        key, ann = await made(client, deployed), deployed.people.headers("ann")
        statuses = [(await client.delete(f"/keys/{key['id']}", headers=ann)).status_code for _ in range(2)]

    assert statuses == [204, 404]


async def test_a_person_has_twenty_keys_at_most_and_may_replace_one(deployed: Deployed) -> None:
    async with deployed.instance() as client:
        keys = [await made(client, deployed, name=f"key {number}") for number in range(MOST_KEYS)]
        ann = deployed.people.headers("ann")
        refused = await client.post("/keys", headers=ann, json={"name": "one more"})
        await client.delete(f"/keys/{keys[0]['id']}", headers=ann)
        again = await client.post("/keys", headers=ann, json={"name": "one more"})

    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_keys")
    assert again.status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x" * 61},
        {"name": "line\nbreak"},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["everything"]},
        {"name": "x", "expires_in_days": 0},
        {"name": "x", "expires_in_days": 366},
        {"name": "x", "plan": "operator"},
        {"name": "x", "owner": "bob"},
    ],
)
async def test_a_senseless_key_is_refused(deployed: Deployed, body: dict[str, object]) -> None:
    async with deployed.instance() as client:
        answer = await client.post("/keys", headers=deployed.people.headers("ann"), json=body)

    assert answer.status_code == 422
    assert not deployed.documents.documents.keys() & {"api_keys/ann~all"}


async def test_nobody_sees_or_revokes_anothers_key(deployed: Deployed) -> None:
    async with deployed.instance() as client:
        key, bob = await made(client, deployed, "ann"), deployed.people.headers("bob")
        listed = await client.get("/keys", headers=bob)
        revoked = await client.delete(f"/keys/{key['id']}", headers=bob)
        unknown = await client.delete("/keys/0000000000000000", headers=bob)
        me = await client.get("/me", headers={"x-api-key": key["key"]})

    assert listed.json()["data"] == []
    assert revoked.status_code == unknown.status_code == 404
    assert revoked.json()["detail"].replace(key["id"], "…") == unknown.json()["detail"].replace("0" * 16, "…")
    assert me.status_code == 200


async def test_use_and_last_use_are_told_by_day_and_key(deployed: Deployed) -> None:
    async with deployed.instance() as client:
        key, ann = await made(client, deployed), deployed.people.headers("ann")
        for _ in range(4):
            await client.get("/me", headers={"x-api-key": key["key"]})
        deployed.clock.advance(61)
        await client.get("/me", headers={"x-api-key": key["key"]})
        used = await client.get("/usage?days=2", headers=ann)
        listed = await client.get("/keys", headers=ann)

    uses = {each.key_id: each.requests for each in Envelope[list[Use]].model_validate(used.json()).data}
    assert uses[key["id"]] >= 4
    assert uses["token"] >= 1
    assert listed.json()["data"][0]["last_used_at"] is not None
    assert used.json()["meta"]["total"] == len(uses)


async def test_use_before_the_days_asked_for_is_left_out(deployed: Deployed) -> None:
    days = [(deployed.clock.now() - timedelta(days=ago)).date().isoformat() for ago in (10, 4)]
    for day in days:
        await deployed.documents.set(f"api_usage/ann~{day}", {"owner": "ann", "by_key": {"k1": 7}})
    told = {}
    async with deployed.instance() as client:
        for wanted in (5, 90):
            answer = await client.get(f"/usage?days={wanted}", headers=deployed.people.headers("ann"))
            told[wanted] = [each["day"] for each in answer.json()["data"] if each["key_id"] == "k1"]

    assert told == {5: days[1:], 90: days}


async def test_a_key_of_googles_beside_a_token_makes_nobody_somebody_else(deployed: Deployed) -> None:
    google = {"x-api-key": "some key that a gateway of Google's wants"}
    async with deployed.instance(RATE_LIMITS="free=9") as client:
        answers = [
            await client.get("/me", headers=google | dict(deployed.people.headers(uid))) for uid in ("ann", "bob")
        ]

    assert [answer.json()["data"]["uid"] for answer in answers] == ["ann", "bob"]
    assert [answer.headers["ratelimit"].partition(";t=")[0] for answer in answers] == ['"free";r=8'] * 2


async def test_a_key_of_ours_is_taken_as_a_bearer_too(deployed: Deployed) -> None:
    async with deployed.instance() as client:
        key = await made(client, deployed)
        me = await client.get("/me", headers={"authorization": f"Bearer {key['key']}"})
        keys = await client.get("/keys", headers={"authorization": f"Bearer {key['key']}"})

    assert (me.json()["data"]["via"], keys.status_code) == ("key", 403)


async def test_without_documents_what_is_theirs_is_unavailable(deployed: Deployed) -> None:
    async with deployed.instance() as client:
        ann = deployed.people.headers("ann")
        deployed.documents.away = True
        answers = [await client.get(path, headers=ann) for path in ("/me", "/keys", "/usage")]

    assert [answer.status_code for answer in answers] == [503] * 3


async def test_two_who_make_keys_at_once_both_keep_theirs(deployed: Deployed) -> None:
    import asyncio

    async with deployed.instance() as here, deployed.instance() as there:
        keys = await asyncio.gather(*(made(client, deployed) for client in (here, there, here, there)))
        listed = await here.get("/keys", headers=deployed.people.headers("ann"))

    assert {key["id"] for key in keys} == {key["id"] for key in listed.json()["data"]}


def test_every_route_lies_below_the_private_path() -> None:
    assert all(route.path.startswith(BASE) for route in router.routes)  # type: ignore[attr-defined]
