"""Providers' keys as Secret Manager holds them now: a new version is used within five minutes, without a new revision.

What a function starts with are environment variables, bound to the version of its release; this looks past them.
"""

import asyncio
import base64
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from shared.core.clock import Clock
from shared.core.settings import Settings

log = logging.getLogger(__name__)

LOOKED_AT_EVERY_S = 300.0
_URL = "https://secretmanager.googleapis.com"
_TIMEOUT_S = 5

Read = Callable[[str], str]
"""From the name of a secret to its newest value; blocks, and may fail in any way."""


class LatestSecrets:
    """Tells when keys changed.

    Args:
        settings: What the function started with; `ROTATING_SECRETS` names the secrets to look at, by commas.
        clock: Measures the pause between two looks.
        read: Reads one secret; `None` asks Secret Manager.
    """

    def __init__(self, settings: Settings, clock: Clock, read: Read | None = None) -> None:
        self._settings = settings
        self._clock = clock
        self._read = read or (lambda name: read_latest(name, project=settings.project))
        self._names = _listed(settings.environment)
        self._next_look = float("-inf")

    async def settings(self) -> Settings:
        """Return the settings with the newest keys: the same object as before while nothing changed."""
        now = self._clock.monotonic()
        if self._names and now >= self._next_look:
            self._next_look = now + LOOKED_AT_EVERY_S
            changed = await asyncio.to_thread(self._changed)
            if changed:
                log.info("secrets.changed", extra={"secrets": sorted(changed)})
                self._settings = replace(self._settings, environment={**self._settings.environment, **changed})
        return self._settings

    def _changed(self) -> dict[str, str]:
        found = {name: value for name in self._names if (value := self._value(name)) is not None}
        return {name: value for name, value in found.items() if value != self._settings.environment.get(name)}

    def _value(self, name: str) -> str | None:
        try:
            value = self._read(name).strip()
        except Exception as error:  # noqa: BLE001  the keys that were there before go on; the next look comes soon
            log.warning("secrets.not_read", extra={"secret": name, "error": type(error).__name__})
            return None
        # Terraform stores a sentence where somebody raised a counter and gave no value: no key has blanks.
        if not value or any(character.isspace() for character in value):
            log.warning("secrets.no_key", extra={"secret": name})
            return None
        return value


def read_latest(name: str, *, project: str, url: str = _URL, credentials: object | None = None) -> str:
    """Return the newest version of a secret.

    Raises:
        requests.RequestException: Secret Manager did not answer, or refused.
        ValueError: the answer cannot be read.

    Source: https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access
    """
    import google.auth
    from google.auth.transport.requests import AuthorizedSession

    if credentials is None:
        credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    with AuthorizedSession(credentials) as session:
        answer = session.get(f"{url}/v1/projects/{project}/secrets/{name}/versions/latest:access", timeout=_TIMEOUT_S)
        answer.raise_for_status()
        return base64.b64decode(json.loads(answer.content)["payload"]["data"], validate=True).decode()


def _listed(environment: Mapping[str, str]) -> Sequence[str]:
    return [name.strip() for name in environment.get("ROTATING_SECRETS", "").split(",") if name.strip()]
