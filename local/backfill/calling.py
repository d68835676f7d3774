"""Asking for the next part: a function over HTTP, as Cloud Tasks would, or the same code in this process."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from functions.backfill.job import Backfill
from local.identity import KeyPair, scheduler_claims
from local.web import ask
from shared.core.errors import CallerError, PrismError
from shared.core.settings import Settings
from shared.http.job import told

_ANSWERS_WITHIN_S = 290.0


@dataclass(frozen=True, slots=True)
class Part:
    """What became of one call."""

    progress: Mapping[str, Any] | None
    """How far it is; `None` when it could not go on."""
    problem: str = ""
    """Why it could not."""
    final: bool = False
    """Whether asking again would not help."""


class Asks(Protocol):
    """Does the next part of an order."""

    def next(self, order: Mapping[str, Any]) -> Part:
        """Do the next part."""
        ...


class FunctionCalls:
    """Calls a function with tokens of a local platform.

    Args:
        url: Where it is, and for whom the tokens are.
        identity: The folder of the platform's key.
    """

    def __init__(self, url: str, identity: Path) -> None:
        self._url = url
        self._keys = KeyPair(identity)

    def next(self, order: Mapping[str, Any]) -> Part:
        """Do the next part."""
        token = self._keys.mint(scheduler_claims(self._url, datetime.now(UTC)))
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body = json.dumps(order).encode()
        reply = ask(self._url, method="POST", headers=headers, body=body, timeout_s=_ANSWERS_WITHIN_S)
        if reply is None:
            return Part(None, "the function does not answer")
        try:
            answer = json.loads(reply.body)
        except ValueError:
            return Part(None, f"the function answered {reply.status} without JSON")
        if reply.status in (200, 202):
            return Part(answer)
        return Part(None, str(answer.get("detail", reply.status)), final=400 <= reply.status < 500)


class OwnCalls:
    """Does the parts in this process, over a configured database."""

    def __init__(self, job: Backfill, runner: asyncio.Runner) -> None:
        self._job = job
        self._runner = runner

    @classmethod
    @contextmanager
    def over(cls, settings: Settings) -> "Iterator[OwnCalls]":
        """Give one over what the environment names, for as long as the block lasts."""
        from functions.backfill.wiring import backfill_over

        with asyncio.Runner() as runner:
            job = backfill_over(settings)
            try:
                yield cls(job, runner)
            finally:
                runner.run(job.close())

    def next(self, order: Mapping[str, Any]) -> Part:
        """Do the next part."""
        try:
            return Part(told(self._runner.run(self._job.run(dict(order)))))
        except CallerError as error:
            return Part(None, str(error), final=True)
        except PrismError as error:
            return Part(None, str(error))
