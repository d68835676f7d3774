"""What the manifests promise, and what no tracked file may hold."""

import ast
import json
import re
import subprocess
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.schedule import next_tick
from local.scheduler import jobs_of
from tools.generate import generated_files
from tools.manifests import ROOT, Environment, read_manifests

MANIFESTS = read_manifests()
MAX_CONNECTIONS: dict[Environment, int] = {"dev": 200, "staging": 250, "prod": 500}
"""The flag `max_connections` of each environment's instance."""


@pytest.fixture(scope="module")
def generated() -> Mapping[str, str]:
    return generated_files()


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_function_has_a_short_main_with_a_target_of_its_own_name(name: str) -> None:
    text = (ROOT / "functions" / name / "main.py").read_text()

    targets = [
        node.name for node in ast.parse(text).body if isinstance(node, ast.AsyncFunctionDef) and node.decorator_list
    ]
    assert targets == [name]
    assert len(text.splitlines()) <= 40


@pytest.mark.parametrize("name", [name for name, manifest in MANIFESTS.items() if manifest.schedule])
def test_a_schedule_is_no_denser_than_its_timeout(name: str) -> None:
    manifest = MANIFESTS[name]
    first = next_tick(manifest.schedule or "", datetime(2026, 1, 1, tzinfo=UTC))
    second = next_tick(manifest.schedule or "", first)

    assert manifest.timeout_s < (second - first).total_seconds()


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_two_revisions_of_everything_leave_connections_to_spare(environment: Environment) -> None:
    connections = sum(manifest.connections(environment) for manifest in MANIFESTS.values())

    assert 2 * connections <= 0.8 * MAX_CONNECTIONS[environment]


def test_every_function_that_answers_callers_is_kept_from_providers() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

    (contract,) = (each for each in contracts if each["type"] == "forbidden")
    assert "functions.*.routes" in contract["source_modules"]
    for name in (name for name, manifest in MANIFESTS.items() if manifest.kind == "api"):
        folder = ROOT / "functions" / name
        assert (folder / "routes.py").exists() or (folder / "routes" / "__init__.py").exists()


def test_a_job_is_neither_scheduled_nor_reached_through_the_gateway(generated: Mapping[str, str]) -> None:
    jobs = [manifest for manifest in MANIFESTS.values() if manifest.kind == "job"]
    gateway = "".join(text for path, text in generated.items() if path.startswith("gateway/"))

    assert [manifest.name for manifest in jobs] == ["backfill", "run_backtests"]
    for manifest in jobs:
        assert jobs_of({manifest.name: manifest}, {manifest.name: 1}) == []
        assert manifest.name not in gateway


def test_no_two_functions_share_a_prefix() -> None:
    prefixes = [prefix for manifest in MANIFESTS.values() for prefix in manifest.routes]

    assert len(prefixes) == len(set(prefixes))


@pytest.mark.parametrize("name", MANIFESTS)
def test_hot_paths_lie_below_the_routes(name: str) -> None:
    manifest = MANIFESTS[name]

    assert [path for path in manifest.hot if not path.startswith(manifest.routes)] == []


LOCKS = ["local", "migrate", "release", *MANIFESTS]


def pins_of(lock: str) -> set[str]:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    return set(re.findall(r"^[A-Za-z0-9._-]+(?:\[[a-z0-9,._-]+\])?==\S+", text, re.MULTILINE))


@pytest.mark.parametrize("lock", ["dev", *LOCKS])
def test_a_lock_has_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()

    assert pins_of(lock)
    assert text.count("--hash=sha256:") >= len(pins_of(lock))
    assert re.search(r"https?://|file:|^-", text, re.MULTILINE) is None


@pytest.mark.parametrize("lock", LOCKS)
def test_what_is_deployed_is_what_is_tested(lock: str) -> None:
    assert pins_of(lock) - pins_of("dev") == set()


def test_generated_files_are_what_would_be_generated(generated: Mapping[str, str]) -> None:
    outdated = [path for path, text in generated.items() if (ROOT / path).read_text(encoding="utf-8") != text]

    assert outdated == [], "run `nox -s generate`"


def tracked_texts() -> list[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    files = [(path, ROOT / path) for path in listed.split("\0") if path]
    return [(path, text) for path, file in files if (text := readable(file)) is not None]


def readable(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
        return None


@pytest.mark.parametrize(
    "shape",
    [
        r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}",
        r"\bAIza[0-9A-Za-z_-]{35}\b",
        r"\bCG-[A-Za-z0-9]{24}\b",
        r"\bgh[pousr]_[A-Za-z0-9]{36}\b",
        r"\bAKIA[0-9A-Z]{16}\b",
        r"\bya29\.[0-9A-Za-z_-]{20,}",
        r"\bxox[abprs]-[0-9A-Za-z-]{10,}",
        r"\"private_key_id\":\s*\"[0-9a-f]{40}\"",
        r"//[^/\s:@\"'{}$]+:(?!\d+@|secret@)[^/\s:@\"'{}$]+@[a-z0-9.-]+",
    ],
    ids=["pem", "google", "coingecko", "github", "aws", "oauth", "slack", "service-account", "password-in-url"],
)
def test_no_tracked_file_holds_a_key(shape: str) -> None:
    assert [path for path, text in tracked_texts() if re.search(shape, text)] == []


def test_no_tracked_file_names_a_folder_of_one_machine() -> None:
    shape = re.compile(r"(?<![\w.])/(?:root|work|home/[a-z]\w+|Users/[A-Z]\w+)/[\w.]")

    assert [(path, found.group()) for path, text in tracked_texts() if (found := shape.search(text))] == []


@pytest.mark.parametrize("name", [name for name, manifest in MANIFESTS.items() if manifest.private])
def test_the_first_private_path_answers_a_get(generated: Mapping[str, str], name: str) -> None:
    """The trial of a bundle and the smoke of a release ask it without a token, and want to be told 401."""
    paths = json.loads(generated["gateway/openapi.json"])["paths"]

    assert "get" in paths[MANIFESTS[name].private[0]]
