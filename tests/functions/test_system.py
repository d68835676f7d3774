"""Health and status, asked over HTTP, with the stores there, away and failing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.status.models import Health, Liveness, PlatformStatus
from shared.http.envelope import Envelope
from shared.records.provider import PROVIDERS, ProviderState, state_to_fields
from shared.records.refresh import REFRESHES, RefreshReport, SourceReport, report_to_fields
from tests.clocks import NOON

from .systems import System

REPORT = RefreshReport(
    refresh="refresh_market",
    key="12:00",
    started_at=NOON - timedelta(seconds=12),
    finished_at=NOON - timedelta(seconds=10),
    outcome="degraded",
    steps={"fetch": 1500.0, "store": 80.5},
    rows=250,
    sources=(SourceReport(provider="coincap", rows=0, latency_ms=None, error="refused", error_code="refused"),),
    unmatched=4,
)
EVERYBODY = [(kind, name) for kind, named in PROVIDERS.items() for name in named]
WORKING = ProviderState(provider="binance", successes=3, success_rate=1.0, latency_ms=90.0, last_success_at=NOON)


def refreshed(system: System, report: RefreshReport = REPORT) -> None:
    for name in REFRESHES:
        fields = report_to_fields(replace(report, refresh=name))
        system.documents.kept[f"refresh_status/{name}"] = {"last": fields, "last_success": fields}
    system.documents.kept["provider_state/binance"] = state_to_fields(WORKING)


@pytest.mark.parametrize("path", ["/health", "/api/v1/health", "/health/ready", "/api/v1/health/ready"])
async def test_health_is_ok_when_both_stores_answer(path: str) -> None:
    answer = await System().get(path)

    health = Health.model_validate(answer.json())
    assert (answer.status_code, health.status, health.function, health.revision) == (200, "ok", "system", "r-1")
    assert {name: check.state for name, check in health.checks.items()} == {"postgresql": "up", "documents": "up"}


@pytest.mark.parametrize(
    ("database_away", "documents_away", "ready"), [(True, False, 200), (False, True, 200), (True, True, 503)]
)
async def test_health_stays_200_and_readiness_ends_when_no_store_answers(
    database_away: bool, documents_away: bool, ready: int
) -> None:
    system = System()
    system.database.away, system.documents.away = database_away, documents_away

    health, readiness = await system.get("/health"), await system.get("/health/ready")

    assert (health.status_code, health.json()["status"]) == (200, "degraded")
    assert readiness.status_code == ready


async def test_a_function_that_is_not_ready_says_why_and_when_to_come_again() -> None:
    system = System()
    system.database.away = system.documents.away = True

    answer = await system.get("/health/ready")

    assert answer.json()["detail"] == "None of postgresql, documents answers"
    assert answer.headers["retry-after"] == "5"


async def test_a_store_that_is_down_is_told_with_its_error() -> None:
    system = System()
    system.database.away = True

    checks = (await system.get("/health")).json()["checks"]

    assert checks["postgresql"]["error"]["code"] == "database_unavailable"
    assert checks["documents"]["error"] is None


async def test_liveness_asks_no_store() -> None:
    system = System()
    system.database.away = system.documents.away = True

    answer = await system.get("/health/live")

    assert Liveness.model_validate(answer.json()).status == "ok"
    assert answer.status_code == 200


async def test_health_is_never_kept() -> None:
    system = System()
    await system.get("/health")
    system.database.away = True

    answer = await system.get("/health")

    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["status"] == "degraded"


async def test_platform_that_never_refreshed_lists_everything_as_unknown() -> None:
    answer = await System().get("/api/v1/status")

    data = Envelope[PlatformStatus].model_validate(answer.json()).data
    assert [(provider.kind, provider.id) for provider in data.providers] == EVERYBODY
    assert {provider.state for provider in data.providers} == {"unknown"}
    assert [(refresh.id, refresh.age_s, refresh.late) for refresh in data.refreshes] == [
        (name, None, True) for name in REFRESHES
    ]
    assert answer.json()["meta"]["as_of"] is None
    assert answer.json()["meta"]["stale"] is True


@pytest.mark.parametrize("path", ["/api/v1/status", "/api/status"])
async def test_status_tells_each_provider_and_refresh(path: str) -> None:
    system = System()
    refreshed(system)

    answer = await system.get(path)

    data = Envelope[PlatformStatus].model_validate(answer.json()).data
    binance = next(provider for provider in data.providers if provider.id == "binance")
    assert (binance.state, binance.success_rate, binance.latency_ms) == ("healthy", 1.0, 90.0)
    market = data.refreshes[0]
    assert (market.age_s, market.promise_s, market.rows, market.late) == (10, 60, 250, False)
    assert market.last_run is not None
    assert market.last_run.sources[0].error is not None
    assert data.summary.model_dump() == {
        "providers": len(EVERYBODY),
        "providers_usable": 1,
        "refreshes": len(REFRESHES),
        "refreshes_late": 0,
    }


async def test_status_says_where_it_is_from_how_old_and_how_long_good() -> None:
    system = System()
    refreshed(system)

    answer = await system.get("/api/v1/status")

    meta = answer.json()["meta"]
    assert (meta["source"], meta["age_s"], meta["stale"]) == ("sandbox", 10.0, False)
    assert answer.headers["cache-control"].startswith("public, max-age=15,")


async def test_a_late_refresh_makes_the_status_stale() -> None:
    system = System()
    refreshed(system)
    system.clock.advance(timedelta(seconds=171))

    answer = await system.get("/api/v1/status")

    assert answer.json()["data"]["refreshes"][0]["late"] is True
    assert answer.json()["meta"]["stale"] is True


async def test_a_provider_unknown_to_this_version_is_told_after_the_known_ones() -> None:
    system = System()
    system.documents.kept["provider_state/another"] = state_to_fields(ProviderState(provider="another", successes=1))

    providers = (await system.get("/api/v1/status")).json()["data"]["providers"]

    assert (providers[-1]["id"], providers[-1]["state"]) == ("another", "healthy")


async def test_whose_turn_it_is_is_no_provider() -> None:
    system = System()
    system.documents.kept["provider_state/rotation_quotes"] = {"next_family": "binance", "at": NOON}

    providers = (await system.get("/api/v1/status")).json()["data"]["providers"]

    assert [(provider["kind"], provider["id"]) for provider in providers] == EVERYBODY


async def test_a_provider_that_the_latest_run_saved_has_its_quota_spent() -> None:
    system = System()
    saved = SourceReport(provider="binance", rows=0, latency_ms=None, error="quota spent", error_code="quota_spent")
    refreshed(system, replace(REPORT, sources=(saved,)))

    providers = (await system.get("/api/v1/status")).json()["data"]["providers"]

    assert {(each["kind"], each["id"]): each["state"] for each in providers}["quotes", "binance"] == "quota_spent"


async def test_a_document_that_cannot_be_read_hides_no_other() -> None:
    system = System()
    refreshed(system)
    system.documents.kept["provider_state/coincap"] = {"provider": "coincap", "quotas": "broken"}
    system.documents.kept["refresh_status/refresh_market"] = {"last": "broken", "last_success": None}

    data = (await system.get("/api/v1/status")).json()["data"]

    states = {each["id"]: each["state"] for each in data["providers"] if each["kind"] == "quotes"}
    assert (states["coincap"], states["binance"]) == ("unknown", "healthy")
    assert data["refreshes"][0]["last_run"] is None


async def test_status_without_documents_is_a_precise_error() -> None:
    system = System()
    system.documents.away = True

    answer = await system.get("/api/v1/status")

    assert (answer.status_code, answer.json()["code"]) == (503, "documents_unavailable")
    assert "retry-after" in answer.headers


async def test_status_without_documents_is_served_stale_where_a_copy_is_held() -> None:
    system = System()
    refreshed(system)
    await system.get("/api/v1/status")
    system.documents.away = True
    system.clock.advance(timedelta(seconds=60))

    answer = await system.get("/api/v1/status")

    assert (answer.status_code, answer.headers["x-cache"]) == (200, "stale")
    assert answer.json()["meta"]["stale"] is True
    assert answer.headers["warning"].startswith("111")


async def test_status_does_not_need_postgresql() -> None:
    system = System()
    system.database.away = True

    assert (await system.get("/api/v1/status")).status_code == 200


async def test_an_unknown_parameter_is_refused() -> None:
    answer = await System().get("/api/v1/status?provider=binance")

    assert answer.status_code == 422


async def test_closing_lets_go_of_both_stores() -> None:
    system = System()
    await system.get("/health")

    await system.function.close()

    assert system.database.closed
    assert system.documents.closed
