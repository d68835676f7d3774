"""A news refresh over real parts: a sandbox over HTTP, a document file and PostgreSQL, all on this machine."""

import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from functions.refresh_news.refresh import NewsRefresh
from sandbox.market import Market
from sandbox.serving import Served
from shared.cache.embedded import EmbeddedDocuments
from shared.core.clock import Clock
from shared.core.settings import DataSource, Settings
from shared.db.engine import Database
from shared.domain.news.writing import NewsWriter
from shared.http.refresh import Occasion
from shared.providers.news import NewsSources
from shared.records.refresh import RefreshReport
from tests.databases import Place

KEYS = {"CRYPTOPANIC_KEY": "sandbox-primary", "NEWSAPI_KEY": "sandbox-primary", "NEWSAPI_LIMITS": "1000/60"}
STANDS = ("cryptopanic", "newsapi", "news_feeds")


def settings_over(upstream: str, **more: str) -> Settings:
    addresses = {
        "CRYPTOPANIC_URL": f"{upstream}/cryptopanic/api/v1",
        "NEWSAPI_URL": f"{upstream}/newsapi/v2",
        "NEWS_FEEDS_URL": f"{upstream}/news-feeds",
    }
    return Settings.from_environment({"DATA_SOURCE": "sandbox"} | KEYS | addresses | more)


@dataclass
class Newsroom:
    """One instance of the refresh function over a sandbox, and ways to look at what it left behind."""

    refresh: NewsRefresh
    place: Place
    sandbox_url: str
    runs: int = 0

    async def run(self, key: str | None = None) -> RefreshReport:
        self.runs += 1
        return await self.refresh.run(Occasion(key or f"refresh-news@run {self.runs}"))

    def fault(self, stand: str, kind: str, **body: Any) -> None:
        self._admin("PUT", f"faults/{stand}", {"fault": kind} | body)

    def mend(self) -> None:
        self._admin("DELETE", "faults", None)

    def at(self, moment: datetime) -> None:
        """Let the sandbox's time stand still at a moment."""
        self._admin("PUT", "clock", {"now": moment.isoformat()})

    def rows(self, sql: str) -> list[list[Any]]:
        return self.place.run(sql)

    def count(self, table: str) -> int:
        return int(str(self.place.run(f"SELECT count(*) FROM {table}")[0][0]))  # noqa: S608 the test's own names

    def _admin(self, method: str, path: str, body: object) -> None:
        request = urllib.request.Request(  # noqa: S310 localhost
            f"{self.sandbox_url}/admin/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 localhost
            response.read()


@asynccontextmanager
async def newsroom_over(
    sandbox: Served,
    place: Place,
    folder: Path,
    clock: Clock,
    *,
    data_source: DataSource = "sandbox",
    fetch_within: timedelta = timedelta(seconds=20),
    **more: str,
) -> AsyncIterator[Newsroom]:
    """One instance; several may share the place and the folder, as instances of one function do."""
    documents = EmbeddedDocuments(folder / "documents.db", clock=clock)
    sources = NewsSources(settings_over(sandbox.url, **more), documents, clock)
    database = Database(place.writer, read_only=False)
    refresh = NewsRefresh(
        sources=sources,
        writer=NewsWriter(database),
        documents=documents,
        clock=clock,
        data_source=data_source,
        fetch_within=fetch_within,
    )
    try:
        yield Newsroom(refresh, place, sandbox.url)
    finally:
        await sources.close()
        await database.close()
        await documents.close()


def list_tokens(place: Place, market: Market, count: int = 100) -> None:
    """Put the market's first tokens into the catalogue."""
    tokens, quotes = [], []
    for token in market.tokens[:count]:
        name, worth = token.name.replace("'", "''"), token.centre * (token.circulating or 0.0)
        tokens.append(f"('{token.id}', '{token.symbol.upper()}', '{name}', false, now(), now())")
        quotes.append(
            f"('{token.id}', {token.centre}, {worth}, {token.place}, now(), now(), 'coingecko', '{{coingecko}}', '[]', 'sandbox', now())"
        )
    place.run(
        "INSERT INTO tokens (token_id, symbol, name, provisional, first_seen_at, last_seen_at) VALUES "  # noqa: S608
        + ", ".join(tokens)
    )
    place.run(
        "INSERT INTO quotes (token_id, price_usd, market_cap_usd, rank, as_of, priced_at, facts_provider, sources, source_prices, "  # noqa: S608
        "data_source, refreshed_at) VALUES " + ", ".join(quotes)
    )
