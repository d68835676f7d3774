"""Asks every GET operation of a running platform once, and runs its refreshes as the scheduler does."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from local.delivery import deliver
from local.identity import KeyPair, scheduler_claims
from local.schedule import Job, Run
from tools.manifests import Manifest
from tools.tour.itinerary import Stop, tour_of
from tools.tour.visiting import Visitor

from .answers import Seen, seen

_MADE_NOW = {"cache-control": "no-cache"}
_TIMEOUT_S = 30
_GRACE_S = 5


class Walk:
    """The GET operations of a document that need nothing made before."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", **_MADE_NOW}
        self._client = httpx2.Client(base_url=url, timeout=_TIMEOUT_S, headers=headers)
        self._document: Mapping[str, Any] = self._client.get("/api/v1/openapi.json").raise_for_status().json()
        self._token = token
        self._stops: list[Stop] = [stop for stop in tour_of(self._document) if stop.method == "GET"]

    def answers(self) -> dict[str, Seen]:
        """Return what each operation answers now, by path."""
        visits = Visitor(self._client, self._document, token=self._token).visit(self._stops)
        return {visit.stop.path: seen(visit) for visit in visits if visit.status}

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()


class Refreshes:
    """The refresh functions of a running platform."""

    def __init__(self, manifests: Mapping[str, Manifest], functions: Mapping[str, str], data: Path) -> None:
        self._keys = KeyPair(data / "identity")
        self._jobs = {
            name: Job(name, manifest.schedule, functions[name], timedelta(seconds=manifest.timeout_s + _GRACE_S))
            for name, manifest in manifests.items()
            if manifest.schedule and name in functions
        }

    def run(self, names: Iterable[str]) -> dict[str, str]:
        """Run refreshes once, one after the other, and return how each went."""
        return {name: self._run(self._jobs[name]) for name in sorted(names) if name in self._jobs}

    def _run(self, job: Job) -> str:
        delivered = deliver(Run(job, datetime.now(UTC)), self._mint, pause=lambda _: True)
        return str(delivered.report.get("outcome", f"status {delivered.status}"))

    def _mint(self, audience: str) -> str:
        return self._keys.mint(scheduler_claims(audience, datetime.now(UTC)))
