"""wrk without the rival's script, for machines that do not have it."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .plan import LOAD_CORE

_MS = {"us": 0.001, "ms": 1.0, "s": 1_000.0}
_PATHS = """local n = 0
request = function()
  n = (n + 7919) % {count}
  return wrk.format("GET", string.format("{path}", n))
end
"""
"""7,919 is a prime, so that it visits every number below a count that it does not divide."""


@dataclass(frozen=True, slots=True)
class Load:
    """One run of wrk."""

    requests_per_second: float
    p99_ms: float
    errors: int


def run_wrk(
    url: str, *, connections: int, seconds: int, headers: Mapping[str, str], script: Path | None = None
) -> Load:
    """Put a server under load and return how it did.

    Raises:
        CalledProcessError: wrk failed.
    """
    command = ["taskset", "-c", str(LOAD_CORE), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    chosen = ["-s", str(script)] if script else []
    finished = subprocess.run([*command, *chosen, url], capture_output=True, text=True, check=True)
    return read_wrk(finished.stdout)


def write_paths(file: Path, path: str, count: int) -> Path:
    """Write a script that asks for `path` with one of `count` numbers in place of its `%d`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_PATHS.format(path=path, count=count))
    return file


def read_wrk(output: str) -> Load:
    """Return what wrk printed.

    Raises:
        ValueError: it is not wrk's report.
    """
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    tail = re.search(r"^\s+99%\s+([\d.]+)(us|ms|s)", output, re.MULTILINE)
    if rate is None or tail is None:
        raise ValueError(f"not a report of wrk: {output[:300]}")
    statuses = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    sockets = re.search(r"Socket errors: (.*)", output)
    errors = int(statuses[1]) if statuses else 0
    errors += sum(map(int, re.findall(r"\d+", sockets[1]))) if sockets else 0
    return Load(float(rate[1]), float(tail[1]) * _MS[tail[2]], errors)
