"""Sending events to addresses that callers gave: signed, bounded, and never to the inside.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import asyncio
import logging
import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.core.clock import Clock
from shared.core.trust import authorities

from .addresses import AddressRefusedError, Resolve, Target, resolved, target_of

if TYPE_CHECKING:
    import httpx2

USER_AGENT = "CryptoPrism/0.1 (alerts)"
_TIMEOUT = timedelta(seconds=10)


class WebhookSender:
    """Posts signed events; connections are opened for one event each, because each goes to an address that was just looked at.

    Args:
        clock: Tells the time that is signed.
        allowed: `host:port` of receivers that are let through as they are.
        resolve: Tells the addresses of a name.
        timeout: For one event from name to answer.
        trust: What certificates are checked against; the system's by default.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        allowed: frozenset[str] = frozenset(),
        resolve: Resolve = resolved,
        timeout: timedelta = _TIMEOUT,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._allowed = allowed
        self._resolve = resolve
        self._timeout = timeout
        self._trust = trust

    async def send(self, url: str, *, event_id: str, payload: str, secrets: Sequence[str]) -> str:
        """Return how it went: the answer's status, `timeout`, `no connection`, or why the address is refused.

        A redirect is an answer like any other and is not followed: it could lead inside.
        """
        import httpx2

        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                target = await target_of(url, resolve=self._resolve, allowed=self._allowed)
                return await self._posted(target, self._headers(event_id, payload, secrets), payload.encode())
        except AddressRefusedError as error:
            return f"address refused: {error}"
        except (TimeoutError, httpx2.TimeoutException):
            return "timeout"
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            return f"no connection ({type(error).__name__})"

    def _headers(self, event_id: str, payload: str, secrets: Sequence[str]) -> dict[str, str]:
        now = self._clock.now()
        return {
            "content-type": "application/json",
            "user-agent": USER_AGENT,
            "webhook-id": event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signature(each, event_id, now, payload) for each in secrets),
        }

    async def _posted(self, target: Target, headers: dict[str, str], body: bytes) -> str:

        logging.getLogger("httpx2").setLevel(logging.WARNING)  # it would log each address
        host = f"[{target.address}]" if ":" in target.address else target.address
        named = target.host if target.port in (80, 443) else f"{target.host}:{target.port}"
        url = f"{'https' if target.secure else 'http'}://{host}:{target.port}{target.path}"
        async with self._client() as client:
            request = client.build_request("POST", url, headers={**headers, "host": named}, content=body)
            # The certificate has to be the name's, though the connection goes to the address.
            request.extensions["sni_hostname"] = target.host
            response = await client.send(request, stream=True)
            # What it says beyond its status is of no interest, and could be endless.
            await response.aclose()
            return str(response.status_code)

    def _client(self) -> "httpx2.AsyncClient":
        import httpx2

        trust = authorities() if self._trust is None else self._trust
        seconds = self._timeout.total_seconds()
        return httpx2.AsyncClient(verify=trust, timeout=seconds, follow_redirects=False, trust_env=False)


def signature(secret: str, event_id: str, at: datetime, payload: str) -> str:
    """Return the event's signature by one secret, `v1,…`."""
    from standardwebhooks import Webhook

    return Webhook(secret).sign(event_id, at, payload)
