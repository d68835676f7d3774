"""All sources are killed after a good run: every endpoint of the data plane goes on answering, and says that it is stale."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
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
from functions.refresh_sentiment.refresh import SentimentRefresh
from functions.sentiment.main import build as sentiment
from functions.sentiment.routes import router as sentiment_routes
from functions.system.routes import router as system_routes
from functions.system.wiring import wire
from functions.tokens.main import build as tokens
from functions.tokens.routes import router as tokens_routes
from sandbox.admin import NAMES
from sandbox.serving import Served as Sandbox
from sandbox.serving import serve
from shared.cache.embedded import EmbeddedDocuments
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.flows.writing import FlowWriter
from shared.domain.sentiment.writing import SentimentWriter
from shared.http.function import Wiring
from shared.http.refresh import Occasion
from shared.providers.flows import flow_sources
from shared.providers.sentiment import sentiment_sources
from shared.records.refresh import LATE_AFTER_PROMISES, REFRESHES, RefreshReport
from tests.candle_refreshes import candles_over
from tests.chains import chains_over
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.depths import depth_over
from tests.functions.ondemand import Asked, Build, environment_over
from tests.newsrooms import newsroom_over
from tests.token_refreshes import tokens_over
from tests.unit.sandbox.calls import Caller
from tools.manifests import ROOT

GROUPS: dict[str, tuple[APIRouter, Build]] = {}


def system(settings: Settings, clock: Clock) -> Wiring:
    database = Database(settings.required_database(), read_only=True)
    return wire(settings, database, EmbeddedDocuments(Path(str(settings.documents_file)), clock=clock), clock=clock)


GROUPS |= {
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


LONGEST = max(REFRESHES[name] for name in asking_sources()) * LATE_AFTER_PROMISES


def paths(group: str) -> list[str]:
    router, _ = GROUPS[group]
    return [route.path for route in router.routes if isinstance(route, APIRoute) and route.path not in WITHOUT_FACTS]


ENDPOINTS = [(group, path) for group in GROUPS for path in paths(group)]


@dataclass
class Killed:
    """The whole data plane after one good run of every refresh, its functions to be asked at any time."""

    reports: dict[str, RefreshReport]
    environment: dict[str, str]
    upstream: Caller
    contract: str

    def asked(self, group: str, clock: SteppingClock) -> Asked:
        return Asked(GROUPS[group][1], self.environment, clock)

    def query(self, path: str, clock: SteppingClock) -> str:
        if "{address" in path:
            return self.contract
        return ASKED.get(path, path).replace("{now}", f"{clock.now().timestamp():.0f}")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve(seed=7, tokens=60, frozen_at=NOON) as served:
        yield served


@pytest.fixture(scope="module")
def plane(sandbox: Sandbox, shared_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Killed:
    folder = tmp_path_factory.mktemp("plane")
    environment = environment_over(sandbox.url, str(folder / "documents.db"), shared_place)
    reports = asyncio.run(_refreshed(sandbox, environment, shared_place, folder))
    [[chain, address]] = shared_place.run("SELECT chain, address FROM token_contracts ORDER BY 1, 2 LIMIT 1")
    return Killed(reports, environment, Caller(sandbox.port), f"/api/v1/tokens/contract/{chain}/{address}")


async def _refreshed(
    sandbox: Sandbox, environment: dict[str, str], place: Place, folder: Path
) -> dict[str, RefreshReport]:
    """Run every refresh once."""
    clock = SteppingClock(NOON)
    async with AsyncExitStack() as stack:
        candles = await stack.enter_async_context(candles_over(sandbox, place, folder, clock))
        reports = {"refresh_candles": await candles.run()}
        made: dict[str, Any] = {
            "refresh_tokens": await stack.enter_async_context(tokens_over(sandbox, place, folder, clock=clock)),
            "refresh_depth": await stack.enter_async_context(depth_over(sandbox, place, folder, clock)),
            "refresh_news": await stack.enter_async_context(newsroom_over(sandbox, place, folder, clock)),
            "refresh_onchain": await stack.enter_async_context(chains_over(sandbox, place, folder, clock)),
        }
        for name, each in made.items():
            reports[name] = await each.run()
        return reports | await _others(environment, place, folder, clock, stack)


async def _others(
    environment: dict[str, str], place: Place, folder: Path, clock: SteppingClock, stack: AsyncExitStack
) -> dict[str, RefreshReport]:
    settings = Settings.from_environment(environment)
    documents = EmbeddedDocuments(folder / "documents.db", clock=clock)
    database = Database(place.writer, read_only=False)
    stack.push_async_callback(documents.close)
    stack.push_async_callback(database.close)
    flows, moods = flow_sources(settings, documents, clock), sentiment_sources(settings, documents, clock)
    stack.push_async_callback(flows.close)
    stack.push_async_callback(moods.close)
    flow = FlowRefresh(sources=flows, writer=FlowWriter(database), documents=documents, clock=clock, source="sandbox")
    mood = SentimentRefresh(
        sources=moods, writer=SentimentWriter(database), documents=documents, clock=clock, source="sandbox"
    )
    return {
        "refresh_flows": await flow.run(Occasion("refresh-flows@run 1")),
        "refresh_sentiment": await mood.run(Occasion("refresh-sentiment@run 1")),
    }


def test_every_refresh_had_its_good_run(plane: Killed) -> None:
    asks_sources = set(asking_sources())

    assert {name: report.outcome for name, report in plane.reports.items()} == dict.fromkeys(
        asks_sources - {"refresh_market"}, "succeeded"
    )


@pytest.mark.parametrize(("group", "path"), ENDPOINTS, ids=[path for _, path in ENDPOINTS])
async def test_every_endpoint_answers_and_says_that_it_is_stale_once_all_sources_are_dead(
    plane: Killed, group: str, path: str
) -> None:
    clock = SteppingClock(NOON)
    asked = plane.asked(group, clock)
    first = await asked.get(plane.query(path, clock))
    for provider in NAMES:
        plane.upstream.fault(provider, "server_error")

    clock.advance(LONGEST + timedelta(seconds=max_age(first.headers["cache-control"]) + 1))
    last = await asked.get(plane.query(path, clock))
    await asked.close()
    plane.upstream.call("DELETE", "/admin/faults")

    # Status tells of maintenance too, which is no source and did not run here.
    assert (first.status_code, first.json()["meta"]["stale"]) == (200, group == "system"), first.text[-600:]
    assert (last.status_code, last.json()["meta"]["stale"]) == (200, True), last.text[-600:]
    assert last.json()["data"]


def max_age(header: str) -> int:
    [told] = [part for part in header.split(", ") if part.startswith("max-age=")]
    return int(told.removeprefix("max-age="))
