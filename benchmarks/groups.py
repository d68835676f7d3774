"""Cached answers of every public group beside those of `prices`: what one costs the server's processor."""

import http.client
import shutil
from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from urllib.parse import urlsplit

from local.options import Options
from local.platform import Platform
from shared.cache.freshness import LIVE_PRICES
from tools.gateway.public import public_document
from tools.manifests import Manifest, read_manifests

from .asking import get
from .errors import MeasurementError
from .findings import Finding, times_rival
from .ours import pid_of, place
from .plan import Plan
from .processes import processor_s
from .ratios import paired, spread
from .scenarios import BROWSER, LIVE

_BESIDE = "prices"
_TOKENS = 60
_REQUESTS = 3_000
_BOUND = times_rival(0.9, "at least")


def groups(plan: Plan) -> list[Finding]:
    """Measure, group by group and in turn with `prices`, an answer from memory that is no longer than that of `prices`.

    A request more or less a second is the machine's doing; what one costs the processor is ours, and needs no particular load.
    """
    manifests = read_manifests()
    shutil.rmtree(plan.folder / "groups", ignore_errors=True)
    with Platform(Options(tokens=_TOKENS, folder=plan.folder / "groups", port=0, scheduled=False)) as platform:
        _fill(platform, manifests)
        for name in platform.manifests:
            place(platform, name)
        largest = len(get(platform.function_url(_BESIDE), LIVE, BROWSER).body)
        asked = {name: _path_of(platform, name, paths, largest) for name, paths in _cached_paths().items()}
        for name in (name for name, path in asked.items() if path is None):
            print(f"nothing of {name} is answered from memory in {largest} bytes: it is left out", flush=True)
        return [_beside(platform, name, path, plan.rounds) for name, path in asked.items() if path and name != _BESIDE]


def _fill(platform: Platform, manifests: Mapping[str, Manifest]) -> None:
    """Run every refresh once, those first that others need."""
    refreshers = {name: each.after for name, each in manifests.items() if each.kind == "refresh"}
    for name in TopologicalSorter(refreshers).static_order():
        if not platform.run_refresh(name).succeeded:
            raise MeasurementError(f"{name} failed, so that its group has nothing to answer")


def _cached_paths() -> dict[str, list[str]]:
    """Return, by group, the addresses that need no parameter and whose answers are kept as long as those of `prices`, or longer."""
    found: dict[str, list[str]] = {}
    for path, item in public_document(read_manifests())["paths"].items():
        operation = item.get("get", {})
        taken = operation.get("parameters", ())
        kept_s = operation.get("x-freshness", {}).get("max_age", 0)
        if kept_s >= LIVE_PRICES.max_age and not any(each.get("required") for each in taken):
            shorter = (
                [f"{path}?limit={few}" for few in (20, 5)] if any(each["name"] == "limit" for each in taken) else []
            )
            found.setdefault(operation["tags"][0].replace("-", "_"), []).extend([path, *shorter])
    return found


def _path_of(platform: Platform, name: str, paths: Iterable[str], largest: int) -> str | None:
    """Return the first address that is answered from memory and says no more than `prices`; of a group without data there is none."""
    for path in paths:
        answers = [get(platform.function_url(name), path, BROWSER) for _ in range(3)]
        if answers[-1].headers.get("x-cache") == "hit-memory" and len(answers[-1].body) <= largest:
            return path
    return None


def _beside(platform: Platform, name: str, path: str, rounds: int) -> Finding:
    theirs: list[float] = []
    ours: list[float] = []
    for number in range(rounds):
        order = [(_BESIDE, LIVE, theirs), (name, path, ours)]
        for function, asked, figures in order if number % 2 else reversed(order):
            figures.append(_microseconds(platform, function, asked))
    # A ratio of speeds, as everywhere: twice the processor's time is half as fast.
    speeds = paired([1 / each for each in ours], [1 / each for each in theirs])
    return Finding(
        work=f"cached answer of {name}, beside {_BESIDE}",
        figure=path.removeprefix("/api/v1"),
        unit="µs",
        ours=spread(ours),
        rival=spread(theirs),
        ratio=speeds,
        bound=_BOUND,
    )


def _microseconds(platform: Platform, function: str, path: str) -> float:
    """Return the processor's time that one of many requests takes."""
    parts, pid = urlsplit(platform.function_url(function)), pid_of(platform.child(function))
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        _ask(connection, path, _REQUESTS // 10)
        before = processor_s(pid)
        _ask(connection, path, _REQUESTS)
        return (processor_s(pid) - before) / _REQUESTS * 1e6
    finally:
        connection.close()


def _ask(connection: http.client.HTTPConnection, path: str, times: int) -> None:
    for _ in range(times):
        connection.request("GET", path, headers=BROWSER)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise MeasurementError(f"{path} was answered with {answer.status}")
