"""A job's HTTP side: work that an operator or Cloud Tasks starts, a bounded part of it a call, until it is done.

The status tells the caller whether to call again: 200 all is done, 202 something is left (or somebody else is at it),
503 with `Retry-After` nobody could be asked for now. Cloud Tasks takes 2xx for the end; a loop reads `state`.
"""

import json
from collections.abc import Callable
from typing import Any, Protocol, Unpack

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.core.settings import Settings
from shared.records.backfill import BackfillProgress, progress_to_fields

from .started import Frame, StartedFunction, body_of

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


class JobFunction(StartedFunction):
    """Turns a job into a functions-framework target; who may start it is who may start a refresh."""

    def __init__(self, build: Callable[[Settings], Job], **frame: Unpack[Frame]) -> None:
        super().__init__(**frame)
        self._build = build
        self._job: Job | None = None

    async def _work(self, request: Request, settings: Settings) -> Response:
        body = await body_of(request)
        if self._job is None:
            self._job = self._build(settings)
        return self._told(await self._job.run(body))

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
