"""The whole platform on one machine, asked through its gateway, and what is left when parts of it die."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest

from local.options import Options
from local.platform import Platform
from shared.records.provider import QUOTE_PROVIDERS
from tests.folders import open_folder
from tests.platforms import LEAST, MARKET

pytestmark = pytest.mark.platform


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with ExitStack() as stack:
        folder = stack.enter_context(open_folder())
        options = Options(folder=folder, tokens=120, port=0, scheduled=False, documents="embedded", only=MARKET)
        started = stack.enter_context(Platform(options))
        assert started.run_refresh("refresh_market").succeeded
        yield started


@pytest.fixture(scope="module")
def caller(platform: Platform) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=platform.gateway_url, timeout=15) as client:
        yield client


def renewed(caller: httpx2.Client, path: str) -> httpx2.Response:
    return caller.get(path, headers={"Cache-Control": "no-cache"})


def fault(platform: Platform, provider: str, kind: str | None) -> None:
    url = f"{platform.sandbox_url}/admin/faults/{provider}"
    response = httpx2.put(url, json={"fault": kind}) if kind else httpx2.delete(url)
    assert response.status_code < 300


def test_fifty_quotes_then_a_hit_then_nothing_new(caller: httpx2.Client) -> None:
    first = renewed(caller, "/api/v1/prices/live")
    second = caller.get("/api/v1/prices/live")
    third = caller.get("/api/v1/prices/live", headers={"If-None-Match": second.headers["etag"]})

    assert len(first.json()["data"]) == 50
    assert second.headers["x-cache"] == "hit-memory"
    assert int(second.headers["age"]) >= 0
    assert second.content == first.content
    assert (third.status_code, third.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/prices/live",
        "/api/v1/prices/market-overview",
        "/api/v1/prices/quotes?ids=bitcoin,ethereum",
        "/api/v1/prices/bitcoin",
        "/api/v1/prices/bitcoin/history?interval=5m",
        "/api/v1/market",
        "/api/market",
        "/api/v1/market/movers",
        "/api/v1/status",
        "/api/status",
        "/api/v1/catalog",
        "/api/v1/changelog",
    ],
)
def test_every_answer_says_that_it_is_made_of_sandbox_data(caller: httpx2.Client, path: str) -> None:
    response = caller.get(path)

    assert response.status_code == 200, response.text
    meta = response.json()["meta"]
    assert meta["source"] == "sandbox"
    assert {"as_of", "age_s", "stale", "latency_ms", "request_id"} <= meta.keys()
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["x-response-time"].endswith("ms")


def test_the_documentation_and_its_document_are_served(caller: httpx2.Client) -> None:
    page, document = caller.get("/api/v1/docs"), caller.get("/api/v1/openapi.json")

    assert page.headers["content-type"].startswith("text/html")
    assert document.json()["openapi"].startswith("3.1")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing-here", 404),
        ("GET", "/nothing-here", 404),
        ("GET", "/api/v1/prices/%00", 400),
        ("GET", "/api/v1/prices/no-such-token", 404),
        ("GET", "/api/v1/prices/live?limit=0", 422),
        ("GET", "/api/v1/prices/live?limit=many", 422),
        ("GET", "/api/v1/prices/live?colour=red", 422),
        ("GET", "/api/v1/prices/quotes?ids=" + ",".join(f"t{i}" for i in range(251)), 422),
        ("GET", "/api/v1/prices/bitcoin/history?from=2026-02-01&to=2026-01-01", 422),
        ("POST", "/api/v1/prices/live", 405),
        ("DELETE", "/api/v1/status", 405),
    ],
)
def test_bad_input_is_answered_precisely_and_readably(
    caller: httpx2.Client, method: str, path: str, status: int
) -> None:
    response = caller.request(method, path, headers={"Origin": "https://app.example"})

    assert response.status_code == status
    assert response.json()["detail"]
    assert response.headers["access-control-allow-origin"]
    assert "public" not in response.headers.get("cache-control", "")
    if status == 405:
        assert "GET" in response.headers["allow"]


def test_a_preflight_is_answered_on_every_path(caller: httpx2.Client) -> None:
    headers = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}

    for path in ("/api/v1/prices/live", "/api/v1/prices/bitcoin", "/api/v1/market", "/api/v1/status"):
        assert caller.options(path, headers=headers).status_code in (200, 204), path


def test_a_refresh_is_for_the_scheduler_alone(platform: Platform, caller: httpx2.Client) -> None:
    url = platform.function_url("refresh_market")
    forged = {"Authorization": "Bearer aGVhZGVy.Y2xhaW1z.c2lnbmF0dXJl"}

    assert httpx2.post(url).status_code == 401
    assert httpx2.post(url, headers=forged).status_code == 401
    assert caller.post("/refresh_market").status_code in (404, 405)


def test_status_lists_every_provider(caller: httpx2.Client) -> None:
    providers = renewed(caller, "/api/v1/status").json()["data"]["providers"]

    states = {each["id"]: each["state"] for each in providers if each["kind"] == "quotes"}
    assert set(states) == set(QUOTE_PROVIDERS)


def test_one_provider_less_opens_its_circuit_and_no_request_fails(platform: Platform, caller: httpx2.Client) -> None:
    fault(platform, "coinpaprika", "stopped")
    statuses = []
    for _ in range(8):
        platform.run_refresh("refresh_market")
        statuses.append(renewed(caller, "/api/v1/prices/live").status_code)
    quote = renewed(caller, "/api/v1/prices/bitcoin").json()["data"]
    providers = renewed(caller, "/api/v1/status").json()["data"]["providers"]
    fault(platform, "coinpaprika", None)

    assert set(statuses) == {200}
    assert quote["price"] > 0
    circuits = {each["id"]: each["circuit"] for each in providers if each["kind"] == "quotes"}
    assert circuits["coinpaprika"] == "open"
    assert circuits["coingecko_pro"] == "closed"


def test_with_postgresql_away_what_is_held_is_served_stale_and_the_rest_refused(
    platform: Platform, caller: httpx2.Client
) -> None:
    held = renewed(caller, "/api/v1/prices/live")
    platform.child("postgres").kill()
    try:
        stale = renewed(caller, "/api/v1/prices/live")
        refused = caller.get("/api/v1/prices/quotes?ids=bitcoin,solana")
        health = caller.get("/health")
        failed = platform.run_refresh("refresh_market")
    finally:
        # A held answer would be a 200 as well; a computed one shows that PostgreSQL is back.
        assert platform.wait_until(
            lambda: renewed(caller, "/api/v1/market").headers.get("x-cache") == "miss", within_s=30
        )

    assert (stale.status_code, stale.headers["x-cache"]) == (200, "stale")
    assert stale.headers["warning"].startswith("111")
    assert stale.json()["meta"]["stale"] is True
    assert stale.json()["data"] == held.json()["data"]
    assert refused.status_code == 503
    assert refused.json()["code"] == "database_unavailable"
    assert refused.headers["retry-after"]
    assert (health.status_code, health.json()["status"]) == (200, "degraded")
    assert not failed.succeeded
    assert renewed(caller, "/api/v1/prices/live").json()["meta"]["stale"] is False


def test_a_killed_function_is_started_again(platform: Platform, caller: httpx2.Client) -> None:
    platform.child("prices").kill()

    assert platform.wait_until(lambda: caller.get("/api/v1/prices/bitcoin").status_code == 200, within_s=30)


def test_prices_are_the_sandboxs_truth_within_its_noise(platform: Platform, caller: httpx2.Client) -> None:
    platform.run_refresh("refresh_market")
    served = {quote["id"]: quote["price"] for quote in renewed(caller, "/api/v1/prices/live").json()["data"]}
    truth: dict[str, Any] = json.loads(httpx2.get(f"{platform.sandbox_url}/admin/truth").content)
    prices = {each["id"]: each["price"] for each in truth["tokens"]}

    for name, price in served.items():
        assert price == pytest.approx(float(prices[name]), rel=0.03), name


def test_the_second_start_finds_the_first_ones_data() -> None:
    with open_folder() as folder:
        options = Options(folder=folder, tokens=60, port=0, scheduled=False, documents="embedded", only=LEAST)
        with Platform(options) as first:
            first.run_refresh("refresh_market")
            before = httpx2.get(f"{first.gateway_url}/api/v1/prices/bitcoin").json()["data"]["as_of"]

        with Platform(options) as second:
            assert httpx2.get(f"{second.gateway_url}/api/v1/prices/bitcoin").json()["data"]["as_of"] == before
