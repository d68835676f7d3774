"""The HTTP side that refreshes, jobs and task workers have in common: one POST, who may send it, and errors as answers.

No FastAPI here. Nothing is made before the first request: functions-framework imports our code in a process that it forks
afterwards, so nothing with a thread or a socket may exist before.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypedDict, Unpack

from starlette.requests import Request
from starlette.responses import Response

from shared.auth.oidc import CallerVerifier, SchedulerTokens
from shared.cache.entry import Recorded
from shared.core.clock import Clock, SystemClock
from shared.core.errors import InvalidParameterError, SettingsError
from shared.core.logging import configure_logging
from shared.core.settings import Settings

from .body import limited
from .call import Call
from .negotiation import request_ids
from .problems import explain, problem


class Frame(TypedDict, total=False):
    """What a function is given in tests."""

    settings: Callable[[], Settings]
    """Reads the settings, on the first request; from the environment by default."""
    clock: Clock
    verifier: CallerVerifier
    """Tells the account that may start it; by default the one that the settings name."""


class StartedFunction(ABC):
    """A functions-framework target that one account alone may start."""

    def __init__(self, **frame: Unpack[Frame]) -> None:
        self._read_settings = frame.get("settings", Settings.from_environment)
        self._clock = frame.get("clock") or SystemClock()
        self._verifier = frame.get("verifier")
        self._next_id = request_ids()
        self._settings: Settings | None = None

    async def handle(self, request: Request) -> Response:
        """Answer one request: with what the work came to, or 401, 405, 413, 422, 503."""
        call = Call(self._next_id().decode(), clock=self._clock, started=self._clock.monotonic())
        if request.method != "POST":
            allow = [(b"allow", b"POST")]
            return _answer(problem(405, "Method Not Allowed", code="method_not_allowed", call=call, headers=allow))
        try:
            settings = await self._verified(request)
            return await self._work(request, settings)
        except Exception as error:  # noqa: BLE001  outermost: the framework's own answer would be plain text
            return _answer(explain(error, call))

    @abstractmethod
    async def _work(self, request: Request, settings: Settings) -> Response:
        """Do what a verified request asks for, and tell it."""

    async def _verified(self, request: Request) -> Settings:
        if self._settings is None:
            configure_logging()
            self._settings = self._read_settings()
        if self._verifier is None:
            self._verifier = _verifier_of(self._settings, self._clock)
        await self._verifier.verify(request.headers.get("authorization"))
        return self._settings


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


def _verifier_of(settings: Settings, clock: Clock) -> CallerVerifier:
    if settings.scheduler is None:
        raise SettingsError("SCHEDULER_ACCOUNT", "is not set, so nobody may start a refresh")
    return SchedulerTokens(settings.scheduler, clock)


def _answer(recorded: Recorded) -> Response:
    """Return an answer as one that the framework sends."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in recorded.headers}
    return Response(recorded.body, recorded.status, headers=headers)
