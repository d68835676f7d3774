"""How the platform's providers and refreshes are doing, in one answer."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.core.clock import Clock
from shared.core.settings import DataSource
from shared.records.answer import Answer
from shared.records.provider import PROVIDERS, Kind, ProviderState, state_name, with_account
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
        providers = [
            provider_status(
                each.id, each.family, _state_of(each, states), kind=each.kind, now=now, saved=each.id in saved
            )
            for each in _listed(states)
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


@dataclass(frozen=True, slots=True)
class _Named:
    """One provider at one kind, and the name of the document about it."""

    id: str
    family: str
    kind: Kind | None
    state: str


def _listed(states: Mapping[str, ProviderState]) -> list[_Named]:
    """Return every provider at every kind, then those that only an earlier or later version knows."""
    known = [
        _Named(name, family, kind, state_name(name, kind))
        for kind, providers in PROVIDERS.items()
        for name, family in providers.items()
    ]
    others = sorted(states.keys() - {each.state for each in known})
    return known + [_Named(name, name, None, name) for name in others]


def _state_of(named: _Named, states: Mapping[str, ProviderState]) -> ProviderState | None:
    """Return the state at one kind, with the account's quotas and keys."""
    state, account = states.get(named.state), states.get(named.id)
    return with_account(state, account) if state and account else state


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
