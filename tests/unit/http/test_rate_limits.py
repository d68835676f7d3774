"""How much a caller may ask for, and how they are told."""

import re

import httpx2
import pytest

from shared.auth.keys import HASHES, make_key
from shared.core.errors import SettingsError
from shared.core.limits import RateLimits
from shared.http.signed import Callers
from tests.callers import ANN, BOB, KnownCallers
from tests.clocks import SteppingClock
from tests.fakes_documents import MemoryDocuments

from .applications import calling
from .routes import Market
from .test_private import PLAIN, Mine

LIST = "/api/v1/list"
FEW = "anonymous=5,free=8,pro=20"


def left(response: httpx2.Response) -> int:
    found = re.fullmatch(r'"\w+";r=(\d+);t=\d+', response.headers["ratelimit"])
    assert found is not None, response.headers["ratelimit"]
    return int(found[1])


def at(address: str) -> dict[str, str]:
    return {"x-forwarded-for": address}


async def key_in(documents: MemoryDocuments, uid: str, *, plan: str = "free") -> dict[str, str]:
    made = make_key()
    fields = {"owner": uid, "salt": made.salt, "digest": made.digest, "scopes": ["read"], "plan": plan}
    await documents.set(f"{HASHES}/{made.id}", {**fields, "good_until": None})  # type: ignore[dict-item]
    return {"x-api-key": made.text}


async def test_every_answer_tells_the_policy_and_what_is_left() -> None:
    async with calling(Market().router) as client:
        answers = [
            await client.get(LIST),
            await client.get(LIST),
            await client.get("/nowhere"),
            await client.head(LIST),
            await client.options(LIST),
            await client.post("/api/v1/orders", json={}),
        ]

    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"anonymous";q=300;w=60'}
    assert [left(answer) for answer in answers] == [299, 298, 297, 296, 295, 294]
    assert answers[0].headers["ratelimit"].endswith(";t=60")


async def test_a_cached_answer_counts_like_any_other() -> None:
    async with calling(Market().router, RATE_LIMITS="anonymous=3") as client:
        answers = [await client.get(LIST) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[1].headers["x-cache"] == "hit-memory"


async def test_the_refusal_says_when_to_come_again() -> None:
    clock = SteppingClock()
    async with calling(Market().router, clock=clock, RATE_LIMITS="anonymous=1") as client:
        await client.get(LIST)
        clock.advance(20.5)
        refused = await client.get(LIST)
        clock.advance(float(refused.headers["retry-after"]))
        again = await client.get(LIST)

    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "40"
    assert refused.json()["code"] == "rate_limited"
    assert refused.headers["cache-control"] == "no-store"
    assert refused.headers["access-control-allow-origin"] == "*"
    assert left(refused) == 0
    assert again.status_code == 200


async def test_exactly_the_allowance_is_granted_however_it_is_shared_out() -> None:
    for quota in (1, 7, 10, 99, 101):
        async with calling(Market().router, RATE_LIMITS=f"anonymous={quota}") as client:
            statuses = [(await client.get(LIST)).status_code for _ in range(quota + 5)]

        assert statuses == [200] * quota + [429] * 5


async def test_what_is_left_counts_down_to_nothing_without_a_jump() -> None:
    async with calling(Market().router, RATE_LIMITS="anonymous=25") as client:
        told = [left(await client.get(LIST)) for _ in range(26)]

    assert told == [*range(24, -1, -1), 0]


async def test_addresses_do_not_use_up_each_others_allowance() -> None:
    async with calling(Market().router, RATE_LIMITS="anonymous=1") as client:
        statuses = [(await client.get(LIST, headers=at(f"198.51.100.{last}"))).status_code for last in (1, 2, 1)]

    assert statuses == [200, 200, 429]


@pytest.mark.parametrize("spoofed", ["1.1.1.1", "198.51.100.2, 9.9.9.9", "x" * 5000])
async def test_what_a_caller_writes_before_their_address_changes_nothing(spoofed: str) -> None:
    async with calling(Market().router, RATE_LIMITS="anonymous=1", TRUSTED_PROXIES="1") as client:
        first = await client.get(LIST, headers=at("198.51.100.1, 10.0.0.1"))
        second = await client.get(LIST, headers=at(f"{spoofed}, 198.51.100.1, 10.0.0.2"))

    assert (first.status_code, second.status_code) == (200, 429)


async def test_a_network_of_ipv6_is_one_caller() -> None:
    async with calling(Market().router, RATE_LIMITS="anonymous=1") as client:
        addresses = ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1")
        statuses = [(await client.get(LIST, headers=at(address))).status_code for address in addresses]

    assert statuses == [200, 429, 200]


async def test_a_key_has_its_owners_allowance_wherever_it_is_used() -> None:
    documents = MemoryDocuments()
    key = await key_in(documents, "ann", plan="pro")
    async with calling(Market().router, documents=documents, RATE_LIMITS=FEW) as client:
        answers = [await client.get(LIST, headers=key | at(f"198.51.100.{last}")) for last in range(21)]

    assert answers[0].headers["ratelimit-policy"] == '"pro";q=20;w=60'
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]


