"""A refresh function's HTTP side: who may start a run, which run it is, and how its report is told.

No FastAPI here: one POST, one answer. Cloud Scheduler reads the status: 2xx is done, anything else is tried again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.auth.oidc import CallerVerifier, SchedulerTokens
from shared.auth.secrets import LatestSecrets, Read
from shared.cache.entry import Recorded
from shared.core.clock import Clock, SystemClock
from shared.core.errors import SettingsError
from shared.core.logging import configure_logging
from shared.core.settings import Settings
from shared.records.refresh import Outcome, RefreshReport, report_to_fields

from .call import Call
from .negotiation import request_ids
from .problems import explain, problem

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


class RefreshFunction:
    """Turns a refresh into a functions-framework target.

    `build` makes the refresh from the settings on the first request: functions-framework imports our code in
    a process that it forks afterwards, so nothing with a thread or a socket may exist before. It is made anew when a
    provider's key changed in Secret Manager.
    """

    def __init__(
        self,
        build: Callable[[Settings], Refresh],
        *,
        settings: Callable[[], Settings] = Settings.from_environment,
        clock: Clock | None = None,
        verifier: CallerVerifier | None = None,
        read_secret: Read | None = None,
    ) -> None:
        self._build = build
        self._read_settings = settings
        self._clock = clock or SystemClock()
        self._verifier = verifier
        self._next_id = request_ids()
        self._read_secret = read_secret
        self._secrets: LatestSecrets | None = None
        self._settings: Settings | None = None
        self._refresh: Refresh | None = None

    async def handle(self, request: Request) -> Response:
        """Answer one request: 200 with the report, 202 while another run is at it, 401, 405, 503."""
        call = Call(self._next_id().decode(), clock=self._clock, started=self._clock.monotonic())
        if request.method != "POST":
            allow = [(b"allow", b"POST")]
            return answer_of(problem(405, "Method Not Allowed", code="method_not_allowed", call=call, headers=allow))
        try:
            report = await self._start(request)
        except Exception as error:  # noqa: BLE001  outermost: the framework's own answer would be plain text
            return answer_of(explain(error, call))
        return _told(report)

    async def _start(self, request: Request) -> RefreshReport:
        if self._settings is None:
            configure_logging()
            self._settings = self._read_settings()
        if self._verifier is None:
            self._verifier = verifier_of(self._settings, self._clock)
        await self._verifier.verify(request.headers.get("authorization"))
        if self._secrets is None:
            self._secrets = LatestSecrets(self._settings, self._clock, self._read_secret)
        settings = await self._secrets.settings()
        if self._refresh is None or settings is not self._settings:
            self._settings, self._refresh = settings, self._build(settings)
        return await self._refresh.run(occasion_of(request, self._clock.now()))


def occasion_of(request: Request, now: datetime) -> Occasion:
    """Name the run that a verified request asks for.

    The headers are constant over the deliveries of one occasion, and trusted only because the token was verified.
    A run started by hand has no schedule time and is an occasion of its own.

    Source: https://cloud.google.com/scheduler/docs/reference/rpc/google.cloud.scheduler.v1
    """
    job = request.headers.get("x-cloudscheduler-jobname", "manual")
    time = request.headers.get("x-cloudscheduler-scheduletime", f"unscheduled {now.isoformat()}")
    return Occasion(key=f"{job}@{time}")


def verifier_of(settings: Settings, clock: Clock) -> CallerVerifier:
    """Return what tells the one account that may start anything.

    Raises:
        SettingsError: there is none.
    """
    if settings.scheduler is None:
        raise SettingsError("SCHEDULER_ACCOUNT", "is not set, so nobody may start a refresh")
    return SchedulerTokens(settings.scheduler, clock)


def _told(report: RefreshReport) -> Response:
    fields = report_to_fields(report)
    for name in ("started_at", "finished_at"):
        fields[name] = fields[name].isoformat() if fields[name] else None
    return JSONResponse(fields, status_code=_STATUS[report.outcome])


def answer_of(recorded: Recorded) -> Response:
    """Return an answer as one that the framework sends."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in recorded.headers}
    return Response(recorded.body, recorded.status, headers=headers)
