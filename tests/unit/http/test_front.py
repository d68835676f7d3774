"""What a caller sees of the cache."""

import asyncio
import gzip
import json
import re

import pytest

from shared.core.errors import DatabaseUnavailableError
from tests.clocks import SteppingClock
from tests.fakes_documents import MemoryDocuments

from .applications import calling
from .routes import Market

LIST = "/api/v1/list"


async def settled() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


async def test_second_request_is_a_hit_with_the_same_bytes() -> None:
    market = Market()
    async with calling(market.router) as client:
        first, second = await client.get(LIST), await client.get(LIST)

    assert (first.headers["x-cache"], second.headers["x-cache"]) == ("miss", "hit-memory")
    assert first.content == second.content
    assert market.computed == 1


async def test_hit_tells_age_freshness_duration_and_id() -> None:
    clock = SteppingClock()
    async with calling(Market().router, clock=clock) as client:
        await client.get(LIST)
        clock.advance(12.7)
        hit = await client.get(LIST)

    assert hit.headers["age"] == "12"
    assert hit.headers["cache-control"] == "public, max-age=60, stale-while-revalidate=60, stale-if-error=3600"
    assert hit.headers["content-type"] == "application/json"
    assert hit.headers["vary"] == "Accept-Encoding"
    assert int(hit.headers["content-length"]) == len(hit.content)
    assert re.fullmatch(r"\d+\.\d\dms", hit.headers["x-response-time"])
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", hit.headers["x-request-id"])


async def test_answers_have_no_header_twice() -> None:
    async with calling(Market().router) as client:
        await client.get(LIST)
        for path in (LIST, "/api/v1/private", "/api/v1/item/unknown", "/nowhere"):
            names = [name.lower() for name, _ in (await client.get(path)).headers.raw]

            assert len(names) == len(set(names)), path


@pytest.mark.parametrize("given", ["abc-DEF_1.2", "x" * 64])
async def test_sane_request_id_is_repeated(given: str) -> None:
    async with calling(Market().router) as client:
        for _ in range(2):
            assert (await client.get(LIST, headers={"x-request-id": given})).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, 'a"b', "é"])
async def test_other_request_ids_are_replaced(given: str) -> None:
    async with calling(Market().router) as client:
        headers = {"x-request-id": given.encode()}
        ids = {(await client.get(LIST, headers=headers)).headers["x-request-id"] for _ in range(3)}  # type: ignore[arg-type]

    assert given not in ids
    assert len(ids) == 3


async def test_order_of_parameters_does_not_matter() -> None:
    market = Market()
    async with calling(market.router) as client:
        await client.get(f"{LIST}?limit=2&fill=1")
        same = await client.get(f"{LIST}?fill=%31&limit=2")

    assert same.headers["x-cache"] == "hit-memory"
    assert market.computed == 1


async def test_caller_that_holds_the_answer_gets_304() -> None:
    async with calling(Market().router) as client:
        first = await client.get(LIST)
        etag = first.headers["etag"]
        for held in (etag, f"W/{etag}", f'"other", {etag}', "*", etag.replace('"', "").join(['"', '-gzip"'])):
            answer = await client.get(LIST, headers={"if-none-match": held})

            assert (answer.status_code, answer.content) == (304, b""), held
            assert answer.headers["etag"] == etag
            assert "content-length" not in answer.headers
            assert answer.headers["cache-control"] == first.headers["cache-control"]
            assert {"age", "vary", "x-cache", "x-request-id", "access-control-allow-origin"} <= set(answer.headers)


async def test_caller_that_holds_another_answer_gets_this_one() -> None:
    async with calling(Market().router) as client:
        for held in ('"other"', "", "garbage"):
            assert (await client.get(LIST, headers={"if-none-match": held})).status_code == 200


async def test_fresh_computation_may_answer_304_too() -> None:
    market = Market()
    async with calling(market.router) as client:
        etag = (await client.get("/api/v1/item/a")).headers["etag"]
        answer = await client.get("/api/v1/item/a", headers={"if-none-match": etag, "cache-control": "no-cache"})

    assert answer.status_code == 304
    assert market.computed == 2


async def test_gzip_is_another_representation_with_its_own_etag() -> None:
    async with calling(Market().router) as client:
        plain = await client.get(LIST)
        packed = await client.get(LIST, headers={"accept-encoding": "br, gzip;q=0.8"})
        held = await client.get(LIST, headers={"accept-encoding": "gzip", "if-none-match": packed.headers["etag"]})

    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content)
    assert packed.headers["etag"] != plain.headers["etag"]
    assert (held.status_code, held.headers["etag"]) == (304, packed.headers["etag"])


@pytest.mark.parametrize(
    "accepted", ["identity", "gzip;q=0", "br", "*;q=0", "deflate, gzip; q=0.0", "gzip;q=x", "x" * 500]
)
async def test_gzip_is_not_forced_on_anybody(accepted: str) -> None:
    async with calling(Market().router) as client:
        answer = await client.get(LIST, headers={"accept-encoding": accepted})

    assert "content-encoding" not in answer.headers
    assert answer.json()["meta"]["source"] == "live"


