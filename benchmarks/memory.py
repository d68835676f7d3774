"""Memory of warm functions that have used everything: both cache tiers, FastAPI, PostgreSQL, every worker thread."""

from collections.abc import Sequence
from contextlib import ExitStack

from local.ports import HOST, free_ports

from .asking import get_all
from .duties import check_state
from .errors import MeasurementError
from .findings import Bound, Finding, at_most
from .ours import another, token_ids
from .plan import SERVER_CORE
from .processes import proportional_mb
from .ratios import Spread, spread
from .rival_servers import start
from .scenarios import LIVE, MOVERS, NO_CACHE, PAGE
from .stage import TOKENS, Stage

_BOUND = at_most(110)
_LISTS = 200
"""Of some 30 KB each: what an instance answers between two refreshes, and far from filling its memory tier."""
_MANY = 2_000
"""Enough to fill it."""


def memory(stage: Stage) -> list[Finding]:
    """Measure fresh workers after hundreds of different requests each, sixteen at a time.

    The platform's own functions are stopped first: pages that several processes share would otherwise be divided
    among more of them than one instance in the cloud has.
    """
    prices = [f"/api/v1/prices/{name}" for name in token_ids(stage.platform, TOKENS)]
    prices += [f"{LIVE}?limit={PAGE}&offset={offset}" for offset in range(_LISTS)]
    rival = _rival(stage)
    for name, path in (("prices", LIVE), ("market", MOVERS)):
        check_state(stage.platform.function_url(name), path, "miss", NO_CACHE)
    for name in stage.platform.manifests:
        stage.platform.child(name).stop()
    return [
        _finding("prices", _used(stage, "prices", LIVE, prices), rival, _BOUND),
        _finding("market", _used(stage, "market", MOVERS, _movers(_LISTS)), rival, _BOUND),
        _finding("market with a full memory tier", _used(stage, "market", MOVERS, _movers(_MANY)), rival, None),
    ]


def _movers(count: int) -> list[str]:
    return [f"{MOVERS}?limit={PAGE}&min_volume_usd={bound}" for bound in range(count)]


def _used(stage: Stage, function: str, hot: str, paths: Sequence[str]) -> Spread:
    with ExitStack() as running:
        port = free_ports(1)[0]
        url = f"http://{HOST}:{port}"
        program = another(stage.platform.child(function).program, port, f"{function}-memory")
        pid = start(running, program, core=SERVER_CORE)
        check_state(url, hot, "hit-firestore")
        check_state(url, hot, "hit-memory")
        check_state(url, hot, "miss", NO_CACHE)
        _ask(url, paths)
        return spread([proportional_mb(pid)])


def _rival(stage: Stage) -> Spread | None:
    if stage.rival is None:
        return None
    _ask(stage.rival.plain.url, [f"{LIVE}?page={page}&limit={PAGE}" for page in range(1, TOKENS // PAGE + 1)] * 50)
    return spread([proportional_mb(stage.rival.plain.pid)])


def _ask(url: str, paths: Sequence[str]) -> None:
    failed = [status for status in get_all(url, paths, {}) if status != 200]
    if failed:
        raise MeasurementError(f"{len(failed)} of {len(paths)} requests failed, the first with {failed[0]}")


def _finding(function: str, used: Spread, rival: Spread | None, bound: Bound | None) -> Finding:
    return Finding(
        work=f"memory of a warm instance, {function}",
        figure="proportional set",
        unit="MB",
        ours=used,
        rival=rival,
        bound=bound,
    )
