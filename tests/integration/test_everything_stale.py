"""All sources are killed after a good run: every endpoint of the data plane goes on answering, and says that it is stale."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from sandbox.admin import NAMES
from sandbox.serving import Served as Sandbox
from sandbox.serving import serve
from shared.records.refresh import LATE_AFTER_PROMISES, REFRESHES, RefreshReport
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.functions.ondemand import Asked
from tests.planes import ENDPOINTS, GROUPS, Plane, asking_sources, max_age
from tests.unit.sandbox.calls import Caller

LONGEST = max(REFRESHES[name] for name in asking_sources()) * LATE_AFTER_PROMISES


@dataclass
class Killed:
    """The whole data plane after one good run of every refresh, its functions to be asked at any time."""

    plane: Plane
    reports: dict[str, RefreshReport]
    upstream: Caller


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve(seed=7, tokens=60, frozen_at=NOON) as served:
        yield served


@pytest.fixture(scope="module")
def killed(sandbox: Sandbox, shared_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Killed:
    plane = Plane(sandbox, shared_place, tmp_path_factory.mktemp("plane"))
    reports = asyncio.run(plane.refresh(SteppingClock(NOON)))
    return Killed(plane, reports, Caller(sandbox.port))


def test_every_refresh_had_its_good_run(killed: Killed) -> None:
    outcomes = {name: report.outcome for name, report in killed.reports.items()}

    assert outcomes == dict.fromkeys(asking_sources(), "succeeded")


@pytest.mark.parametrize(("group", "path"), ENDPOINTS, ids=[path for _, path in ENDPOINTS])
async def test_every_endpoint_answers_and_says_that_it_is_stale_once_all_sources_are_dead(
    killed: Killed, group: str, path: str
) -> None:
    clock, plane = SteppingClock(NOON), killed.plane
    asked = Asked(GROUPS[group][1], plane.environment, clock)
    first = await asked.get(plane.query(path, clock))
    for provider in NAMES:
        killed.upstream.fault(provider, "server_error")

    clock.advance(LONGEST + timedelta(seconds=max_age(first.headers["cache-control"]) + 1))
    last = await asked.get(plane.query(path, clock))
    await asked.close()
    killed.upstream.call("DELETE", "/admin/faults")

    # Status tells of maintenance too, which is no source and did not run here.
    assert (first.status_code, first.json()["meta"]["stale"]) == (200, group == "system"), first.text[-600:]
    assert (last.status_code, last.json()["meta"]["stale"]) == (200, True), last.text[-600:]
    assert last.json()["data"]
