"""A refresh of the chains over real parts: a sandbox over HTTP, a document file and PostgreSQL, all on this machine."""

import json
import urllib.request
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from functions.refresh_onchain.planning import Plan, questions
from functions.refresh_onchain.refresh import OnChainRefresh
from local.upstreams import _KEYS, _PATHS
from sandbox.app import PREFIXES
from sandbox.desk import Desk
from sandbox.faults import Fault
from sandbox.market import Market
from sandbox.serving import Served
from sandbox.wire import Asked
from shared.cache.embedded import EmbeddedDocuments
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.chains.writing import ChainMetricsWriter
from shared.http.refresh import Occasion
from shared.providers.chain_frame import ChainRequest
from shared.providers.chains import chain_providers, chain_sources
from shared.providers.contract import Reply
from shared.providers.numbers import JsonValue
from shared.providers.rotation import Provider
from shared.records.chains import ChainMetric
from shared.records.refresh import RefreshReport
from tests.databases import Place


def settings_over(upstream: str) -> Settings:
    addresses = {name: upstream + path for name, path in _PATHS.items()}
    return Settings.from_environment({"DATA_SOURCE": "sandbox"} | addresses | _KEYS)


@dataclass
class Chains:
    """One instance of the refresh function over a sandbox, and ways to look at what it left behind."""

    refresh: OnChainRefresh
    place: Place
    sandbox_url: str
    runs: int = 0

    async def run(self, key: str | None = None) -> RefreshReport:
        self.runs += 1
        return await self.refresh.run(Occasion(key or f"refresh-onchain@run {self.runs}"))

    def fault(self, provider: str, kind: str, **body: Any) -> None:
        self._admin("PUT", f"faults/{provider}", {"fault": kind} | body)

    def mend(self, provider: str | None = None) -> None:
        self._admin("DELETE", f"faults/{provider}" if provider else "faults", None)

    def at(self, moment: datetime) -> None:
        """Let the sandbox's time stand still at a moment."""
        self._admin("PUT", "clock", {"now": moment.isoformat()})

    def rows(self, what: str, where: str = "true") -> list[list[Any]]:
        return self.place.run(f"SELECT {what} FROM chain_metrics WHERE {where}")  # noqa: S608 the test's own words

    def _admin(self, method: str, path: str, body: object) -> Any:
        request = urllib.request.Request(  # noqa: S310 localhost
            f"{self.sandbox_url}/admin/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 localhost
            return json.loads(response.read() or b"null")


@asynccontextmanager
async def chains_over(
    sandbox: Served,
    place: Place,
    folder: Path,
    clock: Clock,
    *,
    within: timedelta = timedelta(seconds=10),
    plan: Plan = questions,
) -> AsyncIterator[Chains]:
    settings = settings_over(sandbox.url)
    documents = EmbeddedDocuments(folder / "documents.db", clock=clock)
    sources = chain_sources(settings, documents, clock)
    database = Database(place.writer, read_only=False)
    refresh = OnChainRefresh(
        sources=sources,
        writer=ChainMetricsWriter(database),
        documents=documents,
        clock=clock,
        source="sandbox",
        within=within,
        plan=plan,
    )
    try:
        yield Chains(refresh, place, sandbox.url)
    finally:
        await sources.close()
        await database.close()
        await documents.close()


class DeskHttp:
    """The way out, straight to a sandbox's desk, without a socket; what is asked is kept."""

    def __init__(
        self, market: Market, moment: datetime, fault: Fault | None = None, *, provider: str | None = None
    ) -> None:
        self.moment = moment
        self.asked: list[str] = []
        self._desk = Desk(market, lambda: self.moment, pro_keys=(), coincap_keys=())
        self._fault, self._faulty = fault, provider

    async def get(self, provider: str, url: str, *, params: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        return self._answer(url, urlencode(params), headers)

    async def post(self, provider: str, url: str, *, body: JsonValue, headers: Mapping[str, str]) -> Reply:
        return self._answer(url, "", headers, json.dumps(body).encode())

    def now(self) -> datetime:
        return self.moment

    def _answer(self, url: str, query: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        prefix, _, path = url.removeprefix(SANDBOX + "/").partition("/")
        provider = PREFIXES[prefix]
        self.asked.append(f"{provider} /{path}")
        fault = self._fault if provider == self._faulty else None
        answer = self._desk.answer(Asked(provider, f"/{path}", query, headers, body), fault)
        dated = {"date": format_datetime(self.moment, usegmt=True)}
        return Reply(answer.status, dated, answer.body)


SANDBOX = "http://sandbox.example"


def providers_at(url: str = SANDBOX) -> dict[str, Provider]:
    return {provider.id: provider for provider in chain_providers(settings_over(url))}


async def heard(http: DeskHttp, provider: Provider, requests: Iterable[ChainRequest]) -> list[ChainMetric]:
    """Return what a provider says to all requests that it serves."""
    found: list[ChainMetric] = []
    key = provider.ring.keys[0].value if provider.ring.keys else None
    for request in requests:
        if provider.adapter.serves(request):
            payload = await provider.adapter.fetch(http, request, key)
            found += provider.adapter.normalise(payload, request, fetched_at=http.now())
    return found
