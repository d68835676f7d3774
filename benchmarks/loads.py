"""Both servers under the same load, as findings."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from .findings import Bound, Finding, Unit
from .ours import pid_of
from .ratios import paired, spread
from .rival_servers import RivalServers, Worker
from .scripts import OURS, RIVAL, LoadResult, Target, run_load
from .stage import Stage

_FIGURES: Sequence[tuple[str, str, Unit]] = (
    ("rps", "requests/s", ""),
    ("p99_ms", "p99", "ms"),
    ("cpu_us_per_req", "CPU a request", "µs"),
)
Bounds = Mapping[str, Bound]
"""By the load script's name of a figure."""


def side_by_side(
    stage: Stage,
    rival: RivalServers,
    worker: Worker,
    function: str,
    *,
    files: tuple[Path, Path],
    only: Sequence[str],
    concurrency: Sequence[int],
) -> list[LoadResult]:
    """Return the rounds of one of our functions and one of the rival's workers."""
    pid = pid_of(stage.platform.child(function))
    targets = [
        Target(RIVAL, worker.url, files[1], worker.pid),
        Target(OURS, stage.platform.function_url(function), files[0], pid),
    ]
    name = "-".join(only)
    return run_load(rival.folder, targets, stage.plan, name, only=",".join(only), concurrency=concurrency)


def findings_of(result: LoadResult, work: str, bounds: Bounds) -> list[Finding]:
    """Return what one result found; a figure without a bound is shown for information."""
    return [_finding(result, work, key, label, unit, bounds.get(key)) for key, label, unit in _FIGURES]


def _finding(result: LoadResult, work: str, key: str, label: str, unit: Unit, bound: Bound | None) -> Finding:
    ours, theirs = result.of(OURS, key), result.of(RIVAL, key)
    return Finding(
        work=work,
        figure=label,
        unit=unit,
        ours=spread(ours),
        rival=spread(theirs),
        ratio=paired(ours, theirs),
        bound=bound,
        errors=result.errors(OURS),
    )
