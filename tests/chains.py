"""A refresh of the chains over real parts: a sandbox over HTTP, a document file and PostgreSQL, all on this machine."""

import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from functions.refresh_onchain.refresh import OnChainRefresh
from local.upstreams import _KEYS, _PATHS
from sandbox.serving import Served
from shared.cache.embedded import EmbeddedDocuments
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.chains.known import ChainMetricsMemory
from shared.domain.chains.writing import ChainMetricsWriter
from shared.http.refresh import Occasion
from shared.providers.chains import chain_sources
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
    sandbox: Served, place: Place, folder: Path, clock: Clock, *, within: timedelta = timedelta(seconds=10)
) -> AsyncIterator[Chains]:
    settings = settings_over(sandbox.url)
    documents = EmbeddedDocuments(folder / "documents.db", clock=clock)
    sources = chain_sources(settings, documents, clock)
    database = Database(place.writer, read_only=False)
    refresh = OnChainRefresh(
        sources=sources,
        memory=ChainMetricsMemory(database),
        writer=ChainMetricsWriter(database),
        documents=documents,
        clock=clock,
        source="sandbox",
        within=within,
    )
    try:
        yield Chains(refresh, place, sandbox.url)
    finally:
        await sources.close()
        await database.close()
        await documents.close()
