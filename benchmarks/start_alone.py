"""Our own cold starts where there is no rival's script to time them."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from .asking import get
from .findings import Finding
from .plan import SERVER_CORE, Plan
from .ratios import spread

_LONGEST_S = 60.0


def starts_alone(variants: Mapping[str, Mapping[str, Any]], plan: Plan, works: Mapping[str, str]) -> list[Finding]:
    """Return the times of all variants, started in turn."""
    runs: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(plan.starts):
        for name, variant in variants.items():
            runs[name].append(_timed(variant))
    return [
        Finding(work=works[name], figure="to first 200", unit="s", ours=spread(times)) for name, times in runs.items()
    ]


def _timed(variant: Mapping[str, Any]) -> float:
    began = time.perf_counter()
    process = subprocess.Popen(
        ["taskset", "-c", str(SERVER_CORE), *variant["cmd"]],
        cwd=variant["cwd"],
        env=variant["env"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while not _answers(variant):
            if process.poll() is not None or time.perf_counter() - began > _LONGEST_S:
                raise TimeoutError(f"{variant['path']} was never answered")
            time.sleep(0.003)
        return time.perf_counter() - began
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(variant: Mapping[str, Any]) -> bool:
    with suppress(OSError):
        return get(f"http://127.0.0.1:{variant['port']}", variant["path"]).status == 200
    return False
