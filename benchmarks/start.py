"""Cold starts: from the start of the process to the first 200 on the list of quotes."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from local.ports import free_ports

from .asking import get
from .errors import MeasurementError
from .findings import Bound, Finding, times_rival
from .keeping import kept_fresh, persist
from .ours import another
from .plan import SERVER_CORE
from .ratios import paired, spread
from .rival_servers import RivalServers, start, worker_command
from .scenarios import LIVE, PAGE
from .scripts import RIVAL, Figures, run_starts
from .stage import Stage
from .start_alone import starts_alone

_FIRESTORE, _EMBEDDED, _POSTGRES = "firestore", "embedded", "postgres"
_WORK = {
    _FIRESTORE: "cold start, answered from Firestore",
    _EMBEDDED: "cold start, answered from the embedded store",
    _POSTGRES: "cold start, answered from PostgreSQL",
}
_BOUNDS = {
    _FIRESTORE: times_rival(0.6, "at most"),
    _EMBEDDED: times_rival(0.6, "at most"),
    _POSTGRES: times_rival(0.85, "at most"),
}
_KEY = f"prices:live:1:{PAGE}"
"""The rival's name for the same list in Redis."""


def starts(stage: Stage) -> list[Finding]:
    """Measure our three ways to a first answer against the rival's fastest, which finds the answer in Redis."""
    with ExitStack() as running:
        embedded = another(
            stage.platform.child("prices").program,
            free_ports(1)[0],
            "prices-embedded",
            DOCUMENTS_FILE=str(stage.plan.folder / "documents.sqlite"),
        )
        start(running, embedded, core=SERVER_CORE)
        urls = [stage.platform.function_url("prices"), f"http://127.0.0.1:{embedded.environment['PORT']}"]
        running.enter_context(kept_fresh(urls, LIVE))
        variants = our_variants(stage, embedded.environment)
        if stage.rival is None:
            return starts_alone(variants, stage.plan, _WORK)
        return _against(stage, stage.rival, variants)


def _against(stage: Stage, rival: RivalServers, variants: Mapping[str, Mapping[str, Any]]) -> list[Finding]:
    log = stage.logs / "starts.log"
    log.unlink(missing_ok=True)
    runs = run_starts(rival.folder, {RIVAL: _rival_variant(rival), **variants}, stage.plan, log)
    _check_sources(log, variants, stage.plan.starts)
    return [_finding(_WORK[name], runs[name], runs[RIVAL], _BOUNDS[name]) for name in variants]


def our_variants(stage: Stage, embedded: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return how the function is started for each way to its first answer; a query is nothing the documents hold."""
    program = stage.platform.child("prices").program
    ways = {_EMBEDDED: (embedded, LIVE), _POSTGRES: (program.environment, f"{LIVE}?limit={PAGE}")}
    if stage.platform.documents_kind == "firestore":
        ways = {_FIRESTORE: (program.environment, LIVE), **ways}
    ports = free_ports(len(ways))
    return {
        name: {
            "cmd": [*program.command],
            "cwd": str(program.folder),
            "env": {**environment, "PORT": str(port)},
            "port": port,
            "path": path,
        }
        for (name, (environment, path)), port in zip(ways.items(), ports, strict=True)
    }


def _rival_variant(rival: RivalServers) -> dict[str, Any]:
    path = f"{LIVE}?page=1&limit={PAGE}"
    if get(rival.plain.url, path).status != 200 or persist(rival.redis_port, _KEY) is None:
        raise MeasurementError("the rival's answer could not be kept in Redis")
    port = free_ports(1)[0]
    command = worker_command(rival.folder, "app", port)
    return {"cmd": command, "cwd": str(rival.folder.root), "env": dict(rival.environment), "port": port, "path": path}


def _finding(work: str, ours: Sequence[Figures], rival: Sequence[Figures], bound: Bound) -> Finding:
    mine, theirs = ([run["wall_s"] for run in runs] for runs in (ours, rival))
    return Finding(
        work=work,
        figure="to first 200",
        unit="s",
        ours=spread(mine),
        rival=spread(theirs),
        ratio=paired(mine, theirs),
        bound=bound,
    )


def _check_sources(log: Path, variants: Mapping[str, Mapping[str, Any]], rounds: int) -> None:
    """Check in the function's own log that the first answers came from where they are said to."""
    found = states(log.read_text(errors="replace"))
    wanted = {"hit-firestore": rounds * (len(variants) - 1), "miss": rounds}
    for state, count in wanted.items():
        if found.count(state) != count:
            raise MeasurementError(f"{found.count(state)} cold starts were answered by a {state}, not {count}")


def states(log: str) -> list[str]:
    """Return where the answers in a function's log came from; lines of other programs are passed over."""
    lines = (line for line in log.splitlines() if line.startswith("{"))
    records = (json.loads(line) for line in lines)
    return [str(record["cache"]) for record in records if "cache" in record]
