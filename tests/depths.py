"""A refresh of order books over real parts: a sandbox over HTTP, a document file and PostgreSQL, all on this machine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from functions.refresh_depth.refresh import DepthRefresh, depth_refresh
from sandbox.serving import Served
from shared.cache.embedded import EmbeddedDocuments
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.http.refresh import Occasion
from shared.providers.depth import BookSources, book_providers
from shared.providers.sources import Sources
from shared.records.refresh import RefreshReport
from tests.databases import Place
from tests.functions.ondemand import environment_over
from tests.pacing import unpaced


@dataclass
class Depths:
    """One instance of the refresh function, and a look at what it left behind."""

    refresh: DepthRefresh
    place: Place
    runs: int = 0

    async def run(self, key: str | None = None) -> RefreshReport:
        self.runs += 1
        return await self.refresh.run(Occasion(key or f"refresh-depth@run {self.runs}"))

    def exchanges(self) -> list[str]:
        """Return the exchanges of the newest points."""
        return [str(row[0]) for row in self.place.run("SELECT DISTINCT provider FROM depth_points ORDER BY 1")]

    def count(self) -> int:
        return int(str(self.place.run("SELECT count(*) FROM depth_points")[0][0]))


@asynccontextmanager
async def depth_over(
    sandbox: Served, place: Place, folder: Path, clock: Clock, *, tokens: int = 8, within: float = 20
) -> AsyncIterator[Depths]:
    environment = environment_over(sandbox.url, str(folder / "documents.db")) | {"DEPTH_TOKENS": str(tokens)}
    settings = Settings.from_environment(environment)
    documents = EmbeddedDocuments(folder / "documents.db", clock=clock)
    database = Database(place.writer, read_only=False)
    made = depth_refresh(settings, database, documents, clock)
    await made.books.close()
    books: BookSources = Sources("depth", [unpaced(each) for each in book_providers(settings)], documents, clock)
    refresh = replace(made, books=books, fetch_within=timedelta(seconds=within))
    try:
        yield Depths(refresh, place)
    finally:
        await refresh.books.close()
        await refresh.markets.close()
        await database.close()
        await documents.close()
