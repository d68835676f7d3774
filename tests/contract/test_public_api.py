"""The whole API through the gateway: every operation as documented, and nothing found by thousands of odd requests."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from graphlib import TopologicalSorter
from pathlib import Path

import httpx2
import pytest

from local.options import Options
from local.platform import Platform
from tests.contract import odd_requests
from tests.folders import open_folder
from tools.gateway.envoy import HEADERS_KB
from tools.manifests import ROOT, read_manifests
from tools.tour.__main__ import local_token
from tools.tour.itinerary import tour_of
from tools.tour.visiting import Visitor

pytestmark = pytest.mark.platform

SETTINGS = Path(__file__).with_name("schemathesis.toml")
ENOUGH = 5_000
"""Cases that a thorough run has to have tried."""


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    """Everything, each refresh run once, those first that others need."""
    refreshers = {name: each.after for name, each in read_manifests().items() if each.kind == "refresh"}
    with ExitStack() as stack:
        folder = stack.enter_context(open_folder())
        options = Options(folder=folder, tokens=40, port=0, scheduled=False, documents="embedded")
        started = stack.enter_context(Platform(options))
        for name in TopologicalSorter(refreshers).static_order():
            assert started.run_refresh(name).status == 200, name
        yield started


def test_every_documented_operation_answers_as_documented(platform: Platform) -> None:
    with httpx2.Client(base_url=platform.gateway_url, timeout=30) as client:
        document = client.get("/api/v1/openapi.json").json()

        visits = list(Visitor(client, document, token=local_token(platform.folder)).visit(tour_of(document)))

    assert {str(visit.stop.operation): visit.complaints for visit in visits if not visit.as_documented} == {}
    documented = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert {visit.stop.operation for visit in visits} == documented


def test_a_preflight_is_answered_on_every_documented_path(platform: Platform) -> None:
    headers = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}
    with httpx2.Client(base_url=platform.gateway_url, timeout=30) as client:
        paths = client.get("/api/v1/openapi.json").json()["paths"]

        answers = {path: client.options(re.sub(r"\{.*?\}", "x", path), headers=headers) for path in paths}

    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 204} == {}
    assert {answer.headers.get("access-control-allow-origin") for answer in answers.values()} == {"*"}


def test_more_address_than_the_gateway_takes_is_refused_by_it(platform: Platform) -> None:
    with httpx2.Client(base_url=platform.gateway_url, timeout=30) as client:
        answer = client.get(f"/api/v1/prices/live?symbols={'x' * HEADERS_KB * 1024}")

    assert answer.status_code == 431


def fuzzed(platform: Platform, folder: Path, *, phases: str, examples: int, within_s: int) -> tuple[str, int]:
    """Return what schemathesis said and how many cases it tried."""
    program = Path(sys.executable).with_name("st")
    location = f"{platform.gateway_url}/api/v1/openapi.json"
    options = [
        "--phases",
        phases,
        "--max-examples",
        str(examples),
        "--seed",
        "1",
        "--generation-database",
        "none",
        "--no-color",
    ]
    options += ["--header", f"Authorization: Bearer {local_token(platform.folder)}"]
    run = subprocess.run(
        [program, "--config-file", SETTINGS, "run", location, *options, "--workers", "2"],
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": odd_requests.__name__},
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
    )
    tried = re.search(r"(\d+) generated", run.stdout)
    assert tried is not None, run.stdout[-4000:] + run.stderr[-2000:]
    assert run.returncode == 0, run.stdout[-8000:]
    return run.stdout, int(tried.group(1))


def test_odd_requests_find_nothing(platform: Platform, tmp_path: Path) -> None:
    said, tried = fuzzed(platform, tmp_path, phases="examples,fuzzing,stateful", examples=2, within_s=240)

    assert tried > 300
    assert "Stateful" in said


@pytest.mark.slow
def test_thousands_of_odd_requests_find_nothing(platform: Platform, tmp_path: Path) -> None:
    everything = "examples,coverage,fuzzing,stateful"
    _, tried = fuzzed(platform, tmp_path, phases=everything, examples=20, within_s=1_800)

    assert tried >= ENOUGH
