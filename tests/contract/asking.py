"""Every operation of a function, asked in every situation that makes an error: what it answered is noted."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2

from shared.http.body import LARGEST_BODY
from tests.databases import Place
from tests.security.forgeries import Forger, bearer
from tests.security.functions import Build, deployed, settings_of
from tests.security.things import THINGS
from tools.tour.itinerary import NAMES, Stop, tour_of

Error = tuple[int, str]
"""Status and code; a 422 has none."""
REFUSED: Error = (422, "")
_ODD = ("nobody-knows-this", "0000000000000000", "2010-01-01")
"""What names nothing anywhere."""
_FEW = 40
"""Choices that are all tried; only the screener has a parameter with more."""
_KNOWN: Mapping[str, Mapping[str, str]] = {
    "scores": {"token_id": "token-1"},
    "screener": {"token_id": "token-1"},
    "market": {"category_id": "coins"},
    "ml": {"model_id": "of-old"},
    "tokens": {"address": "0xdac17f958d2ee523a2206206994597c13d831ec7"},
    "prices": {"now_s": "1772366400"},
}
"""What there is in a function's tables, besides what the tour names."""


@dataclass
class Answers:
    """The errors that were answered, by operation."""

    seen: dict[str, set[Error]] = field(default_factory=lambda: defaultdict(set))

    def note(self, operation: str, answer: httpx2.Response) -> None:
        if answer.status_code >= 400:
            said = answer.json()
            code = "" if isinstance(said["detail"], list) else said["code"]
            self.seen[operation].add((answer.status_code, code))


class Function:
    """One function, everything that it needs, and what it answered.

    Args:
        name: Its folder.
        document: The public one.
        forger: Knows who may ask, and signs what nobody may believe.
        folder: For its documents.
        places: A `furnished` database, an `empty` one, and one with `old` prices.
        environment: More of its settings.
    """

    def __init__(
        self,
        name: str,
        document: Mapping[str, Any],
        forger: Forger,
        folder: Path,
        places: Mapping[str, Place],
        environment: Mapping[str, str],
    ) -> None:
        self.name = name
        self.people = forger.people
        self.folder = folder
        self.places = places
        self.environment = environment
        self.forger = forger
        self.answers = Answers()
        self.stops = [each for each in tour_of(document) if _owner(document, each) == name]
        self._document = document
        self._owners = 0

    def owner(self) -> Mapping[str, str]:
        """Return the headers of somebody who has nothing yet: what one person may have is limited."""
        self._owners += 1
        return self.people.headers(self.last_owner)

    @property
    def last_owner(self) -> str:
        """Return the name of whoever `owner` made last."""
        return f"ann-{self._owners}"

    def operation_of(self, stop: Stop) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._document["paths"][stop.path][stop.method.lower()]
        return found

    @asynccontextmanager
    async def served(
        self, place: str | None, environment: Mapping[str, str] | None = None, *, build: Build | None = None
    ) -> AsyncIterator["Client"]:
        """Serve it over one of the places, or over a database that is gone."""
        where = None if place is None else self.places[place]
        settings = settings_of(
            self.name, self.people, self.folder, where, **{**self.environment, **(environment or {})}
        )
        async with deployed(settings, self.name, build) as client:
            yield Client(self, client)


class Client:
    """Asks a function that is served."""

    def __init__(self, function: Function, client: httpx2.AsyncClient) -> None:
        self.function = function
        self._client = client

    async def made(self, who: Mapping[str, str]) -> dict[str, str]:
        """Make one of everything that is somebody's, and return all names that a path may need."""
        names = {**NAMES, "now_s": "1764000000", **_KNOWN.get(self.function.name, {})}
        for (function, name), thing in THINGS.items():
            if function == self.function.name:
                made = await self.post(thing.path.format(**names), who, thing.body)
                assert made.status_code in (200, 201, 202), made.text
                names[name] = str(made.json()["data"][thing.id])
        return names

    async def post(self, path: str, who: Mapping[str, str], body: Any, **headers: str) -> httpx2.Response:
        return await self._client.post(path, headers={**who, **headers}, json=body)

    async def ask(
        self, stop: Stop, names: Mapping[str, str], who: Mapping[str, str] | None = None, **more: Any
    ) -> httpx2.Response:
        """Ask, and note what came."""
        path = stop.path.replace(":path}", "}").format_map(names)
        query = {name: value.format_map(names) for name, value in stop.query.items()}
        body = {} if stop.body is None else {"json": stop.body}
        headers = {**(who or {}), **stop.headers, **more.pop("headers", {})}
        # Answers are kept, and what is asked here is always to be found out anew.
        headers["cache-control"] = "no-cache"
        answer = await self._client.request(
            stop.method, path, params=query, headers=headers, **{**body, **more}, timeout=20
        )
        self.function.answers.note(f"{stop.method} {stop.path}", answer)
        return answer

    async def ask_all(self, who: Mapping[str, str], names: Mapping[str, str]) -> dict[str, httpx2.Response]:
        """Ask every operation as documented."""
        return {f"{each.method} {each.path}": await self.ask(each, names, who) for each in self.function.stops}


