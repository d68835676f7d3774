"""The rival's own measuring scripts, called as they are, and their results read back."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import MeasurementError
from .plan import LOAD_CORE, SERVER_CORE, Plan
from .rival import RivalFolder

OURS, RIVAL = "ours", "rival"
Figures = Mapping[str, float]
"""One round: `rps`, `p50_ms`, `p99_ms`, `cpu_us_per_req`, `errors` and more."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server under load: its address, its scenario file, the process whose CPU time is charged."""

    name: str
    url: str
    scenarios: Path
    pid: int

    def __str__(self) -> str:
        """Return the target in the script's notation."""
        return f"{self.name}={self.url}@{self.scenarios}#{self.pid}"


@dataclass(frozen=True, slots=True)
class LoadResult:
    """One scenario at one concurrency: the rounds of each server, in the order in which they were paired."""

    scenario: str
    concurrency: int
    rounds: Mapping[str, Sequence[Figures]]

    def of(self, server: str, figure: str) -> list[float]:
        """Return one figure of one server, round by round."""
        return [each[figure] for each in self.rounds[server]]

    def errors(self, server: str) -> int:
        """Return how many requests failed in all rounds."""
        return round(sum(self.of(server, "errors")))


def read_load(document: Mapping[str, Any]) -> list[LoadResult]:
    """Return the rows of what load.py wrote."""
    return [
        LoadResult(
            row["scenario"],
            row["concurrency"],
            {name: data["rounds"] for name, data in row["servers"].items()},
        )
        for row in document["rows"]
    ]


def read_starts(document: Mapping[str, Any]) -> dict[str, list[Figures]]:
    """Return the runs of what coldstart.py wrote, by variant."""
    return {name: data["runs"] for name, data in document.items()}


def run_load(
    folder: RivalFolder, targets: Iterable[Target], plan: Plan, name: str, *, only: str, concurrency: Sequence[int]
) -> list[LoadResult]:
    """Measure servers in turn, the first one being what the others are compared with.

    Raises:
        MeasurementError: the script failed.
    """
    out = plan.folder / f"load-{name}.json"
    amount = ["--rounds", str(plan.rounds), "--duration", str(plan.seconds)]
    how = ["--only", only, "--concurrency", ",".join(map(str, concurrency)), "--cpu", str(LOAD_CORE)]
    _run(folder, "load.py", [*map(str, targets), *amount, *how, "--out", str(out)])
    return read_load(json.loads(out.read_text()))


def run_starts(
    folder: RivalFolder, variants: Mapping[str, Mapping[str, Any]], plan: Plan, log: Path
) -> dict[str, list[Figures]]:
    """Start each variant again and again, in turn, until its first 200.

    Raises:
        MeasurementError: the script failed.
    """
    config, out = folder.bench / "starts.json", plan.folder / "starts.json"
    config.write_text(json.dumps(variants))
    cores = ["--server-cpu", str(SERVER_CORE), "--load-cpu", str(LOAD_CORE)]
    _run(
        folder,
        "coldstart.py",
        [str(config), "--rounds", str(plan.starts), *cores, "--log", str(log), "--out", str(out)],
    )
    return read_starts(json.loads(out.read_text()))


def _run(folder: RivalFolder, script: str, arguments: Sequence[str]) -> None:
    command = [sys.executable, str(folder.bench / script), *arguments]
    finished = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if finished.returncode:
        raise MeasurementError(f"{script} failed: {finished.stderr[-1000:]}")
