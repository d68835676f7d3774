"""How the platform's providers and refreshes are doing, in one answer."""

import asyncio
from collections.abc import Iterable
from datetime import datetime

from shared.core.clock import Clock
from shared.core.settings import DataSource
from shared.records.answer import Answer
from shared.records.provider import QUOTE_PROVIDERS
from shared.records.refresh import REFRESHES

from .models import PlatformStatus, ProviderStatus, RefreshStatus, StatusSummary
from .providers import provider_status
from .refreshes import Runs, refresh_status
from .repository import StatusRepository

_USABLE = ("healthy", "half_open")


class StatusService:
    """Answers for the whole platform."""

    def __init__(self, repository: StatusRepository, *, clock: Clock, source: DataSource) -> None:
        self._repository = repository
        self._clock = clock
        self._source = source

    async def status(self) -> Answer:
        """Return every provider and every refresh, those that were never asked or never ran included.

        Raises:
            DocumentsUnavailableError: the document store did not answer.
        """
        states, runs = await asyncio.gather(self._repository.provider_states(), self._repository.runs())
        now = self._clock.now()
        saved = _passed_over_for_quota(runs.values())
        families = {**QUOTE_PROVIDERS, **{name: name for name in sorted(states) if name not in QUOTE_PROVIDERS}}
        providers = [
            provider_status(name, family, states.get(name), now=now, saved=name in saved)
            for name, family in families.items()
        ]
        refreshes = [
            refresh_status(name, promise, runs.get(name, Runs()), now=now) for name, promise in REFRESHES.items()
        ]
        return Answer(
            data=_status(providers, refreshes).model_dump_json(),
            as_of=_oldest(runs.values()),
            source=self._source,
            stale=any(refresh.late for refresh in refreshes),
        )


def _status(providers: list[ProviderStatus], refreshes: list[RefreshStatus]) -> PlatformStatus:
    summary = StatusSummary(
        providers=len(providers),
        providers_usable=sum(provider.state in _USABLE for provider in providers),
        refreshes=len(refreshes),
        refreshes_late=sum(refresh.late for refresh in refreshes),
    )
    return PlatformStatus(summary=summary, providers=providers, refreshes=refreshes)


def _oldest(runs: Iterable[Runs]) -> datetime | None:
    """Return the age of what is told: providers' states are written at the end of each run."""
    ended = [run.last.finished_at or run.last.started_at for run in runs if run.last is not None]
    return min(ended, default=None)


def _passed_over_for_quota(runs: Iterable[Runs]) -> set[str]:
    latest = (run.last for run in runs if run.last is not None)
    return {source.provider for report in latest for source in report.sources if source.error_code == "quota_spent"}
