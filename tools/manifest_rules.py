"""What a manifest must keep besides its schema: what Google refuses, and what manifests say about each other.

Each problem names the file and the key, so that it is mended before anything is planned.

Source: https://cloud.google.com/run/docs/configuring/services/cpu and …/memory-limits
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

from .manifests import Manifest, account_of, manifest_path

_WHOLE_CPUS = (1, 2, 4, 6, 8)
_MOST_MEMORY_MB = {0.5: 512, 0.999: 1024, 1: 4096, 2: 8192, 4: 16_384, 6: 24_576, 8: 32_768}
"""The most memory that goes with up to so many processors."""
_LEAST_MEMORY_MB = {8: 4096, 6: 4096, 4: 2048}
_LONGEST_ATTEMPT_S = 1800
"""Cloud Scheduler waits no longer; Cloud Tasks neither."""
_ACCOUNT = re.compile(r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$")

Problems = Iterable[tuple[str, str]]
"""Pairs of a key and what is wrong with it."""


def problems_of(manifests: Mapping[str, Manifest]) -> Iterable[str]:
    """Yield what is wrong, one line each, in the order of the functions' names."""
    for manifest in manifests.values():
        for rule in _RULES:
            yield from (f"{manifest_path(manifest.name)}: {key}: {what}" for key, what in rule(manifest))
        for key, what in _among(manifest, manifests):
            yield f"{manifest_path(manifest.name)}: {key}: {what}"


def _name(manifest: Manifest) -> Problems:
    account = account_of(manifest.name)
    if not _ACCOUNT.match(account):
        yield "folder", f"makes the account id {account}, which must have 6 to 30 lower-case letters, digits, hyphens"


def _size(manifest: Manifest) -> Problems:
    if manifest.cpu >= 1 and manifest.cpu not in _WHOLE_CPUS:
        yield "cpu", f"{manifest.cpu} is neither below 1 nor 1, 2, 4, 6 or 8"
        return
    if manifest.cpu < 0.08:
        yield "cpu", f"{manifest.cpu} is below 0.08, the least that Google gives"
    most = next(memory for cpu, memory in _MOST_MEMORY_MB.items() if manifest.cpu <= cpu)
    least = _LEAST_MEMORY_MB.get(int(manifest.cpu), 128)
    if not least <= manifest.memory_mb <= most:
        yield "memory_mb", f"{manifest.memory_mb} does not go with cpu {manifest.cpu}, which takes {least} to {most}"


def _concurrency(manifest: Manifest) -> Problems:
    if manifest.cpu < 1 and manifest.concurrency > 1:
        yield "concurrency", f"{manifest.concurrency} needs a whole processor; with cpu {manifest.cpu} it must be 1"


def _instances(manifest: Manifest) -> Problems:
    for environment, instances in manifest.instances.items():
        if instances.minimum > instances.maximum:
            yield f"instances/{environment}", f"min {instances.minimum} is above max {instances.maximum}"


def _schedule(manifest: Manifest) -> Problems:
    if manifest.kind != "api" and manifest.timeout_s > _LONGEST_ATTEMPT_S:
        yield "timeout_s", f"{manifest.timeout_s} is longer than an attempt may take, {_LONGEST_ATTEMPT_S}"
    if manifest.schedule is None:
        return
    try:
        ticks = CronSim(manifest.schedule, datetime(2026, 1, 1, tzinfo=UTC))
        first, second = next(ticks), next(ticks)
    except (CronSimError, StopIteration) as error:
        yield "schedule", f"'{manifest.schedule}' is no cron expression: {error or 'it never fires'}"
        return
    if manifest.timeout_s >= (second - first).total_seconds():
        yield (
            "timeout_s",
            f"{manifest.timeout_s} is not below the {(second - first).total_seconds():.0f} s between runs",
        )


def _database(manifest: Manifest) -> Problems:
    if manifest.kind == "api" and manifest.database == "write":
        yield "database", "a function that answers callers only reads"


def _paths(manifest: Manifest) -> Problems:
    for path in manifest.routes:
        if not re.fullmatch(r"(/[a-z0-9][a-z0-9._-]*)+", path):
            yield "routes", f"{path} is no plain path without a slash at its end"
    for key, paths in (("hot", manifest.hot), ("private", manifest.private)):
        for path in paths:
            if not _is_below(path, manifest.routes):
                yield key, f"{path} lies below none of the routes"
    for path in manifest.hot:
        if _is_below(path, manifest.private):
            yield "hot", f"{path} is private, so nobody may share it"


def _is_below(path: str, prefixes: Iterable[str]) -> bool:
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


def _among(manifest: Manifest, manifests: Mapping[str, Manifest]) -> Problems:
    for prefix in manifest.routes:
        others = [other.name for other in manifests.values() if prefix in other.routes and other.name != manifest.name]
        if others:
            yield "routes", f"{prefix} is claimed by {', '.join(others)} as well"
    yield from _named("warms", manifest.warms, "api", manifests)
    yield from _named("after", manifest.after, "refresh", manifests)
    yield from _named("enqueues", manifest.enqueues, "job", manifests)


def _named(key: str, names: Iterable[str], kind: str, manifests: Mapping[str, Manifest]) -> Problems:
    for name in names:
        if name not in manifests:
            yield key, f"no function {name}"
        elif manifests[name].kind != kind:
            yield key, f"{name} is of kind {manifests[name].kind}, not {kind}"


_RULES: tuple[Callable[[Manifest], Problems], ...] = (
    _name,
    _size,
    _concurrency,
    _instances,
    _schedule,
    _database,
    _paths,
)
