"""SQL in every parameter of every GET route, over a real database and with a role that may write: it stays text."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from tests.clocks import NOON
from tests.databases import Place
from tests.functions.quoting import store as store_quotes
from tests.identities import Identities, identities
from tests.sentiments import own, quoted
from tests.sentiments import store as store_sentiments
from tests.snapshots import snapshot

from .functions import API, deployed, described, settings_of

SQL = (
    "' OR '1'='1",
    "bitcoin'; DELETE FROM quotes; --",
    "1); DROP TABLE tokens CASCADE; --",
    "' UNION SELECT version(), NULL --",
    '" OR 1=1 --',
    "'||(SELECT pg_sleep(20))||'",
    "%' ESCAPE '\\",
    "$1; $$ :name %(name)s {0} %s ?",
    "1 DESC; TRUNCATE tokens",
    "\\x27;\u2019\u02bc\uff07 OR 1=1",
)
FINE = {200, 404, 422}
UNKNOWN = {"no_data", "unavailable", "connection_failed", "upstream", "deadline_exceeded"}
"""Codes of tables that are still empty, and of providers that are nowhere."""


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identities]:
    with identities(tmp_path_factory.mktemp("identity")) as known:
        yield known


def parameters_of(item: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [*item.get("parameters", ()), *operation.get("parameters", ())]


def example(parameter: dict[str, Any]) -> str:
    schema = parameter["schema"]
    given = [*schema.get("examples", ()), *(each.get("value") for each in parameter.get("examples", {}).values())]
    return str(given[0] if given else schema.get("default", "bitcoin"))


def requests_of(function: str) -> Iterator[str]:
    """Yield addresses, each with SQL in one parameter and what it takes in the others."""
    for path, item in described(function)["paths"].items():
        if "get" not in item:
            continue
        parameters = [each for each in parameters_of(item, item["get"]) if each["in"] in ("path", "query")]
        usual = {each["name"]: example(each) for each in parameters if each.get("required")}
        for parameter in parameters:
            for sql in SQL:
                yield address(path, parameters, usual | {parameter["name"]: sql})


def address(path: str, parameters: list[dict[str, Any]], given: dict[str, str]) -> str:
    inside = {each["name"]: quote(given[each["name"]], safe="") for each in parameters if each["in"] == "path"}
    query = "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in given.items() if name not in inside)
    return path.format(**inside) + (f"?{query}" if query else "")


def content(place: Place) -> dict[str, list[object]]:
    """Return how many rows each table has, those of its partitions with it, and what they say."""
    kinds = "relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace"
    names = [str(row[0]) for row in place.run(f"SELECT relname FROM pg_class WHERE {kinds}")]  # noqa: S608
    said = "count(*), md5(string_agg(each::text, ',' ORDER BY each::text))"
    asked = [f"SELECT '{name}', {said} FROM \"{name}\" AS each" for name in names]  # noqa: S608
    return {str(name): told for name, *told in place.run(" UNION ALL ".join(asked))}


@pytest.fixture(scope="module")
def seeded(shared_place: Place) -> Place:
    """A database with quotes and sentiment in it."""
    asyncio.run(_seed(shared_place))
    return shared_place


async def _seed(place: Place) -> None:
    await store_quotes(place, snapshot())
    values = [quoted(22, NOON.replace(hour=0)), own({"momentum": 61.0, "volatility": 40.0}, NOON)]
    await store_sentiments(place, values)


def acceptable(answer: httpx2.Response) -> bool:
    return answer.status_code in FINE or (
        answer.status_code in (502, 503, 504) and answer.json().get("code") in UNKNOWN
    )


@pytest.mark.parametrize("function", API)
async def test_sql_in_a_parameter_stays_text(function: str, people: Identities, seeded: Place, tmp_path: Path) -> None:
    before, ann = content(seeded), people.headers("ann")
    wrong = []
    async with deployed(settings_of(function, people, tmp_path, seeded), function) as client:
        for url in requests_of(function):
            answer = await client.get(url, headers=ann, timeout=10)
            if not acceptable(answer) or answer.elapsed.total_seconds() > 5:
                wrong.append(f"{url}: {answer.status_code} {answer.text[:200]}")

    assert wrong == []
    assert content(seeded) == before
    assert sum(int(str(count)) for count, _ in before.values()) > 10


def test_the_strings_would_do_harm_in_a_statement_that_is_glued_together(seeded: Place) -> None:
    glued = "SELECT count(*) FROM tokens WHERE token_id = '" + SQL[0] + "'"  # noqa: S608

    assert seeded.run(glued) == seeded.run("SELECT count(*) FROM tokens")
    assert seeded.run(glued) != [[0]]
