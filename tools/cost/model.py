"""The model: what is fixed, what each call costs. Everything that is assumed is a field with its reason."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from cronsim import CronSim

from tools.manifests import Environment, Manifest

from . import prices

_SECONDS = 30 * 24 * 3600
_HOURS = 730


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What nobody can read from the configuration; change it when you have measured it."""

    answer_kb: float = 5.0
    """A compressed list of a hundred tokens."""
    busy_s: float = 0.006
    """Instance time a call takes when several are worked on at a time: 30 ms with five of them in flight."""
    memory_hits: float = 0.9
    """Share of calls that an instance answers from its own memory; the others read one document."""
    log_bytes: float = 1_000
    refresh_share: float = 0.15
    """A refresh takes so much of its timeout on average."""
    refresh_writes: int = 12
    """Documents that a run writes: ledger, state of providers, hot answers, what browsers listen to."""
    disk_gb: float = 20.0
    builds: int = 20
    build_minutes: float = 25.0


@dataclass(frozen=True, slots=True)
class Place:
    """The values of one environment that cost something."""

    environment: Environment
    tier: str
    standby: bool
    secrets: int


Lines = dict[str, float]
"""US dollars a month by what they are paid for."""


def fixed(manifests: Mapping[str, Manifest], place: Place, assumed: Assumptions) -> Lines:
    """Return what is paid without a single call."""
    return {
        "PostgreSQL": _database(place, assumed),
        "warm instances": sum(_warm(manifest, place.environment) for manifest in manifests.values()),
        "refreshes": _refreshes(manifests, assumed),
        "schedules": prices.SCHEDULE.of(sum(manifest.schedule is not None for manifest in manifests.values())),
        "secrets": prices.SECRET.of(place.secrets),
        "builds": prices.BUILD_MINUTE.of(assumed.builds * assumed.build_minutes),
    }


def by_calls(calls: float, assumed: Assumptions) -> Lines:
    """Return what so many calls a month cost, free tiers taken off."""
    seconds = calls * assumed.busy_s
    return {
        "API Gateway": prices.GATEWAY_CALL.of(calls),
        "Cloud Run requests": prices.RUN_REQUEST.of(calls),
        "Cloud Run time": prices.RUN_CPU.of(seconds) + prices.RUN_MEMORY.of(seconds * 0.5),
        "Firestore reads": prices.DOCUMENT_READ.of(calls * (1 - assumed.memory_hits)),
        "egress": prices.EGRESS.of(calls * assumed.answer_kb / 1e6),
        "logs": prices.LOGS.of(calls * assumed.log_bytes / 2**30),
    }


def _database(place: Place, assumed: Assumptions) -> float:
    if place.tier in prices.SQL_SHARED:
        machine = prices.SQL_SHARED[place.tier].usd
    else:
        cpus, memory_mb = (int(part) for part in re.findall(r"\d+", place.tier))
        machine = _HOURS * (prices.SQL_CPU.of(cpus) + prices.SQL_MEMORY.of(memory_mb / 1024))
    disk = prices.SQL_DISK.of(assumed.disk_gb)
    return (machine + disk) * (2 if place.standby else 1) + prices.SQL_BACKUP.of(assumed.disk_gb)


def _warm(manifest: Manifest, environment: Environment) -> float:
    gib = manifest.memory_mb / 1024
    each = prices.RUN_IDLE_CPU.of(_SECONDS * manifest.cpu) + prices.RUN_IDLE_MEMORY.of(_SECONDS * gib)
    return manifest.instances[environment].minimum * each


def _refreshes(manifests: Mapping[str, Manifest], assumed: Assumptions) -> float:
    scheduled = {name: runs_a_month(m.schedule) for name, m in manifests.items() if m.schedule}
    seconds = {name: runs * manifests[name].timeout_s * assumed.refresh_share for name, runs in scheduled.items()}
    cpu = prices.RUN_CPU.of(sum(seconds[name] * manifests[name].cpu for name in seconds))
    memory = prices.RUN_MEMORY.of(sum(seconds[name] * manifests[name].memory_mb / 1024 for name in seconds))
    return cpu + memory + prices.DOCUMENT_WRITE.of(sum(scheduled.values()) * assumed.refresh_writes)


def runs_a_month(cron: str) -> int:
    """Return how often a schedule fires within 30 days."""
    began = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(seconds=1)
    end = began + timedelta(days=30)
    return sum(1 for _ in takewhile(lambda tick: tick <= end, CronSim(cron, began)))