async def test_small_bodies_stay_plain() -> None:
    async with calling(Market().router) as client:
        answer = await client.get("/api/v1/item/a", headers={"accept-encoding": "gzip"})

    assert "content-encoding" not in answer.headers
    assert answer.json() == {"name": "a"}


async def test_head_is_get_without_a_body() -> None:
    market = Market()
    async with calling(market.router) as client:
        miss, got, hit = await client.head(LIST), await client.get(LIST), await client.head(LIST)
        private = await client.head("/api/v1/private")

    assert (miss.content, hit.content, private.content) == (b"", b"", b"")
    assert miss.headers["content-length"] == hit.headers["content-length"] == str(len(got.content))
    assert [answer.headers["x-cache"] for answer in (miss, got, hit)] == ["miss", "hit-memory", "hit-memory"]
    assert private.status_code == 200
    assert market.computed == 2


async def test_no_cache_computes_anew() -> None:
    market = Market()
    async with calling(market.router) as client:
        await client.get(LIST)
        renewed = await client.get(LIST, headers={"cache-control": "No-Cache"})
        after = await client.get(LIST, headers={"cache-control": "max-age=0"})

    assert renewed.headers["x-cache"] == "miss"
    assert after.content == renewed.content
    assert market.computed == 2


async def test_concurrent_requests_compute_once() -> None:
    market = Market()
    market.gate.clear()
    async with calling(market.router) as client:
        tasks = [asyncio.create_task(client.get(LIST)) for _ in range(10)]
        await settled()
        await market.entered.wait()
        market.gate.set()
        answers = await asyncio.gather(*tasks)

    assert market.computed == 1
    assert len({answer.content for answer in answers}) == 1


async def test_others_get_the_stale_form_while_one_renews() -> None:
    market, clock = Market(), SteppingClock()
    async with calling(market.router, clock=clock) as client:
        fresh = await client.get(LIST)
        clock.advance(61)
        market.gate.clear()
        renewing = asyncio.create_task(client.get(LIST))
        await settled()
        stale = await client.get(LIST)
        held = await client.get(LIST, headers={"if-none-match": stale.headers["etag"]})
        market.gate.set()
        renewed = await renewing

    assert stale.headers["x-cache"] == "stale"
    assert stale.headers["warning"] == '110 - "Response is Stale"'
    assert stale.headers["age"] == "61"
    assert stale.headers["etag"] != fresh.headers["etag"]
    assert stale.json() == {**fresh.json(), "meta": {**fresh.json()["meta"], "stale": True}}
    assert held.status_code == 304
    assert renewed.json()["data"][0] == 2
    assert "warning" not in renewed.headers


async def test_stale_form_is_served_with_a_warning_when_computing_fails() -> None:
    market, clock = Market(), SteppingClock()
    async with calling(market.router, clock=clock) as client:
        await client.get(LIST)
        clock.advance(600)
        market.failure = DatabaseUnavailableError("away")
        stale = await client.get(LIST, headers={"accept-encoding": "gzip"})

    assert (stale.status_code, stale.headers["x-cache"]) == (200, "stale")
    assert stale.headers["warning"] == '111 - "Revalidation Failed"'
    assert stale.json()["meta"]["stale"] is True
    assert stale.headers["content-encoding"] == "gzip"


async def test_failure_without_a_copy_is_told() -> None:
    market = Market()
    market.failure = DatabaseUnavailableError("PostgreSQL is away")
    async with calling(market.router) as client:
        answer = await client.get(LIST)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert answer.headers["cache-control"] == "no-store"


async def test_errors_and_private_answers_are_never_kept() -> None:
    market = Market()
    async with calling(market.router) as client:
        for path in ("/api/v1/private", "/api/v1/item/unknown", "/api/v1/item/nodata", f"{LIST}?limit=0"):
            for _ in range(2):
                answer = await client.get(path)

                assert answer.headers["x-cache"] == "miss", path
                assert answer.headers["cache-control"] == "no-store", path


async def test_hot_path_is_shared_with_other_instances() -> None:
    clock, store = SteppingClock(), MemoryDocuments()
    one, other = Market(), Market()
    async with calling(one.router, clock=clock, documents=store, HOT_PATHS=LIST) as client:
        first = await client.get(LIST)
    async with calling(other.router, clock=clock, documents=store, HOT_PATHS=LIST) as client:
        second = await client.get(LIST, headers={"accept-encoding": "gzip"})

    assert second.headers["x-cache"] == "hit-firestore"
    assert second.content == first.content
    assert other.computed == 0


async def test_body_speaks_of_its_making() -> None:
    clock = SteppingClock()
    async with calling(Market().router, clock=clock) as client:
        first = await client.get(LIST, headers={"x-request-id": "maker"})
        clock.advance(5)
        hit = await client.get(LIST)

    meta = hit.json()["meta"]
    assert meta == first.json()["meta"]
    assert (meta["as_of"], meta["age_s"], meta["request_id"]) == ("2026-03-01T11:59:57Z", 3.0, "maker")
    assert list(json.loads(hit.text)) == ["data", "meta"]


async def test_bodies_survive_compression_of_any_size() -> None:
    async with calling(Market().router) as client:
        large = await client.get("/api/v1/stream?parts=2", headers={"accept-encoding": "gzip"})

    assert len(large.content) == 2_000_000
    assert gzip.compress(large.content)
