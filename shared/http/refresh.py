"""A refresh function's HTTP side: who may start a run, which run it is, and how its report is told.

No FastAPI here: one POST, one answer. Cloud Scheduler reads the status: 2xx is done, anything else is tried again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Unpack

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.auth.secrets import LatestSecrets, Read
from shared.core.settings import Settings
from shared.records.refresh import Outcome, RefreshReport, report_to_fields

from .started import Frame, StartedFunction

_STATUS: dict[Outcome, int] = {"succeeded": 200, "degraded": 200, "running": 202, "failed": 503}


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a run happens; the same occasion may be delivered more than once."""

    key: str
    """Names the run: the job and the time it was scheduled for."""


class Refresh(Protocol):
    """What a refresh function does."""

    async def run(self, occasion: Occasion) -> RefreshReport:
        """Do the run, or return the report of the one that did or is doing it."""
        ...


class RefreshFunction(StartedFunction):
    """Turns a refresh into a functions-framework target; it is made anew when a provider's key changed in Secret Manager."""

    def __init__(
        self, build: Callable[[Settings], Refresh], *, read_secret: Read | None = None, **frame: Unpack[Frame]
    ) -> None:
        super().__init__(**frame)
        self._build = build
        self._read_secret = read_secret
        self._secrets: LatestSecrets | None = None
        self._built_from: Settings | None = None
        self._refresh: Refresh | None = None

    async def _work(self, request: Request, settings: Settings) -> Response:
        if self._secrets is None:
            self._secrets = LatestSecrets(settings, self._clock, self._read_secret)
        latest = await self._secrets.settings()
        if self._refresh is None or latest is not self._built_from:
            self._refresh, self._built_from = self._build(latest), latest
        return _told(await self._refresh.run(occasion_of(request, self._clock.now())))


def occasion_of(request: Request, now: datetime) -> Occasion:
    """Name the run that a verified request asks for.

    The headers are constant over the deliveries of one occasion, and trusted only because the token was verified.
    A run started by hand has no schedule time and is an occasion of its own.

    Source: https://cloud.google.com/scheduler/docs/reference/rpc/google.cloud.scheduler.v1
    """
    job = request.headers.get("x-cloudscheduler-jobname", "manual")
    time = request.headers.get("x-cloudscheduler-scheduletime", f"unscheduled {now.isoformat()}")
    return Occasion(key=f"{job}@{time}")


def _told(report: RefreshReport) -> Response:
    fields = report_to_fields(report)
    for name in ("started_at", "finished_at"):
        fields[name] = fields[name].isoformat() if fields[name] else None
    return JSONResponse(fields, status_code=_STATUS[report.outcome])
