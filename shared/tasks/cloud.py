"""Cloud Tasks over REST: one call, for which its own library would cost a tenth of a second of every cold start and 20 MB.

Source: https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks/create
"""

import asyncio
import base64
import json
from collections.abc import Mapping
from typing import Any

from shared.core.errors import SettingsError, TasksUnavailableError
from shared.core.settings import Settings

ADDRESS = "https://cloudtasks.googleapis.com"
_SCOPE = "https://www.googleapis.com/auth/cloud-tasks"
_WITHIN_S = 5.0
_ALREADY_THERE = 409


class CloudTaskQueue:
    """One queue. Who the job is called as is the queue's own setting, so a task names nobody.

    Args:
        queue: `projects/…/locations/…/queues/…`; `None` where nobody named one, which only matters to whoever puts something in.
        url: Where the job is.
        address: Of Cloud Tasks, or of its stand-in, which asks for no sign-in.
    """

    def __init__(self, queue: str | None, url: str | None, *, address: str = ADDRESS) -> None:
        self._queue = queue
        self._url = url
        self._address = address.rstrip("/")
        self._session: Any = None

    async def put(self, name: str, body: Mapping[str, object]) -> None:
        """Put a task into the queue; one of this name that is there already, or was lately, is not put again.

        Raises:
            TasksUnavailableError: the queue did not take it.
            SettingsError: nobody said which queue, or where its job is.
        """
        if self._queue is None or self._url is None:
            raise SettingsError("JOB_QUEUES", "names no queue of this job, or JOB_URLS no address")
        await asyncio.to_thread(self._post, name, body)

    def _post(self, name: str, body: Mapping[str, object]) -> None:
        from google.auth.exceptions import GoogleAuthError
        from requests import RequestException

        task = {
            "name": f"{self._queue}/tasks/{name}",
            "httpRequest": {
                "url": self._url,
                "httpMethod": "POST",
                "headers": {"Content-Type": "application/json"},
                "body": base64.b64encode(json.dumps(body).encode()).decode(),
            },
        }
        try:
            answer = self._opened().post(
                f"{self._address}/v2/{self._queue}/tasks", json={"task": task}, timeout=_WITHIN_S
            )
        except (RequestException, GoogleAuthError) as error:
            raise TasksUnavailableError(f"Cloud Tasks did not answer: {type(error).__name__}") from error
        if answer.status_code != _ALREADY_THERE and not answer.ok:
            raise TasksUnavailableError(f"Cloud Tasks answered HTTP {answer.status_code}")

    def _opened(self) -> Any:
        """Return the session; signed in by the function's own account unless a stand-in is asked."""
        if self._session is None:
            if self._address == ADDRESS:
                import google.auth
                from google.auth.transport.requests import AuthorizedSession

                credentials, _ = google.auth.default(scopes=[_SCOPE])
                self._session = AuthorizedSession(credentials)
            else:
                from requests import Session

                self._session = Session()
                self._session.trust_env = False
        return self._session


def queue_of(job: str, settings: Settings) -> CloudTaskQueue:
    """Return the queue of a job function, as `JOB_QUEUES` and `JOB_URLS` name it."""
    environment = settings.environment
    queue, url = (_named(environment, name).get(job) for name in ("JOB_QUEUES", "JOB_URLS"))
    return CloudTaskQueue(queue, url, address=environment.get("CLOUD_TASKS_URL") or ADDRESS)


def _named(environment: Mapping[str, str], name: str) -> dict[str, str]:
    pairs = (entry.partition("=") for entry in environment.get(name, "").split(",") if entry)
    return {key: value for key, _, value in pairs}
