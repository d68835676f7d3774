"""The market function: the top and the movers over a real database."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from functions.market.main import build
from shared.domain.market.models import Mover, Quote
from shared.http.envelope import Envelope
from tests.clocks import NOON
from tests.databases import Place
from tests.snapshots import BITCOIN, ETHEREUM, RIPPLE, many, snapshot

from .quoting import Served, store


@pytest.fixture
async def market(place: Place) -> AsyncIterator[Served]:
    served = Served(build, place)
    yield served
    await served.close()


async def moved(place: Place) -> None:
    """Store three tokens whose changes differ, a run each, so that all stay ranked."""
    changes = ((BITCOIN, "5.5", "1000000"), (ETHEREUM, "-7", "2000000"), (RIPPLE, "9", "10"))
    for minute, (row, change, volume) in enumerate(changes):
        facts: dict[str, Any] = {
            "change_24h_pct": Decimal(change),
            "change_7d_pct": None,
            "volume_24h_usd": Decimal(volume),
        }
        await store(place, snapshot([row], at=NOON + timedelta(minutes=minute), **facts))


@pytest.mark.parametrize("path", ["/api/v1/market", "/api/market"])
async def test_market_is_the_top_hundred(place: Place, market: Served, path: str) -> None:
    await store(place, many(130))

    body = Envelope[list[Quote]].model_validate_json((await market.get(path)).content)

    assert [quote.rank for quote in body.data] == list(range(1, 101))
    assert body.meta.total == 130
    assert body.data[0].id == "token-0"


async def test_movers_are_ordered_by_change_and_hold_to_the_volume(place: Place, market: Served) -> None:
    await moved(place)

    async def ids(query: str) -> list[str]:
        body = await market.fresh(f"/api/v1/market/movers{query}")
        assert body["meta"]["total"] >= len(body["data"])
        return [quote["id"] for quote in body["data"]]

    assert await ids("") == ["bitcoin"]
    assert await ids("?min_volume_usd=0") == ["ripple", "bitcoin"]
    assert await ids("?min_volume_usd=0&limit=1") == ["ripple"]
    assert await ids("?direction=down") == ["ethereum"]
    assert await ids("?window=7d") == []
    assert await ids("?window=1h&direction=down") == []


async def test_movers_tell_what_they_are(place: Place, market: Served) -> None:
    await moved(place)

    answer = await market.get("/api/v1/market/movers?window=24h")

    assert {frozenset(mover) for mover in answer.json()["data"]} == {frozenset(Mover.model_fields)}
    assert {"window": "24h", "direction": "up", "total": 1}.items() <= answer.json()["meta"].items()
    assert answer.headers["cache-control"].startswith("public, max-age=300")


async def test_movers_count_all_of_them_and_order_equals_by_rank(place: Place, market: Served) -> None:
    await store(place, many(9))

    async def found(query: str) -> tuple[list[str], int]:
        body = await market.fresh(f"/api/v1/market/movers{query}")
        return [quote["id"] for quote in body["data"]], body["meta"]["total"]

    [[volume]] = place.run("SELECT max(volume_24h_usd) FROM quotes")

    assert await found("?window=1h&limit=3") == (["token-0", "token-1", "token-2"], 9)
    assert await found(f"?window=1h&limit=1&min_volume_usd={volume}") == (["token-0"], 9)
    assert await found(f"?window=1h&min_volume_usd={volume}1") == ([], 0)
    assert await found("?window=1h&direction=down") == ([], 0)


@pytest.mark.parametrize(
    "query", ["window=2h", "direction=sideways", "min_volume_usd=-1", "min_volume_usd=nan", "limit=251", "min_volume=1"]
)
async def test_bad_parameters_are_refused(place: Place, market: Served, query: str) -> None:
    await store(place, snapshot())

    answer = await market.get(f"/api/v1/market/movers?{query}")

    assert answer.status_code == 422


async def test_never_loaded_is_unavailable(market: Served) -> None:
    answers = [await market.get(path) for path in ("/api/v1/market", "/api/market", "/api/v1/market/movers")]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(503, "no_data")}
