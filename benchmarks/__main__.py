"""`nox -s bench -- [--quick] [--only SECTION,SECTION]`, sections as in `plan.py`; Linux with two cores or more."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from local.child import ChildFailedError
from tools.manifests import ROOT

from .backtest import backtests
from .cold import cold
from .errors import MeasurementError
from .findings import Finding
from .groups import groups
from .hot import hot
from .identity import identity
from .imports import imports
from .machine import machine_class
from .memory import memory
from .plan import LOAD_CORE, Plan, read_plan
from .refresh import refreshes
from .report import page, verdict
from .screener import screener
from .signals import signals
from .stage import Stage, set_stage
from .start import starts
from .table import table

_ON_STAGE: Mapping[str, Callable[[Stage], list[Finding]]] = {
    "hot": hot,
    "cold": cold,
    "start": starts,
    "memory": memory,
}

_BY_ITSELF: Mapping[str, Callable[[Plan], list[Finding]]] = {
    "groups": groups,
    "screener": lambda plan: screener(plan, os.environ),
    "refresh": refreshes,
    "imports": imports,
    "identity": identity,
    "backtest": backtests,
    "signals": signals,
}


def main(arguments: Sequence[str]) -> int:
    """Measure, print the table, write it down after a whole run; 1 when a figure misses its bound or could not be taken."""
    plan = read_plan(arguments, ROOT / "build" / "bench")
    if not hasattr(os, "sched_setaffinity") or (os.cpu_count() or 1) < 2:
        print("bench needs Linux and two cores: one for the server, one for everything else")
        return 1
    os.sched_setaffinity(0, {LOAD_CORE})
    try:
        findings, compared = _measured(plan)
    except (MeasurementError, ChildFailedError) as error:
        print(f"bench ends here: {error}", file=sys.stderr)
        return 1
    print("\n" + table(findings) + "\n\n" + verdict(findings), flush=True)
    if plan.whole and compared:
        text = page(findings, machine=machine_class(), day=datetime.now(UTC).date())
        (ROOT / "docs" / "performance.md").write_text(text, encoding="utf-8")
    return 1 if any(finding.reached is False for finding in findings) else 0


def _measured(plan: Plan) -> tuple[list[Finding], bool]:
    """Return the findings, and whether the rival was there."""
    findings: list[Finding] = []
    compared = True
    asked = [name for name in plan.sections if name in _ON_STAGE]
    if asked:
        with set_stage(plan, os.environ) as stage:
            compared = stage.rival is not None
            for name in asked:
                findings += _ON_STAGE[name](stage)
    for name, measure in _BY_ITSELF.items():
        if name in plan.sections:
            findings += measure(plan)
    return findings, compared


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
