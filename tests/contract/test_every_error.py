"""Every error that an operation documents is answered by it, and no other: each is really brought about, over real stores."""

import asyncio
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from shared.http.documented import codes_of
from tests.contract import asking
from tests.contract.asking import REFUSED, Error, Function
from tests.contract.contradicting import contradictions
from tests.contract.furnishing import FURNISHED, old_quotes
from tests.databases import Place, Server
from tests.identities import identities
from tests.security.forgeries import Forger
from tests.security.functions import API
from tests.security.queues import task_queue
from tools.manifests import ROOT

DOCUMENT = json.loads((ROOT / "functions/system/openapi.json").read_text(encoding="utf-8"))
"""As it is served; that it is what the routers say, tests/infrastructure/test_manifests.py proves once for all."""
OPERATIONS = [
    pytest.param(operation["tags"][0].replace("-", "_"), f"{method.upper()} {path}", id=f"{method.upper()} {path}")
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]
ON_DEMAND = {"GET /api/v1/market/depth", "GET /api/v1/on-chain/gas"}
"""Ask exchanges and nodes, of which there are none here: that they answer is tested where there are."""
_numbers = itertools.count(1)

Asked = tuple[dict[str, set[Error]], dict[str, httpx2.Response]]


@pytest.fixture(scope="module")
def ask(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Asked]]:
    """Asks a function everything, once."""
    asked: dict[str, Asked] = {}
    empty = _place(server)
    old = _place(server)
    folder = tmp_path_factory.mktemp("identity")
    asyncio.run(old_quotes(old, folder))
    with identities(folder) as people, task_queue() as queue:
        forger = Forger(people, folder)

        def once(name: str) -> Asked:
            if name not in asked:
                place = _place(server)
                own = tmp_path_factory.mktemp(name)
                asyncio.run(FURNISHED[name](place, own))
                places = {"furnished": place, "empty": empty, "old": old}
                function = Function(name, DOCUMENT, forger, own, places, queue)
                asked[name] = asyncio.run(_everything(function))
                server.drop(place.name)
            return asked[name]

        yield once
    server.drop(empty.name)
    server.drop(old.name)


def _place(server: Server) -> Place:
    name = f"errors_{next(_numbers)}"
    server.create(name, "migrated")
    return Place(server, name)


async def _everything(function: Function) -> Asked:
    well = await asking.all_is_well(function)
    await asking.callers_nobody_knows(function)
    await asking.odd_parameters(function)
    await asking.bodies_nobody_reads(function)
    await asking.too_many(function)
    await asking.something_is_missing(function)
    await contradictions(function)
    return function.answers.seen, well


@pytest.mark.parametrize(("function", "operation"), OPERATIONS)
def test_exactly_the_documented_errors_are_answered(ask: Callable[[str], Asked], function: str, operation: str) -> None:
    errors, well = ask(function)

    assert well[operation].status_code < 300 or operation in ON_DEMAND, well[operation].text
    assert errors[operation] - documented(operation) == set(), "answered and not documented"
    assert documented(operation) - errors[operation] == set(), "documented and never answered"


def documented(operation: str) -> set[Error]:
    method, path = operation.split(" ")
    described: dict[str, Any] = DOCUMENT["paths"][path][method.lower()]
    return codes_of(described) | ({REFUSED} if "422" in described["responses"] else set())


def test_every_function_is_furnished() -> None:
    assert set(FURNISHED) == set(API)
