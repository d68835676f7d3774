"""Named stand-ins: an HTTP layer, a document store, an adapter, and a server on a real socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from decimal import Decimal

from shared.cache.documents import Document, Value, Write
from shared.core.errors import DocumentsUnavailableError, UpstreamError
from shared.providers.contract import Descriptor, Http, Limit, Payload, QuoteRequest, Reply
from shared.providers.keys import KeyRing
from shared.providers.numbers import JsonValue
from shared.providers.rotation import Provider
from shared.records.market import PriceRecord
from tests.clocks import NOON, SteppingClock

PLENTY = (Limit(1_000_000, 60, "test"),)


def reply(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, headers or {}, raw)


class ScriptedHttp:
    """Answers by the page asked for; whatever is asked is kept."""

    def __init__(self, answers: Callable[[str, Mapping[str, str], Mapping[str, str]], Reply]) -> None:
        self._answers = answers
        self.clock = SteppingClock()
        self.asked: list[tuple[str, Mapping[str, str], Mapping[str, str]]] = []
        self.posted: list[tuple[str, JsonValue]] = []
        self.at_once = 0
        self.most_at_once = 0

    async def get(self, provider: str, url: str, *, params: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        self.asked.append((url, params, headers))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        return self._answers(url, params, headers)

    async def post(self, provider: str, url: str, *, body: JsonValue, headers: Mapping[str, str]) -> Reply:
        self.posted.append((url, body))
        return self._answers(url, {}, headers)

    def now(self) -> datetime:
        return self.clock.now()


class MemoryDocuments:
    """A document store in a dict, with a switch for being away and a hook for being overtaken."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.away = False
        self.writes: list[str] = []
        self.before_replace: Callable[[str], None] | None = None
        self._version = 0

    async def get(self, path: str) -> Document | None:
        self._answer()
        return self.documents.get(path)

    async def get_many(self, paths: Sequence[str]) -> dict[str, Document]:
        self._answer()
        return {path: self.documents[path] for path in paths if path in self.documents}

    async def list(
        self, collection: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> "Sequence[Document]":
        raise NotImplementedError

    async def set(self, path: str, fields: Mapping[str, Value], *, expires_at: datetime | None = None) -> None:
        self._answer()
        self.put(path, fields)

    async def create(self, path: str, fields: Mapping[str, Value], *, expires_at: datetime | None = None) -> bool:
        self._answer()
        if path in self.documents:
            return False
        self.put(path, fields)
        return True

    async def replace(
        self, path: str, fields: Mapping[str, Value], *, version: str, expires_at: datetime | None = None
    ) -> bool:
        self._answer()
        if self.before_replace is not None:
            self.before_replace(path)
        if self.documents[path].version != version:
            return False
        self.put(path, fields)
        return True

    async def commit(self, writes: "Sequence[Write]") -> bool:
        raise NotImplementedError

    async def delete(self, path: str) -> None:
        self.documents.pop(path, None)

    async def close(self) -> None:
        return None

    def put(self, path: str, fields: Mapping[str, Value]) -> None:
        self._version += 1
        self.writes.append(path)
        self.documents[path] = Document(path, dict(fields), str(self._version))

    def _answer(self) -> None:
        if self.away:
            raise DocumentsUnavailableError("documents are away")


def records(provider: str, count: int = 1, *, price: str = "1.5", observed_at: datetime = NOON) -> list[PriceRecord]:
    return [
        PriceRecord(
            provider=provider,
            provider_id=f"token-{number}",
            symbol=f"T{number}",
            name=None,
            price=Decimal(price) + number,
            quote_currency="usd",
            observed_at=observed_at,
            fetched_at=observed_at,
        )
        for number in range(count)
    ]


class FakeAdapter:
    """An adapter whose fetches do as told: raise, or lead to the records given."""

    def __init__(
        self, descriptor: Descriptor, answers: "Iterable[list[PriceRecord] | Exception] | None" = None, cost: int = 1
    ) -> None:
        self.descriptor = descriptor
        self.keys: list[str | None] = []
        self._cost = cost
        self._answers = iter(answers) if answers is not None else None
        self._next: list[PriceRecord] = []
        self.meanwhile: Callable[[], Awaitable[None]] | None = None

    def serves(self, request: QuoteRequest) -> bool:
        return True

    def cost(self, request: QuoteRequest) -> int:
        return self._cost

    async def fetch(self, http: Http, request: QuoteRequest, key: str | None) -> Payload:
        self.keys.append(key)
        if self.meanwhile is not None:
            await self.meanwhile()
        answer = next(self._answers) if self._answers is not None else records(self.descriptor.id)
        if isinstance(answer, Exception):
            raise answer
        self._next = answer
        return Payload(())

    def normalise(self, payload: Payload, request: QuoteRequest, *, fetched_at: datetime) -> list[PriceRecord]:
        return self._next

    @property
    def calls(self) -> int:
        return len(self.keys)


def described(name: str, *, rank: int = 0, family: str | None = None, limits: tuple[Limit, ...] = PLENTY) -> Descriptor:
    return Descriptor(
        id=name,
        family=family or name,
        rank=rank,
        default_url="https://provider.example",
        url_setting=f"{name.upper()}_URL",
        limits=limits,
        limits_setting=f"{name.upper()}_LIMITS",
        key_need="always",
        key_setting="KEYS",
    )


def provider_of(adapter: FakeAdapter, *, keys: str = "", needed: bool = False) -> Provider:
    return Provider(adapter, KeyRing(KeyRing.of(adapter.descriptor, {"KEYS": keys}).keys, needed))


def failing(provider: str, error: type[UpstreamError] = UpstreamError) -> UpstreamError:
    return error(provider, "made to fail")


@asynccontextmanager
async def serving(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter, str], Awaitable[None]],
) -> AsyncIterator[str]:
    """Serve one request a connection on a real socket; `answer` gets the target and writes raw bytes."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = (await reader.readline()).split()[1].decode()
        while (await reader.readline()).strip():
            pass
        try:
            await answer(reader, writer, target)
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


DEADLINE = timedelta(seconds=5)
