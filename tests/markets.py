"""A refresh over real parts: a sandbox over HTTP, a document file and PostgreSQL, all on this machine."""

import json
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from functions.refresh_market.refresh import MarketRefresh
from sandbox.serving import Served
from shared.cache.embedded import EmbeddedDocuments
from shared.core.clock import Clock, SystemClock
from shared.db.engine import Database
from shared.domain.market.writing import MarketWriter
from shared.http.refresh import Occasion
from shared.providers.quotes import QuoteProviders
from shared.records.refresh import RefreshReport
from tests.addresses import settings_over
from tests.databases import Place


@dataclass
class Market:
    """One instance of the refresh function over a sandbox, and ways to look at what it left behind."""

    refresh: MarketRefresh
    place: Place
    sandbox_url: str
    runs: int = 0

    async def run(self, key: str | None = None) -> RefreshReport:
        self.runs += 1
        return await self.refresh.run(Occasion(key or f"refresh-market@run {self.runs}"))

    def fault(self, provider: str, kind: str, **body: Any) -> None:
        self._admin("PUT", f"faults/{provider}", {"fault": kind} | body)

    def mend(self, provider: str) -> None:
        self._admin("DELETE", f"faults/{provider}", None)

    def at(self, moment: datetime) -> None:
        """Let the sandbox's time stand still at a moment."""
        self._admin("PUT", "clock", {"now": moment.isoformat()})

    def sources(self, token_id: str) -> set[str]:
        [[sources]] = self.place.run(f"SELECT sources FROM quotes WHERE token_id = '{token_id}'")  # noqa: S608
        assert isinstance(sources, list)
        return set(sources)

    def prices(self) -> dict[str, float]:
        rows = self.place.run("SELECT token_id, price_usd FROM quotes")
        return {str(name): float(str(price)) for name, price in rows}

    def truth(self) -> dict[str, float]:
        tokens = self._admin("GET", "truth", None)["tokens"]
        return {each["id"]: float(each["price"]) for each in tokens}

    def count(self, table: str) -> int:
        return int(str(self.place.run(f"SELECT count(*) FROM {table}")[0][0]))  # noqa: S608 the test's own names

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
async def market_over(
    sandbox: Served,
    place: Place,
    folder: Path,
    *,
    clock: Clock | None = None,
    tokens: int = 60,
    fetch_within: timedelta = timedelta(seconds=20),
    on_step: Callable[[str], None] = lambda _: None,
) -> AsyncIterator[Market]:
    """One instance; several may share the place and the folder, as instances of one function do."""
    settings = settings_over(sandbox.url, tokens=tokens)
    clock = clock or SystemClock()
    documents = EmbeddedDocuments(folder / "documents.db", clock=clock)
    providers = QuoteProviders(settings, documents, clock)
    database = Database(place.writer, read_only=False)
    refresh = MarketRefresh(
        providers=providers,
        writer=MarketWriter(database),
        documents=documents,
        clock=clock,
        source="sandbox",
        tokens=tokens,
        fetch_within=fetch_within,
        on_step=on_step,
    )
    try:
        yield Market(refresh, place, sandbox.url)
    finally:
        await providers.close()
        await database.close()
        await documents.close()
