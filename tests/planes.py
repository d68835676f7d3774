"""The whole data plane over a sandbox: every refresh that asks sources, and every endpoint that shows what they told."""

from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from fastapi import APIRouter
from fastapi.routing import APIRoute

from functions.market.main import build as market
from functions.market.routes import router as market_routes
from functions.news.main import build as news
from functions.news.routes import router as news_routes
from functions.on_chain.main import build as on_chain
from functions.on_chain.routes import router as on_chain_routes
from functions.prices.main import build as prices
from functions.prices.routes import router as prices_routes
from functions.refresh_flows.refresh import FlowRefresh
from functions.refresh_onchain.planning import Plan, questions
from functions.refresh_sentiment.refresh import SentimentRefresh
from functions.sentiment.main import build as sentiment
from functions.sentiment.routes import router as sentiment_routes
from functions.system.routes import router as system_routes
from functions.system.wiring import wire
from functions.tokens.main import build as tokens
from functions.tokens.routes import router as tokens_routes
from sandbox.serving import Served as Sandbox
from shared.cache.embedded import EmbeddedDocuments
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.chains.known import Known
from shared.domain.flows.writing import FlowWriter
from shared.domain.sentiment.writing import SentimentWriter
from shared.http.function import Wiring
from shared.http.refresh import Occasion
from shared.providers.chain_frame import ChainRequest
from shared.providers.flows import flow_sources
from shared.providers.sentiment import sentiment_sources
from shared.records.refresh import REFRESHES, RefreshReport
from tests.candle_refreshes import candles_over
from tests.chains import chains_over
from tests.clocks import SteppingClock
from tests.databases import Place
from tests.depths import depth_over
from tests.functions.ondemand import Build, environment_over
from tests.markets import market_over
from tests.newsrooms import newsroom_over
from tests.token_refreshes import tokens_over
from tools.manifests import ROOT


def system(settings: Settings, clock: Clock) -> Wiring:
    database = Database(settings.required_database(), read_only=True)
    return wire(settings, database, EmbeddedDocuments(Path(str(settings.documents_file)), clock=clock), clock=clock)


GROUPS: Mapping[str, tuple[APIRouter, Build]] = {
    "prices": (prices_routes, prices),
    "market": (market_routes, market),
    "tokens": (tokens_routes, tokens),
    "news": (news_routes, news),
    "sentiment": (sentiment_routes, sentiment),
    "on_chain": (on_chain_routes, on_chain),
    "system": (system_routes, system),
}
WITHOUT_FACTS = {
    "/api/v1/health": "tells of this moment",
    "/health": "tells of this moment",
    "/api/v1/health/live": "tells of this moment",
    "/health/live": "tells of this moment",
    "/api/v1/health/ready": "tells of this moment",
    "/health/ready": "tells of this moment",
    "/api/v1/changelog": "tells of versions",
    "/api/v1/catalog": "tells what there is to be asked for",
    "/api/v1/openapi.json": "describes the API",
    "/api/v1/docs": "describes the API",
    "/api/v1/llms.txt": "describes the API",
    "/llms.txt": "describes the API",
}
"""Paths that hold nothing that a source told."""
ASKED = {
    "/api/v1/prices/quotes": "/api/v1/prices/quotes?ids=bitcoin",
    "/api/v1/prices/{token_id}": "/api/v1/prices/bitcoin",
    "/api/v1/prices/{token_id}/history": "/api/v1/prices/bitcoin/history?from=2026-02-28",
    "/api/v1/prices/{token_id}/at": "/api/v1/prices/bitcoin/at?time={now}",
    "/api/v1/market/ohlc": "/api/v1/market/ohlc?id=bitcoin&interval=1m&limit=3",
    "/api/market/ohlc": "/api/market/ohlc?symbol=BTC",
    "/api/v1/market/depth": "/api/v1/market/depth?id=bitcoin",
    "/api/v1/market/categories/{category_id}": "/api/v1/market/categories/stablecoins",
    "/api/v1/tokens/resolve": "/api/v1/tokens/resolve?q=btc",
    "/api/v1/tokens/{token_id}": "/api/v1/tokens/bitcoin",
    "/api/v1/on-chain/cross-chain": "/api/v1/on-chain/cross-chain?metric=tvl_usd",
    "/api/v1/on-chain/{chain}/summary": "/api/v1/on-chain/bitcoin/summary",
    "/api/v1/on-chain/{chain}/history": "/api/v1/on-chain/bitcoin/history?metric=transactions",
    "/api/v1/on-chain/{chain}/whale-alerts": "/api/v1/on-chain/bitcoin/whale-alerts?min_usd=100000",
    "/api/v1/on-chain/{chain}/exchange-flow": "/api/v1/on-chain/bitcoin/exchange-flow",
    "/api/v1/sentiment/{token_id}": "/api/v1/sentiment/bitcoin",
}
"""What is asked for where a path alone does not say it."""