async def test_two_keys_of_one_person_share_one_allowance() -> None:
    documents = MemoryDocuments()
    keys = [await key_in(documents, "ann") for _ in range(2)]
    async with calling(Market().router, documents=documents, RATE_LIMITS=FEW) as client:
        told = [left(await client.get(LIST, headers=key)) for key in keys]

    assert told == [7, 6]


@pytest.mark.parametrize("key", ["forged", "198.51.100.1", f"cp_{'0' * 16}_{'A' * 43}"])
async def test_a_bad_key_is_counted_by_address(key: str) -> None:
    async with calling(Market().router, RATE_LIMITS=FEW) as client:
        await client.get(LIST, headers=at("198.51.100.1"))
        answer = await client.get(LIST, headers={"x-api-key": key} | at("198.51.100.1"))

    assert answer.headers["ratelimit-policy"] == '"anonymous";q=5;w=60'
    assert left(answer) == 3


async def test_guessing_keys_asks_the_documents_no_more_often_than_an_address_may() -> None:
    documents = MemoryDocuments()
    async with calling(Market().router, documents=documents, RATE_LIMITS=FEW) as client:
        for _ in range(12):
            await client.get(LIST, headers={"x-api-key": make_key().text})

    assert len([asked for asked in documents.asked if HASHES in asked]) == 5


async def test_an_address_that_is_used_up_does_not_stop_its_people() -> None:
    documents = MemoryDocuments()
    key = await key_in(documents, "ann")
    async with calling(Market().router, documents=documents, RATE_LIMITS=FEW) as client:
        for _ in range(6):
            await client.get(LIST)

        assert (await client.get(LIST)).status_code == 429
        assert (await client.get(LIST, headers=key)).status_code == 200


async def test_without_documents_a_key_is_counted_by_address_and_answered() -> None:
    documents = MemoryDocuments()
    key = await key_in(documents, "ann")
    documents.away = True
    async with calling(Market().router, documents=documents, RATE_LIMITS=FEW) as client:
        answer = await client.get(LIST, headers=key)

    assert (answer.status_code, answer.headers["ratelimit-policy"]) == (200, '"anonymous";q=5;w=60')


async def test_a_signed_in_person_has_their_own_allowance_in_what_is_theirs() -> None:
    provided = {Callers: KnownCallers()}
    async with calling(Mine().router, provided=provided, PRIVATE_PATHS=PLAIN, RATE_LIMITS="free=2") as client:
        statuses = [(await client.get(PLAIN, headers=who)).status_code for who in (ANN, BOB, ANN, ANN, BOB)]

    assert statuses == [200, 200, 200, 429, 200]


async def test_a_forged_token_is_refused_by_the_route_and_counted_by_address() -> None:
    provided = {Callers: KnownCallers()}
    async with calling(Mine().router, provided=provided, PRIVATE_PATHS=PLAIN, RATE_LIMITS=FEW) as client:
        answers = [await client.get(PLAIN, headers={"Authorization": "Bearer forged"}) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]


async def test_use_of_a_key_on_cached_answers_is_kept_account_of() -> None:
    documents, clock = MemoryDocuments(), SteppingClock()
    key = await key_in(documents, "ann")
    async with calling(Market().router, documents=documents, clock=clock) as client:
        for _ in range(10):
            await client.get(LIST, headers=key)
        clock.advance(61)
        await client.get(LIST)

    counted = documents.documents["api_usage/ann~2026-03-01"].fields["by_key"]
    assert list(counted.values()) == [10]  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["emperor=5", "free", "free=", "free=0", "free=-1", "free=1.5", "free=99999999999"])
def test_senseless_limits_are_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="RATE_LIMITS"):
        RateLimits.read(text)
