"""A job's HTTP side: work that an operator or Cloud Tasks starts, a bounded part of it a call, until it is done.

The status tells the caller whether to call again: 200 all is done, 202 something is left (or somebody else is at it),
503 with `Retry-After` nobody could be asked for now. Cloud Tasks takes 2xx for the end; a loop reads `state`.
"""

import json
from collections.abc import Callable
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.auth.oidc import CallerVerifier
from shared.core.clock import Clock, SystemClock
from shared.core.errors import InvalidParameterError
from shared.core.logging import configure_logging
from shared.core.settings import Settings
from shared.records.backfill import BackfillProgress, progress_to_fields

from .body import limited
from .call import Call
from .negotiation import request_ids
from .problems import explain, problem
from .refresh import answer_of, verifier_of

_TRY_AGAIN_S = 5
"""When something is left but somebody else is at it."""


class Job(Protocol):
    """What a job function does."""

    async def run(self, body: object) -> BackfillProgress:
        """Do the next part of what the body asks for, and return how far it is.

        Raises:
            InvalidParameterError: the body cannot be followed.
            UnavailableError: nobody could be asked; what was done stays done.
        """
        ...


class JobFunction:
    """Turns a job into a functions-framework target; who may start it is who may start a refresh."""

    def __init__(
        self,
        build: Callable[[Settings], Job],
        *,
        settings: Callable[[], Settings] = Settings.from_environment,
        clock: Clock | None = None,
        verifier: CallerVerifier | None = None,
    ) -> None:
        self._build = build
        self._read_settings = settings
        self._clock = clock or SystemClock()
        self._verifier = verifier
        self._next_id = request_ids()
        self._settings: Settings | None = None
        self._job: Job | None = None

    async def handle(self, request: Request) -> Response:
        """Answer one request: 200 or 202 with the progress, 401, 405, 413, 422, 503."""
        call = Call(self._next_id().decode(), clock=self._clock, started=self._clock.monotonic())
        if request.method != "POST":
            allow = [(b"allow", b"POST")]
            return answer_of(problem(405, "Method Not Allowed", code="method_not_allowed", call=call, headers=allow))
        try:
            progress = await self._start(request)
        except Exception as error:  # noqa: BLE001  outermost: the framework's own answer would be plain text
            return answer_of(explain(error, call))
        return self._told(progress)

    async def _start(self, request: Request) -> BackfillProgress:
        if self._settings is None:
            configure_logging()
            self._settings = self._read_settings()
        if self._verifier is None:
            self._verifier = verifier_of(self._settings, self._clock)
        await self._verifier.verify(request.headers.get("authorization"))
        body = await body_of(request)
        if self._job is None:
            self._job = self._build(self._settings)
        return await self._job.run(body)

    def _told(self, progress: BackfillProgress) -> Response:
        done = progress.state == "done"
        busy = progress.lease_until is not None and not progress.due(self._clock.now())
        headers = {"Retry-After": str(_TRY_AGAIN_S)} if busy else {}
        return JSONResponse(told(progress), status_code=200 if done else 202, headers=headers)


def told(progress: BackfillProgress) -> dict[str, Any]:
    """Return progress as JSON can say it, without who is at it."""
    fields = {name: value for name, value in progress_to_fields(progress).items() if name != "holder"}
    readable: dict[str, Any] = json.loads(json.dumps(fields, default=lambda time: time.isoformat()))
    return readable


async def body_of(request: Request) -> object:
    """Return the JSON of a request's body.

    Raises:
        InvalidParameterError: it is none.
    """
    bounded = Request(request.scope, limited(request.scope, request.receive))
    try:
        body: object = json.loads(await bounded.body())
    except (ValueError, RecursionError):
        raise InvalidParameterError("body", "is no JSON") from None
    return body
