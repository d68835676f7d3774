"""One refresh of 6,000 tokens: from the scheduler's POST to its answer, with every row committed."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from local.platform import Platform

from .asking import get
from .errors import MeasurementError
from .findings import Finding, at_most
from .ours import check_stored, pid_of, running_platform
from .plan import Plan
from .processes import Peak, watched
from .ratios import spread
from .scenarios import LIVE, NO_CACHE

TOKENS = 6_000
_WALL, _MEMORY = at_most(5), at_most(200)


@dataclass(frozen=True, slots=True)
class _Run:
    seconds: float
    peak: Peak
    steps: dict[str, float]
    """Milliseconds by step."""


def refreshes(plan: Plan) -> list[Finding]:
    """Measure the first run of a process and the runs after it, over a platform of their own size."""
    print(f"starting a platform of {TOKENS:,} tokens", flush=True)
    with running_platform(plan.folder / "platform-large", tokens=TOKENS) as platform:
        first, *later = [_run(platform) for _ in range(plan.refreshes)]
        _check_seen(platform)
    return [
        *_findings(f"refresh of {TOKENS:,} tokens, first of a process", [first]),
        *_findings(f"refresh of {TOKENS:,} tokens, repeated", later),
        *_steps(f"refresh of {TOKENS:,} tokens, its steps", later),
    ]


def _run(platform: Platform) -> _Run:
    # Runs are named by the second in which they are due; the same name would be answered with the earlier report.
    time.sleep(1.1)
    with watched(pid_of(platform.child("refresh_market"))) as peak:
        began = time.perf_counter()
        delivered = platform.run_refresh("refresh_market")
        seconds = time.perf_counter() - began
    check_stored(delivered, TOKENS)
    return _Run(seconds, peak, {step["name"]: step["ms"] for step in delivered.report.get("steps", ())})


def _check_seen(platform: Platform) -> None:
    """Check that another process finds all tokens in PostgreSQL."""
    answer = json.loads(get(platform.function_url("prices"), f"{LIVE}?limit=1", NO_CACHE).body)
    if answer["meta"]["total"] != TOKENS:
        raise MeasurementError(f"{answer['meta']['total']} tokens were stored, not {TOKENS}")


def _findings(work: str, runs: Sequence[_Run]) -> list[Finding]:
    seconds, peaks = spread([run.seconds for run in runs]), spread([run.peak.mb for run in runs])
    return [
        Finding(work=work, figure="POST to answer", unit="s", ours=seconds, bound=_WALL),
        Finding(work=work, figure="peak proportional set", unit="MB", ours=peaks, bound=_MEMORY),
    ]


def _steps(work: str, runs: Sequence[_Run]) -> list[Finding]:
    names = list(runs[0].steps)
    return [
        Finding(work=work, figure=name, unit="ms", ours=spread([run.steps[name] for run in runs])) for name in names
    ]
