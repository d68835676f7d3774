"""A function that works off a task queue: one POST with a task, one answer that tells the queue whether it is done.

2xx takes the task out of the queue; anything else lets the queue hand it out again, later and later.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.auth.oidc import CallerVerifier
from shared.core.clock import Clock, SystemClock
from shared.core.logging import configure_logging
from shared.core.settings import Settings

from .call import Call
from .job import body_of
from .negotiation import request_ids
from .problems import explain, problem
from .refresh import answer_of, verifier_of


class Worker(Protocol):
    """What does the tasks; each may be handed out more than once."""

    async def work(self, task: object) -> Mapping[str, Any]:
        """Do a task, or find it done, and return what is told of it.

        Raises:
            InvalidParameterError: it cannot be followed.
            UnavailableError: it cannot be done now; it comes again.
        """
        ...


class TaskFunction:
    """Turns a worker into a functions-framework target; who may hand out tasks is who may start a refresh."""

    def __init__(
        self,
        build: Callable[[Settings], Worker],
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
        self._worker: Worker | None = None

    async def handle(self, request: Request) -> Response:
        """Answer one request: 200 when the task is done or was, 401, 405, 413, 422, 503."""
        call = Call(self._next_id().decode(), clock=self._clock, started=self._clock.monotonic())
        if request.method != "POST":
            allow = [(b"allow", b"POST")]
            return answer_of(problem(405, "Method Not Allowed", code="method_not_allowed", call=call, headers=allow))
        try:
            told = await self._start(request)
        except Exception as error:  # noqa: BLE001  outermost: the framework's own answer would be plain text
            return answer_of(explain(error, call))
        return JSONResponse(dict(told))

    async def _start(self, request: Request) -> Mapping[str, Any]:
        if self._settings is None:
            configure_logging()
            self._settings = self._read_settings()
        if self._verifier is None:
            self._verifier = verifier_of(self._settings, self._clock)
        await self._verifier.verify(request.headers.get("authorization"))
        task = await body_of(request)
        if self._worker is None:
            self._worker = self._build(self._settings)
        return await self._worker.work(task)
