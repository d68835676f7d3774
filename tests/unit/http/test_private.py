"""What belongs to one caller passes the cache and its single flight by; public answers do not care who asks."""

import asyncio

import pytest
from fastapi import APIRouter

from shared.cache.freshness import LIVE_PRICES
from shared.core.errors import UnavailableError
from shared.http.freshness import fresh_for
from shared.http.signed import Callers, SignedIn
from tests.callers import ANN, BOB, KnownCallers

from .applications import calling
from .routes import Market

PLAIN = "/api/v1/mine"


class Mine:
    """A router over what is somebody's; it states a freshness by mistake."""

    def __init__(self) -> None:
        self.entered = asyncio.Semaphore(0)
        self.gate = asyncio.Event()
        self.gate.set()
        self.failing = ""
        self.router = APIRouter()
        self.router.get(PLAIN, dependencies=[fresh_for(LIVE_PRICES)])(self.mine)
        self.router.get(f"{PLAIN}/deeper", dependencies=[fresh_for(LIVE_PRICES)])(self.mine)

    async def mine(self, caller: SignedIn) -> dict[str, str]:
        """Whose it is."""
        self.entered.release()
        await self.gate.wait()
        if caller.uid == self.failing:
            raise UnavailableError("not for now")
        return {"owner": caller.uid}


@pytest.mark.parametrize("path", [PLAIN, f"{PLAIN}/deeper"])
async def test_a_private_answer_is_computed_for_each_caller(path: str) -> None:
    async with calling(Mine().router, provided={Callers: KnownCallers()}, PRIVATE_PATHS=PLAIN) as client:
        answers = [await client.get(path, headers=who) for who in (ANN, BOB, ANN)]

    assert [answer.json()["owner"] for answer in answers] == ["ann", "bob", "ann"]
    assert all("x-cache" not in answer.headers for answer in answers)


async def test_an_error_of_one_caller_never_reaches_another_who_asks_at_the_same_time() -> None:
    mine = Mine()
    mine.failing = "ann"
    mine.gate.clear()
    async with calling(mine.router, provided={Callers: KnownCallers()}, PRIVATE_PATHS=PLAIN) as client:
        asked = [asyncio.ensure_future(client.get(PLAIN, headers=who)) for who in (ANN, BOB, {})]
        await mine.entered.acquire()
        await mine.entered.acquire()
        mine.gate.set()
        answers = await asyncio.gather(*asked)

    assert [answer.status_code for answer in answers] == [503, 200, 401]


async def test_head_of_something_private_asks_who_it_is_too() -> None:
    async with calling(Mine().router, provided={Callers: KnownCallers()}, PRIVATE_PATHS=PLAIN) as client:
        assert (await client.head(PLAIN)).status_code == 401
        assert (await client.head(PLAIN, headers=ANN)).status_code == 200


async def test_a_neighbour_with_a_longer_name_is_not_private() -> None:
    market = Market()
    async with calling(market.router, PRIVATE_PATHS="/api/v1/lis,/api/v1/list/mine") as client:
        answers = [await client.get("/api/v1/list") for _ in range(2)]

    assert [answer.headers["x-cache"] for answer in answers] == ["miss", "hit-memory"]


@pytest.mark.parametrize("headers", [ANN, {"X-Api-Key": "key-of-ann"}, {"Authorization": "Bearer forged"}])
async def test_a_public_answer_comes_from_the_cache_whoever_asks(headers: dict[str, str]) -> None:
    market = Market()
    async with calling(market.router) as client:
        await client.get("/api/v1/list")
        hit = await client.get("/api/v1/list", headers=headers)

    assert hit.headers["x-cache"] == "hit-memory"
    assert market.computed == 1


async def test_a_header_given_twice_is_not_half_believed() -> None:
    async with calling(Mine().router, provided={Callers: KnownCallers()}, PRIVATE_PATHS=PLAIN) as client:
        twice = [("authorization", ANN["Authorization"]), ("authorization", BOB["Authorization"])]

        answer = await client.get(PLAIN, headers=twice)

    # Our stand-in takes the whole for the name of one person; it is neither of the two.
    assert answer.json().get("owner") not in ("ann", "bob")
