"""The indices function over a real database that a refresh has filled."""

import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.indices.wiring import wired
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.domain.cursors import cursor_at
from shared.domain.indices.catalogue import INDICES, MAIN
from shared.domain.indices.models import Holdings, IndexDetail, IndexSummary, IndexTransaction, Performance
from shared.http.envelope import Envelope
from shared.http.function import Wiring
from tests.callers import KnownCallers
from tests.databases import Place, Server
from tests.indices import NOT_BEGUN, documents_in, refresh_once, stored_market

from .quoting import Served

BASE = "/api/v1/indices"


@pytest.fixture(scope="module")
def kept(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A database with indices, for all tests here: they only read."""
    import asyncio

    server.create("indices_kept", "migrated")
    place = Place(server, "indices_kept")
    stored_market(place)
    asyncio.run(refresh_once(place, tmp_path_factory.mktemp("documents")))
    return place


def serving(place: Place, folder: Path) -> Served:
    def build(settings: Settings, clock: Clock) -> Wiring:
        return wired(settings, clock, documents=documents_in(folder, clock), callers=KnownCallers())

    return Served(build, place)


@pytest.fixture
async def indices(kept: Place, tmp_path: Path) -> AsyncIterator[Served]:
    served = serving(kept, tmp_path)
    yield served
    await served.close()


async def test_the_index_comes_first_and_then_its_baselines(indices: Served) -> None:
    body = Envelope[list[IndexSummary]].model_validate_json((await indices.get(BASE)).content)

    assert [each.id for each in body.data] == [name for name in INDICES if name not in NOT_BEGUN]
    assert body.data[0].id == MAIN
    assert {str(each.day) for each in body.data} == {"2026-02-28"}
    assert (body.meta.total, body.meta.stale, body.meta.source) == (len(body.data), False, "sandbox")
    assert body.meta.as_of is not None
    assert body.meta.as_of.isoformat() == "2026-03-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("path", "model"),
    [
        (f"/{MAIN}", IndexDetail),
        (f"/{MAIN}/holdings", Holdings),
        (f"/{MAIN}/performance", Performance),
        ("/btc-hold/performance", Performance),
        ("/btc-donchian", IndexDetail),
    ],
)
async def test_fields_are_those_documented(indices: Served, path: str, model: Any) -> None:
    answer = await indices.get(BASE + path)
    body = answer.json()

    model.model_validate(body["data"])
    assert set(body["data"]) == {field.alias or name for name, field in model.model_fields.items()}
    assert "NaN" not in answer.text


async def test_the_rules_are_told(indices: Served) -> None:
    rules = (await indices.fresh(f"{BASE}/{MAIN}"))["data"]["rules"]

    assert rules["exposure"]["kind"] == "ByGauge"
    assert (rules["top"], float(rules["cap"]), rules["rebalance"]) == (100, 0.25, "weekly")


async def test_holdings_add_up(indices: Served) -> None:
    summary = (await indices.fresh(f"{BASE}/{MAIN}"))["data"]
    held = (await indices.fresh(f"{BASE}/{MAIN}/holdings"))["data"]

    total = sum(float(each["value_usd"]) for each in held["tokens"]) + float(held["usdc"])
    assert total == pytest.approx(float(summary["value"]), rel=1e-9)
    assert sum(float(each["weight"]) for each in held["tokens"]) + float(held["usdc_weight"]) == pytest.approx(1.0)
    weights = [each["weight"] for each in held["tokens"]]
    assert weights == sorted(weights, reverse=True)


async def test_holdings_are_told_as_they_were(indices: Served) -> None:
    then = await indices.fresh(f"{BASE}/top-100-hold/holdings?at=2026-01-15")
    early = await indices.get(f"{BASE}/top-100-hold/holdings?at=2012-01-01")

    assert "2026-01-01" < then["data"]["day"] < "2026-01-15"
    assert then["meta"]["stale"] is False
    assert (early.status_code, early.json()["code"]) == (404, "holdings_not_found")


async def test_the_performance_has_its_honesty(indices: Served) -> None:
    report = (await indices.fresh(f"{BASE}/{MAIN}/performance"))["data"]

    assert {each["id"] for each in report["baselines"]} == set(INDICES) - {MAIN}
    honesty = report["honesty"]
    assert honesty["trials"]["count"] > 10
    assert honesty["verdict"]["significant"] is False
    assert len(honesty["sweep"]) == 6
    assert 0 <= honesty["overfitting"]["probability"] <= 1
    assert len(report["series"]["values"]) == len(report["series"]["days"]) == report["figures"]["days"]


async def test_the_log_comes_in_pages_and_its_hashes_follow(indices: Served) -> None:
    entries: list[dict[str, Any]] = []
    path = f"{BASE}/{MAIN}/transactions?limit=200"
    while path:
        answer = await indices.get(path)
        body = Envelope[list[IndexTransaction]].model_validate_json(answer.content)
        entries += answer.json()["data"]
        path = f"{BASE}/{MAIN}/transactions{body.meta.next}" if body.meta.next else ""
    entries.reverse()

    previous = "0" * 64
    for number, entry in enumerate(entries, start=1):
        links = {name: entry.pop(name) for name in ("previous", "hash")}
        text = json.dumps(entry, sort_keys=True, separators=(",", ":"))
        assert (entry["sequence"], links["previous"]) == (number, previous)
        previous = hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
        assert links["hash"] == previous
    assert len(entries) == body.meta.total


async def test_the_log_is_filtered(indices: Served) -> None:
    body = await indices.fresh(f"{BASE}/{MAIN}/transactions?token_id=bitcoin&reason=rebalance&limit=500")

    assert {(each["token_id"], each["reason"]) for each in body["data"]} == {("bitcoin", "rebalance")}
    assert body["meta"]["total"] == len(body["data"]) > 5


@pytest.mark.parametrize("path", ["", "/holdings", "/performance", "/transactions"])
async def test_an_unknown_index_is_a_404(indices: Served, path: str) -> None:
    answer = await indices.get(f"{BASE}/nobody{path}")

    assert (answer.status_code, answer.json()["code"]) == (404, "index_not_found")


@pytest.mark.parametrize(
    "query", ["?limit=0", "?limit=501", "?cursor=nonsense", "?reason=whim", "?token_id=", "?whatever=1"]
)
async def test_what_cannot_be_is_a_422(indices: Served, query: str) -> None:
    assert (await indices.get(f"{BASE}/{MAIN}/transactions{query}")).status_code == 422


async def test_odd_cursors_and_tokens_find_nothing_and_break_nothing(indices: Served) -> None:
    beyond = cursor_at(datetime(1970, 1, 1, tzinfo=UTC), 2**64 - 1)

    last = await indices.fresh(f"{BASE}/{MAIN}/transactions?cursor={beyond}&limit=1")
    nothing = await indices.fresh(f"{BASE}/{MAIN}/transactions?token_id=%00")

    assert (len(last["data"]), nothing["data"], nothing["meta"]["total"]) == (1, [], 0)


async def test_three_promises_without_a_refresh_are_stale(indices: Served) -> None:
    indices.clock.advance(timedelta(hours=3, seconds=1))

    body = await indices.fresh(BASE)

    assert body["meta"]["stale"] is True


async def test_without_a_refresh_there_is_no_data(place: Place, tmp_path: Path) -> None:
    served = serving(place, tmp_path)

    answers = [await served.get(BASE + path) for path in ("", f"/{MAIN}", f"/{MAIN}/transactions")]

    assert {(each.status_code, each.json()["code"]) for each in answers} == {(503, "no_data")}
    await served.close()


async def test_an_index_that_has_not_begun_is_no_data_and_never_empty(indices: Served) -> None:
    answer = await indices.get(f"{BASE}/btc-two-states")

    assert (answer.status_code, answer.json()["code"]) == (503, "no_data")
