"""A refresh of candles over real parts: a sandbox over HTTP, a document file and PostgreSQL, all on this machine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from functions.refresh_candles.refresh import CandleRefresh
from sandbox.serving import Served
from shared.cache.embedded import EmbeddedDocuments
from shared.core.clock import Clock
from shared.db.engine import Database
from shared.http.refresh import Occasion
from shared.providers.candles import CandleSources, candle_providers
from shared.providers.markets import market_sources
from shared.providers.sources import Sources
from shared.records.refresh import RefreshReport
from tests.addresses import settings_over
from tests.databases import Place
from tests.markets import Market, market_over
from tests.pacing import unpaced

VENUES = ("binance", "coinbase", "kraken")


@dataclass
class CandleMarket:
    """One instance of the refresh over a sandbox whose prices `market` has stored."""

    refresh: CandleRefresh
    market: Market
    runs: int = 0

    async def run(self, key: str | None = None) -> RefreshReport:
        self.runs += 1
        return await self.refresh.run(Occasion(key or f"refresh-candles@run {self.runs}"))

    def rows(self, what: str, interval_s: int, more: str = "") -> list[list[object]]:
        table = "candles" if interval_s >= 86_400 else "intraday_candles"
        return self.market.place.run(
            f"SELECT {what} FROM {table} JOIN candle_series USING (series_id) JOIN candle_sources USING (source_id)"  # noqa: S608
            f" WHERE interval_s = {interval_s} {more}"
        )

    def providers(self, interval_s: int) -> set[object]:
        return {row[0] for row in self.rows("DISTINCT provider", interval_s)}

    def fault(self, provider: str, kind: str, **options: Any) -> None:
        self.market.fault(provider, kind, options=options)

    def contents(self) -> list[list[list[object]]]:
        names = ("candles", "intraday_candles", "candle_revisions", "candle_series", "datasets")
        return [self.market.place.run(f"SELECT t::text FROM {name} AS t ORDER BY 1") for name in names]  # noqa: S608


@asynccontextmanager
async def candles_over(
    sandbox: Served,
    place: Place,
    folder: Path,
    clock: Clock,
    *,
    top: int = 5,
    fetch_within: timedelta = timedelta(seconds=120),
) -> AsyncIterator[CandleMarket]:
    """One instance; the market has been refreshed twice at the clock's time, so that tokens have prices and names."""
    async with market_over(sandbox, place, folder, clock=clock) as market:
        market.at(clock.now())
        await market.run()
        settings = _settings(sandbox.url)
        documents = EmbeddedDocuments(folder / "documents.db", clock=clock)
        exchanges = [unpaced(each) for each in candle_providers(settings)]
        candles: CandleSources = Sources("candles", exchanges, documents, clock, empty=True)
        markets = market_sources(settings, documents, clock)
        database = Database(place.writer, read_only=False)
        refresh = CandleRefresh(
            candles=candles,
            markets=markets,
            database=database,
            documents=documents,
            clock=clock,
            source="sandbox",
            tokens=top,
            fetch_within=fetch_within,
            first={"1m": 20, "1h": 60, "1d": 3},
        )
        try:
            yield CandleMarket(refresh, market)
        finally:
            for provider in (*VENUES, "cryptocompare", "coingecko", "coingecko_pro", "coinpaprika", "coincap"):
                market.mend(provider)
            await candles.close()
            await markets.close()
            await database.close()
            await documents.close()


def _settings(url: str) -> Any:
    return settings_over(
        url, COINBASE_URL=f"{url}/coinbase", KRAKEN_URL=f"{url}/kraken", CRYPTOCOMPARE_URL=f"{url}/cryptocompare"
    )


def minutes_ago(now: datetime, count: int) -> datetime:
    """Return so many minutes before."""
    return now - timedelta(minutes=count)