def asking_sources() -> list[str]:
    """Return the refreshes that ask sources."""
    files = [file for name in REFRESHES for file in ROOT.glob(f"functions/{name}/*.py")]
    return sorted({file.parent.name for file in files if "shared.providers" in file.read_text()})


def paths(group: str) -> list[str]:
    router, _ = GROUPS[group]
    return [route.path for route in router.routes if isinstance(route, APIRoute) and route.path not in WITHOUT_FACTS]


ENDPOINTS = [(group, path) for group in GROUPS for path in paths(group)]


def in_short(known: Known, *, now: datetime) -> Iterator[ChainRequest]:
    """Yield everything of the present, and of the days what is looked at here: the rest is the refresh's own tests'."""
    wanted = questions(known, now=now, longest=timedelta(days=3))
    return (each for each in wanted if each.resolution == "now" or each.topic in ("tvl", "network", "everything"))


class Runs(Protocol):
    """One instance of a refresh function."""

    async def run(self, key: str | None = None) -> RefreshReport: ...


class Plane:
    """A database and a document file of their own over a sandbox, with every refresh that asks sources."""

    def __init__(self, sandbox: Sandbox, place: Place, folder: Path, *, plan: Plan = in_short) -> None:
        self.sandbox, self.place, self.folder, self.plan = sandbox, place, folder, plan
        self.environment = environment_over(sandbox.url, str(folder / "documents.db"), place)

    async def refresh(
        self, clock: SteppingClock, only: Collection[str] | None = None, *, before: Callable[[], None] = lambda: None
    ) -> dict[str, RefreshReport]:
        """Run every refresh once, or those named, in the order in which they need each other.

        `before` is done before each of them: at the end of some all faults are mended.
        """
        reports = {}
        for name, made in self._made(clock).items():
            if only is None or name in only:
                before()
                async with made() as each:
                    reports[name] = await each.run(f"{name}@{clock.now().isoformat()}")
        return reports

    def address(self) -> str:
        """Return the path of a contract that there is."""
        [[chain, address]] = self.place.run("SELECT chain, address FROM token_contracts ORDER BY 1, 2 LIMIT 1")
        return f"/api/v1/tokens/contract/{chain}/{address}"

    def query(self, path: str, clock: SteppingClock) -> str:
        """Return what is asked of a path."""
        if "{address" in path:
            return self.address()
        return ASKED.get(path, path).replace("{now}", f"{clock.now().timestamp():.0f}")

    def _made(self, clock: SteppingClock) -> "Mapping[str, Callable[[], AbstractAsyncContextManager[Runs]]]":
        over = (self.sandbox, self.place, self.folder)
        return {
            "refresh_market": lambda: market_over(*over, clock=clock),
            "refresh_candles": lambda: candles_over(*over, clock),
            "refresh_tokens": lambda: tokens_over(*over, clock=clock),
            "refresh_depth": lambda: depth_over(*over, clock),
            "refresh_news": lambda: newsroom_over(*over, clock),
            "refresh_onchain": lambda: chains_over(*over, clock, plan=self.plan),
            "refresh_flows": lambda: self._flows(clock),
            "refresh_sentiment": lambda: self._moods(clock),
        }

    @asynccontextmanager
    async def _flows(self, clock: Clock) -> AsyncIterator[Runs]:
        settings, documents, database = self._parts(clock)
        sources = flow_sources(settings, documents, clock)
        writer = FlowWriter(database)
        try:
            yield _Keyed(
                FlowRefresh(sources=sources, writer=writer, documents=documents, clock=clock, source="sandbox")
            )
        finally:
            await sources.close()
            await database.close()
            await documents.close()

    @asynccontextmanager
    async def _moods(self, clock: Clock) -> AsyncIterator[Runs]:
        settings, documents, database = self._parts(clock)
        sources = sentiment_sources(settings, documents, clock)
        writer = SentimentWriter(database)
        try:
            yield _Keyed(
                SentimentRefresh(sources=sources, writer=writer, documents=documents, clock=clock, source="sandbox")
            )
        finally:
            await sources.close()
            await database.close()
            await documents.close()

    def _parts(self, clock: Clock) -> tuple[Settings, EmbeddedDocuments, Database]:
        settings = Settings.from_environment(self.environment)
        documents = EmbeddedDocuments(self.folder / "documents.db", clock=clock)
        return settings, documents, Database(self.place.writer, read_only=False)


class _Keyed:
    """A refresh, run under a name."""

    def __init__(self, refresh: FlowRefresh | SentimentRefresh) -> None:
        self._refresh = refresh

    async def run(self, key: str | None = None) -> RefreshReport:
        return await self._refresh.run(Occasion(str(key)))


def max_age(header: str) -> int:
    [told] = [part for part in header.split(", ") if part.startswith("max-age=")]
    return int(told.removeprefix("max-age="))
