"""A function that works off a task queue: one POST with a task, one answer that tells the queue whether it is done.

2xx takes the task out of the queue; anything else lets the queue hand it out again, later and later.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, Unpack

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.core.settings import Settings

from .started import Frame, StartedFunction, body_of


class Worker(Protocol):
    """What does the tasks; each may be handed out more than once."""

    async def work(self, task: object) -> Mapping[str, Any]:
        """Do a task, or find it done, and return what is told of it.

        Raises:
            InvalidParameterError: it cannot be followed.
            UnavailableError: it cannot be done now; it comes again.
        """
        ...


class TaskFunction(StartedFunction):
    """Turns a worker into a functions-framework target; who may hand out tasks is who may start a refresh."""

    def __init__(self, build: Callable[[Settings], Worker], **frame: Unpack[Frame]) -> None:
        super().__init__(**frame)
        self._build = build
        self._worker: Worker | None = None

    async def _work(self, request: Request, settings: Settings) -> Response:
        task = await body_of(request)
        if self._worker is None:
            self._worker = self._build(settings)
        return JSONResponse(dict(await self._worker.work(task)))
