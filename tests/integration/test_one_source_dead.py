"""One source is killed after a good run, and its data's promise passes: every endpoint that named it names another, and is fresh.

What answers stale then, or names nobody else, stands in `EXCEPTIONS` with the reason; one that is not needed any more fails too.
"""

import asyncio
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from sandbox.admin import NAMES
from sandbox.serving import Served as Sandbox
from sandbox.serving import serve
from shared.domain.chains.catalogue import CHAINS, chains_with
from shared.records.chains import METRICS
from shared.records.gas import GAS_UNITS
from shared.records.provider import PROVIDERS
from shared.records.refresh import LATE_AFTER_PROMISES, REFRESHES
from tests.clocks import NOON, SteppingClock
from tests.databases import Place, Server
from tests.functions.ondemand import RENEW, Asked
from tests.planes import ENDPOINTS, GROUPS, Plane
from tests.unit.sandbox.calls import Caller
from tools.outage.sources import ASKING, everybody, refreshes_asking, stand_of

_FED_BY = {
    "refresh_onchain": ("refresh_market",),
    "refresh_flows": ("refresh_market",),
    "refresh_tokens": ("refresh_market", "refresh_news", "refresh_sentiment"),
    "refresh_sentiment": ("refresh_market", "refresh_news"),
}
"""What must not grow old meanwhile for the same endpoints to be fresh."""
EVERYBODY = everybody()
SHORT = ("defillama", "binance", "coingecko", "alternative_me", "etherscan")
"""Those whose death was feared most, for every day; all others are killed by the slow tests."""

_STALE, _ALONE = "stale", "names nobody else"
_CHAINS = "/api/v1/on-chain"


def _stale(*asked: str) -> Mapping[str, str]:
    """Return that these answer with others named, too, but are stale as a whole because one of their numbers is."""
    return {f"{_CHAINS}/{each}": _STALE for each in asked}


def _node_of(chain: str, *metrics: str) -> Mapping[str, str]:
    """Return what only a chain's own node tells: heights and times of blocks, and of two the transactions."""
    return _stale(f"{chain}/summary", *(f"cross-chain?metric={metric}" for metric in metrics))


EXCEPTIONS: Mapping[str, Mapping[str, str]] = {
    # A series of its own index; ours stands in in /sentiment, and the series goes on when it is back.
    "alternative_me": {"/api/v1/sentiment/history": _ALONE},
    # Closed candles stay whose they are: others tell the next ones, as they do of minutes here.
    "binance": {"/api/market/ohlc?symbol=BTC": _ALONE},
    # What Artemis lacks: value locked of three small chains, stablecoins of six, fees of four, exchange volume of ton.
    "defillama": {
        **_stale("tvl", "stablecoins"),
        **_stale(*(f"{chain}/summary" for chain in ("cardano", "polkadot", "near", "ton", "sui", "aptos"))),
        **_stale(*(f"{chain}/summary" for chain in ("litecoin", "dogecoin", "bitcoin-cash"))),
        **_stale("cross-chain?metric=tvl_usd", "cross-chain?metric=stablecoin_supply_usd"),
        **_stale("cross-chain?metric=fees_usd", "cross-chain?metric=dex_volume_usd"),
        **{f"{_CHAINS}/{chain}/history?metric=tvl_usd": _ALONE for chain in ("litecoin", "dogecoin", "bitcoin-cash")},
    },
    # Difficulty, blocks and queues of three mined chains, without a key.
    "blockchair": {
        **_stale("litecoin/summary", "dogecoin/summary", "bitcoin-cash/summary", "cross-chain?metric=difficulty"),
        **_stale("cross-chain?metric=block_time_s", "cross-chain?metric=block_height"),
        **_stale("cross-chain?metric=pending_transactions"),
    },
    "evm_rpc_arbitrum": _node_of("arbitrum", "block_time_s", "block_height"),
    "evm_rpc_optimism": _node_of("optimism", "block_time_s", "block_height"),
    "evm_rpc_base": _node_of("base", "block_time_s", "block_height"),
    "evm_rpc_avalanche": _node_of("avalanche", "block_time_s", "block_height"),
    "evm_rpc_bsc": _node_of("bsc", "block_time_s", "block_height"),
    "evm_rpc_polygon": _node_of("polygon", "block_time_s", "block_height"),
    "tron_rpc": _node_of("tron", "block_time_s", "block_height"),
    "koios": _node_of("cardano", "block_time_s", "block_height"),
    "near_rpc": _node_of("near", "block_time_s", "block_height"),
    "polkadot_rpc": _node_of("polkadot", "block_time_s", "block_height"),
    "solana_rpc": _node_of("solana", "block_time_s", "transactions"),
    "toncenter": _node_of("ton", "block_height", "transactions"),
}
"""By dead source: what is asked, and what is wrong with the answer. It may not grow, and may not stay longer than needed."""


