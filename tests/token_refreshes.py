"""A refresh of tokens over real parts: a sandbox over HTTP, a document file and PostgreSQL, all on this machine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from functions.refresh_tokens.refresh import TokensRefresh
from sandbox.serving import Served
from shared.cache.embedded import EmbeddedDocuments
from shared.core.clock import Clock, SystemClock
from shared.db.engine import Database
from shared.http.refresh import Occasion
from shared.providers.tokens import TokenSources
from shared.records.refresh import RefreshReport
from tests.addresses import settings_over
from tests.databases import Place


@dataclass
class Tokens:
    """One instance of the refresh function, and ways to look at what it left behind."""

    refresh: TokensRefresh
    place: Place
    runs: int = 0

    async def run(self, key: str | None = None) -> RefreshReport:
        self.runs += 1
        return await self.refresh.run(Occasion(key or f"refresh-tokens@run {self.runs}"))

    def rows(self, table: str, columns: str = "count(*)", where: str = "true") -> list[list[object]]:
        return self.place.run(f"SELECT {columns} FROM {table} WHERE {where}")  # noqa: S608 the test's own names

    def count(self, table: str, where: str = "true") -> int:
        return int(str(self.rows(table, where=where)[0][0]))

    def sources(self, dataset: str) -> list[str]:
        [[sources]] = self.rows("datasets", "sources", f"dataset = '{dataset}'")
        assert isinstance(sources, list)
        return sources


@asynccontextmanager
async def tokens_over(
    sandbox: Served,
    place: Place,
    folder: Path,
    *,
    clock: Clock | None = None,
    ask_within: timedelta = timedelta(seconds=10),
    pro_key: str = "",
) -> AsyncIterator[Tokens]:
    """One instance; several may share the place and the folder, as instances of one function do."""
    clock = clock or SystemClock()
    documents = EmbeddedDocuments(folder / "tokens.db", clock=clock)
    sources = TokenSources.of(settings_over(sandbox.url, COINGECKO_PRO_KEY=pro_key), documents, clock)
    database = Database(place.writer, read_only=False)
    refresh = TokensRefresh(
        sources=sources,
        database=database,
        documents=documents,
        clock=clock,
        source="sandbox",
        ask_within=ask_within,
    )
    try:
        yield Tokens(refresh, place)
    finally:
        await sources.close()
        await database.close()
        await documents.close()
