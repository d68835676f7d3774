"""A plain HTTP client for tests, which shows what happens to the connection, and the sandbox's fixed moment."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PRO, CAP = "pro-for-tests", "cap-for-tests"


@dataclass(frozen=True)
class Got:
    """One answer; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Caller:
    """Calls one server, with a new connection for every request."""

    def __init__(self, port: int, timeout: float = 5.0) -> None:
        self.port = port
        self.timeout = timeout

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Got:
        return self.call("GET", path, headers=headers)

    def call(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Got:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), dict(headers or {}))
            answer = connection.getresponse()
            return Got(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def fault(self, provider: str, kind: str, **more: Any) -> Got:
        return self.call("PUT", f"/admin/faults/{provider}", {"fault": kind, **more})