@dataclass
class Alive:
    """The data plane after its good run, and who was named by what."""

    plane: Plane
    server: Server
    queries: dict[str, str]
    """What is asked, and the group that answers."""
    named: dict[str, set[str]]
    copies: Iterator[int] = field(default_factory=count)

    def asked_about(self, provider: str) -> dict[str, str]:
        """Return one query for every path, and all that named a source."""
        once = {self.plane.query(path, SteppingClock(NOON)) for _, path in ENDPOINTS}
        return {query: group for query, group in self.queries.items() if query in once or provider in self.named[query]}

    def copy(self, folder: Path) -> Plane:
        """Return a plane of one's own with the same past."""
        name = f"{self.plane.place.name}_{next(self.copies)}"
        self.server.create(name, self.plane.place.name)
        for file in self.plane.folder.glob("documents.db*"):
            shutil.copy(file, folder)
        return Plane(self.plane.sandbox, Place(self.server, name), folder)


def queries(plane: Plane) -> dict[str, str]:
    """Return what is asked: every path, and for chains every one of them and every metric."""
    clock = SteppingClock(NOON)
    found = {plane.query(path, clock): group for group, path in ENDPOINTS if group != "system"}
    base = "/api/v1/on-chain"
    more = [f"{base}/{chain}/summary" for chain in CHAINS]
    more += [f"{base}/cross-chain?metric={metric}" for metric in METRICS]
    more += [f"{base}/{chain}/history?metric=tvl_usd" for chain in chains_with("tvl_usd")]
    more += [f"{base}/gas?chain={chain}" for chain in GAS_UNITS]
    return found | dict.fromkeys(more, "on_chain")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve(seed=7, tokens=60, frozen_at=NOON) as served:
        yield served


@pytest.fixture(scope="module")
def alive(sandbox: Sandbox, server: Server, shared_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Alive:
    plane = Plane(sandbox, shared_place, tmp_path_factory.mktemp("alive"))

    clock = SteppingClock(NOON)
    asyncio.run(plane.refresh(clock))
    wanted = queries(plane)
    told = asyncio.run(answers(plane, clock, wanted))
    assert {query: status for query, (status, _) in told.items() if status != 200} == {}
    return Alive(plane, server, wanted, {query: sources_in(body) for query, (_, body) in told.items()})


async def answers(plane: Plane, clock: SteppingClock, wanted: Mapping[str, str]) -> dict[str, tuple[int, Any]]:
    """Return status and body of every query, made now."""
    found = {}
    for group in dict.fromkeys(wanted.values()):
        asked = Asked(GROUPS[group][1], plane.environment, clock)
        for query in (each for each, theirs in wanted.items() if theirs == group):
            answer = await asked.get(query, RENEW)
            found[query] = (answer.status_code, answer.json())
        await asked.close()
    return found


def sources_in(body: Any) -> set[str]:
    return {part for source in body.get("meta", {}).get("sources", ()) for part in source.split("+")}


async def found_wanting(alive: Alive, provider: str, folder: Path) -> dict[str, str]:
    """Return what is wrong with which answers, long after the source has died."""
    asking = refreshes_asking([provider])
    refreshes = asking | {name for each in asking for name in _FED_BY.get(each, ())}
    clock, plane = SteppingClock(NOON), alive.copy(folder)
    upstream = Caller(plane.sandbox.port)
    stand, match = stand_of(provider)
    gap = max((REFRESHES[name] for name in asking), default=timedelta(minutes=1)) * LATE_AFTER_PROMISES
    clock.advance(gap + timedelta(seconds=1))
    upstream.call("PUT", "/admin/clock", {"now": clock.now().isoformat()})
    dead = {"fault": "server_error", "options": {"match": match}}

    def kill() -> None:
        assert upstream.call("PUT", f"/admin/faults/{stand}", dead).status == 200

    try:
        await plane.refresh(clock, refreshes, before=kill)
        kill()
        told = await answers(plane, clock, alive.asked_about(provider))
    finally:
        upstream.call("DELETE", "/admin/faults")
        upstream.call("PUT", "/admin/clock", {"now": NOON.isoformat()})
        plane.place.server.drop(plane.place.name)
    wrong = {query: fault_of(provider, alive.named[query], *answer) for query, answer in told.items()}
    return {query: fault for query, fault in wrong.items() if fault}


def fault_of(provider: str, before: set[str], status: int, body: Any) -> str:
    """Return what is wrong with an answer, nothing when it is right."""
    if status != 200:
        return f"answered {status}"
    if provider not in before:
        return ""
    if not sources_in(body) - {provider}:
        return "names nobody else"
    return "stale" if body["meta"]["stale"] else ""


def test_exceptions_are_made_only_for_sources_that_there_are() -> None:
    assert set(EXCEPTIONS) <= set(EVERYBODY)


async def test_with_the_source_alive_nothing_is_wanting(alive: Alive) -> None:
    told = await answers(alive.plane, SteppingClock(NOON), alive.queries)

    assert {query for query, (_, body) in told.items() if body["meta"]["stale"]} == set()
    assert {part for named in alive.named.values() for part in named} >= set(EXCEPTIONS)


def test_every_source_that_there_is_can_be_killed() -> None:
    assert {stand_of(provider)[0] for provider in EVERYBODY} <= set(NAMES)
    assert set(ASKING) == set(PROVIDERS)


@pytest.mark.parametrize(
    "provider", [pytest.param(each, marks=() if each in SHORT else pytest.mark.slow) for each in EVERYBODY]
)
async def test_whatever_named_the_dead_source_names_another_and_is_fresh(
    alive: Alive, tmp_path: Path, provider: str
) -> None:
    assert await found_wanting(alive, provider, tmp_path) == EXCEPTIONS.get(provider, {})