def _owner(document: Mapping[str, Any], stop: Stop) -> str:
    tags: list[str] = document["paths"][stop.path][stop.method.lower()]["tags"]
    return tags[0].replace("-", "_")


async def all_is_well(function: Function) -> dict[str, httpx2.Response]:
    """Ask as one should; nothing is refused."""
    async with function.served("furnished") as client:
        who = function.owner()
        return await client.ask_all(who, await client.made(who))


async def callers_nobody_knows(function: Function) -> None:
    """Ask signed out, with a forged token, and with a key where a person is wanted."""
    key = {"x-api-key": await _key(function)}
    forged = dict(bearer(function.forger.unsigned("none")))
    async with function.served("furnished") as client:
        names = await client.made(function.owner())
        for stop in _asking(function):
            for who in ({}, forged, key):
                await client.ask(stop, names, who)


async def odd_parameters(function: Function) -> None:
    """Ask with names of nothing in every place, with every choice there is, and with a parameter nobody knows."""
    async with function.served("furnished") as client:
        who = function.owner()
        names = await client.made(who)
        for stop in function.stops:
            kept = stop if stop.method != "DELETE" else replace(stop, query={"unknown": "1"})
            await client.ask(replace(stop, query={**stop.query, "unknown": "1"}), names, who)
            for odd in _oddly(kept, function.operation_of(stop)):
                await client.ask(odd, names, who)
            for name in (each for each in names if f"{{{each}}}" in stop.path):
                for nothing in _ODD:
                    await client.ask(stop, {**names, name: nothing}, who)


def _oddly(stop: Stop, operation: Mapping[str, Any]) -> Iterator[Stop]:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query" and not parameter["name"].startswith(("min_", "max_")):
            name, choices = parameter["name"], parameter["schema"].get("enum", ())
            # One of two names is enough where either is taken.
            others = {each: value for each, value in stop.query.items() if (each, name) != ("id", "symbol")}
            for value in (*_ODD, *(str(each) for each in choices[:_FEW])):
                yield replace(stop, query={**others, name: value})


async def bodies_nobody_reads(function: Function) -> None:
    """Send what is too large, of another type, or no text."""
    async with function.served("furnished") as client:
        who = function.owner()
        names = await client.made(who)
        for stop in (each for each in function.stops if each.method != "GET"):
            plain = replace(stop, body=None)
            headers = {"content-type": "application/json"}
            await client.ask(plain, names, who, content=b" " * (LARGEST_BODY + 1), headers=headers)
            if stop.body is not None:
                await client.ask(plain, names, who, content=b"x", headers={"content-type": "text/html"})
                await client.ask(plain, names, who, content=b"\xff", headers=headers)


async def too_many(function: Function) -> None:
    """Ask once more than everybody may."""
    async with function.served("furnished", {"RATE_LIMITS": "anonymous=1,free=1"}) as client:
        names = {**_every_name(function)}
        for stop in function.stops:
            await client.ask(stop, names)
            await client.ask(stop, names)


async def something_is_missing(function: Function) -> None:
    """Ask over an empty database, without one, without documents, and without anybody who knows keys of tokens."""
    key = {"x-api-key": await _key(function)}
    no_documents: Mapping[str, str] = {"DOCUMENTS_FILE": str(function.folder / "documents.sqlite" / "beneath-a-file")}
    situations: Sequence[tuple[str | None, Mapping[str, str]]] = (
        ("empty", {}),
        (None, {}),
        ("furnished", no_documents),
        (None, no_documents),
        ("furnished", {"FIREBASE_STAND_IN_URL": "http://127.0.0.1:9"}),
    )
    for place, environment in situations:
        who = function.owner()
        async with function.served("furnished") as client:
            names = await client.made(who)
        async with function.served(place, environment) as client:
            await client.ask_all(who, names)
            for stop in _asking(function) if environment is no_documents else ():
                await client.ask(stop, names, key)


def _asking(function: Function) -> list[Stop]:
    return [each for each in function.stops if "security" in function.operation_of(each)]


def _every_name(function: Function) -> dict[str, str]:
    names = {name for owner, name in THINGS if owner == function.name}
    return {**dict.fromkeys(names, "0"), **NAMES, "now_s": "1764000000", **_KNOWN.get(function.name, {})}


async def _key(function: Function) -> str:
    settings = settings_of("auth", function.people, function.folder)
    async with deployed(settings, "auth") as client:
        made = await client.post("/api/v1/auth/keys", headers=function.owner(), json={"name": "mine"})
    key: str = json.loads(made.text)["data"]["key"]
    return key
