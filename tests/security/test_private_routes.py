"""Every route that asks who calls, found from the routers: asked by nobody, by a forger, and by somebody else."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel

from tests.databases import Place
from tests.functions.quoting import store
from tests.identities import Identities, identities
from tests.snapshots import snapshot

from .forgeries import Forger, bearer
from .functions import API, Operation, deployed, operations, settings_of
from .queues import task_queue
from .things import THINGS

ALL = list(operations())
ASKING = [each for each in ALL if each.access is not None]
DEMANDING = [each for each in ASKING if each.access != "anybody"]
NAMING = [each for each in DEMANDING if each.names]
PEOPLES = [each for each in DEMANDING if each.access == "person"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("identity")


@pytest.fixture(scope="module")
def people(folder: Path) -> Iterator[Identities]:
    with identities(folder) as known:
        yield known


@pytest.fixture(scope="module")
def forger(people: Identities, folder: Path) -> Forger:
    return Forger(people, folder)


@pytest.fixture(scope="module")
def queue() -> Iterator[dict[str, str]]:
    with task_queue() as environment:
        yield environment


@pytest.fixture(scope="module")
def furnished(shared_place: Place) -> Place:
    """A database in which something has a price."""
    asyncio.run(store(shared_place, snapshot(at=datetime.now(UTC), data_source="sandbox")))
    return shared_place


def by_id(operation: Operation) -> str:
    return operation.id


def anything(operation: Operation) -> str:
    """Return a path with some id in it."""
    return operation.path.format(**dict.fromkeys(operation.names, "0"))


def below(path: str, prefixes: tuple[str, ...]) -> bool:
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


def test_there_are_private_routes() -> None:
    assert {operation.function for operation in DEMANDING} >= {"auth"}


@pytest.mark.parametrize("operation", ASKING, ids=by_id)
def test_a_route_that_asks_who_calls_is_kept_from_the_cache(operation: Operation) -> None:
    assert below(operation.path, API[operation.function].private), (
        f"list a path above {operation.path} under `private` in functions/{operation.function}/function.yaml"
    )


@pytest.mark.parametrize("operation", [each for each in ALL if each.access is None], ids=by_id)
def test_a_route_that_asks_nobody_is_not_private(operation: Operation) -> None:
    assert not below(operation.path, API[operation.function].private)


@pytest.mark.parametrize("operation", DEMANDING, ids=by_id)
async def test_nobody_is_let_in(operation: Operation, people: Identities, tmp_path: Path) -> None:
    async with deployed(settings_of(operation.function, people, tmp_path), operation.function) as client:
        answer = await client.request(operation.method, anything(operation))

    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("operation", ASKING, ids=by_id)
async def test_a_forger_is_not_let_in(operation: Operation, forger: Forger, tmp_path: Path) -> None:
    forged = {
        "an unsigned token": bearer(forger.unsigned("none")),
        "a token of another key": bearer(forger.signed(forger.own_key)),
        "an expired token": bearer(forger.genuine(exp=1)),
        "a key that nobody made": [("x-api-key", f"cp_{'0' * 16}_{'A' * 43}")],
    }
    async with deployed(settings_of(operation.function, forger.people, tmp_path), operation.function) as client:
        statuses = {
            name: (await client.request(operation.method, anything(operation), headers=headers)).status_code
            for name, headers in forged.items()
        }

    assert statuses == dict.fromkeys(forged, 401)


@pytest.mark.parametrize("operation", PEOPLES, ids=by_id)
async def test_a_key_does_not_do_what_its_owner_must_do_in_person(
    operation: Operation, people: Identities, tmp_path: Path
) -> None:
    key = {"x-api-key": await key_of(people, tmp_path)}
    async with deployed(settings_of(operation.function, people, tmp_path), operation.function) as client:
        answer = await client.request(operation.method, anything(operation), headers=key)

    assert answer.status_code == 403


@pytest.mark.parametrize("operation", DEMANDING, ids=by_id)
async def test_a_revoked_token_changes_nothing(operation: Operation, people: Identities, tmp_path: Path) -> None:
    if operation.method == "GET" or operation.access == "keyed":
        pytest.skip("reading believes a token until it expires; so does what keys may do")
    people.accounts.disable("dora")
    async with deployed(settings_of(operation.function, people, tmp_path), operation.function) as client:
        answer = await client.request(operation.method, anything(operation), headers=people.headers("dora"))

    assert (answer.status_code, answer.json()["detail"]) == (401, "Account disabled")


@pytest.mark.parametrize("operation", NAMING, ids=by_id)
def test_of_everything_private_one_can_be_made(operation: Operation) -> None:
    missing = [name for name in operation.names if (operation.function, name) not in THINGS]

    assert not missing, f"say in tests/security/things.py how to make one: ({operation.function!r}, {missing[0]!r})"


@pytest.mark.parametrize("operation", NAMING, ids=by_id)
async def test_somebody_elses_is_not_found_and_stays_as_it_is(
    operation: Operation, people: Identities, tmp_path: Path, furnished: Place, queue: dict[str, str]
) -> None:
    ann, bob = people.headers("ann"), people.headers("bob")
    settings = settings_of(operation.function, people, tmp_path, furnished, **queue)
    async with deployed(settings, operation.function) as client:
        ids = await made_by(client, operation, ann)
        path = operation.path.format(**ids)
        before = await seen_by(client, operation, ids, ann)
        stolen = await client.request(operation.method, path, headers=bob, **body_of(operation))
        unknown = await client.request(
            operation.method, operation.path.format(**dict.fromkeys(ids, "0" * 16)), headers=bob, **body_of(operation)
        )
        after = await seen_by(client, operation, ids, ann)

    assert stolen.status_code == 404, stolen.text
    assert without(stolen, ids) == without(unknown, dict.fromkeys(ids, "0" * 16)), "its existence is told"
    assert before == after
    assert all(status == 200 for status, _ in before.values())


async def key_of(people: Identities, folder: Path) -> str:
    """Return a key of ann's, made where the function's documents are."""
    async with deployed(settings_of("auth", people, folder), "auth") as client:
        made = await client.post("/api/v1/auth/keys", headers=people.headers("ann"), json={"name": "mine"})
    key: str = made.json()["data"]["key"]
    return key


async def made_by(client: httpx2.AsyncClient, operation: Operation, who: Any) -> dict[str, str]:
    """Make everything that the path names, the outermost first."""
    ids: dict[str, str] = {}
    for name in operation.names:
        thing = THINGS[operation.function, name]
        made = await client.post(thing.path.format(**ids), headers=who, json=thing.body)
        assert made.status_code in (200, 201, 202), made.text
        ids[name] = str(made.json()["data"][thing.id])
    return ids


async def seen_by(
    client: httpx2.AsyncClient, operation: Operation, ids: dict[str, str], who: Any
) -> dict[str, tuple[int, Any]]:
    """Return the data of everything that can be read of the things and of the lists they are in."""
    readable = {each.path for each in ALL if each.method == "GET" and each.function == operation.function}
    # What is computed of them may tell the time, and reading changes nothing.
    own = () if operation.method == "GET" else (operation.path,)
    paths = {*own, *(THINGS[operation.function, name].path for name in operation.names)} & readable
    answers = {path: await client.get(path.format(**ids), headers=who) for path in paths}
    return {path: (answer.status_code, answer.json().get("data")) for path, answer in answers.items()}


def body_of(operation: Operation) -> dict[str, Any]:
    """Return the documented example of a body, for a route that takes one."""
    field = operation.route.body_field
    if field is None:
        return {}
    model = field.field_info.annotation
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)
    examples = (model.model_json_schema().get("examples")) or []
    assert examples, f"{model.__name__} has no example"
    return {"json": examples[0]}


def without(answer: httpx2.Response, ids: dict[str, str]) -> tuple[int, str]:
    """Return what an answer tells apart from the ids that were asked for."""
    detail = str(answer.json()["detail"])
    for given in ids.values():
        detail = detail.replace(given, "…")
    return answer.status_code, detail
