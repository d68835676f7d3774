"""One stop after another: ask, and compare with the document."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import httpx2
from jsonschema import Draft202012Validator

from .itinerary import NAMES, Stop

_OF_EVERY_ANSWER = ("x-request-id", "x-response-time")
_LONGEST_LIST = 2
_KEPT_ANSWER = 32 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What came of one stop."""

    stop: Stop
    status: int
    took_ms: float
    complaints: tuple[str, ...]
    cache: str = ""
    source: str = ""
    stale: bool = False
    answer: Any = None
    """The JSON that came, lists cut to two items; `None` for anything else."""

    @property
    def as_documented(self) -> bool:
        """Whether nothing is to be complained of."""
        return not self.complaints


class Visitor:
    """Asks a gateway, and remembers what later stops need."""

    def __init__(self, client: httpx2.Client, document: Mapping[str, Any], *, token: str | None) -> None:
        self._client = client
        self._document = document
        self._token = token
        self._kept = dict(NAMES)

    def visit(self, stops: Sequence[Stop]) -> Iterator[Visit]:
        """Visit every stop in turn."""
        for stop in stops:
            yield self._visited(stop)

    def _visited(self, stop: Stop) -> Visit:
        self._kept["now_s"] = str(int(time.time()))
        operation = self._document["paths"][stop.path][stop.method.lower()]
        try:
            request = self._request(stop, signed=_wants_a_caller(operation))
        except KeyError as error:
            return Visit(stop=stop, status=0, took_ms=0, complaints=(f"nothing before it gave {error}",))
        began = time.perf_counter()
        response = self._client.send(request)
        took_ms = (time.perf_counter() - began) * 1000
        body = _json(response)
        nothing_kept = response.status_code == stop.or_status
        complaints = [
            *self._complaints(stop, operation, response, body),
            *(() if nothing_kept else self._keep(stop, body)),
        ]
        meta = body.get("meta", {}) if isinstance(body, dict) else {}
        return Visit(
            stop=stop,
            status=response.status_code,
            took_ms=took_ms,
            complaints=tuple(complaints),
            cache=response.headers.get("x-cache", ""),
            source=", ".join(meta.get("sources") or ()) if isinstance(meta, dict) else "",
            stale=isinstance(meta, dict) and bool(meta.get("stale")),
            answer=shortened(body),
        )

    def _request(self, stop: Stop, *, signed: bool) -> httpx2.Request:
        path = stop.path.replace(":path}", "}").format_map(self._kept)
        headers = {name: value.format_map(self._kept) for name, value in stop.headers.items()}
        if signed and self._token:
            headers = {"Authorization": f"Bearer {self._token}", **headers}
        body = None if stop.body is None else json.loads(_filled(json.dumps(stop.body), self._kept))
        query = {name: value.format_map(self._kept) for name, value in stop.query.items()}
        return self._client.build_request(stop.method, path, params=query, json=body, headers=headers)

    def _complaints(self, stop: Stop, operation: Mapping[str, Any], response: httpx2.Response, body: Any) -> list[str]:
        status = str(response.status_code)
        missing = [f"no {name}" for name in _OF_EVERY_ANSWER if name not in response.headers]
        if status not in operation["responses"]:
            return [*missing, f"{status} is not documented: {response.text[:120]}"]
        if response.status_code >= 300 and response.status_code != stop.or_status:
            return [*missing, f"{status}: {response.text[:160]}"]
        return [*missing, *self._against_schema(operation["responses"][status], response, body)]

    def _against_schema(self, documented: Mapping[str, Any], response: httpx2.Response, body: Any) -> list[str]:
        media_type = response.headers.get("content-type", "").partition(";")[0]
        content = documented.get("content", {})
        if not content and not response.content:
            return []
        if media_type not in content:
            return [f"{media_type} is not documented"]
        schema = content[media_type].get("schema")
        if not schema or body is None:
            return []
        whole = {**schema, "components": self._document["components"]}
        errors = Draft202012Validator(whole).iter_errors(body)
        return [f"{'.'.join(map(str, error.absolute_path))}: {error.message[:120]}" for error in islice(errors, 3)]

    def _keep(self, stop: Stop, body: Any) -> Iterator[str]:
        for name, place in stop.keep.items():
            found = _at(body, place)
            if found is None:
                yield f"{place} is not in the answer"
            else:
                self._kept[name] = str(found)


def shortened(value: Any) -> Any:
    """Return an answer with every list of lists or objects cut to two items, and `None` for one that is still large."""
    short = _shortened(value)
    return short if len(json.dumps(short)) <= _KEPT_ANSWER else None


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shortened(part) for name, part in value.items()}
    if isinstance(value, list):
        # A list of plain values is one thing, as a candle is.
        nested = any(isinstance(part, dict | list) for part in value)
        return [_shortened(part) for part in (value[:_LONGEST_LIST] if nested else value)]
    return value


def _wants_a_caller(operation: Mapping[str, Any]) -> bool:
    return bool(operation.get("security"))


def _json(response: httpx2.Response) -> Any:
    if "json" not in response.headers.get("content-type", "") or "ndjson" in response.headers["content-type"]:
        return None
    return response.json()


def _filled(text: str, kept: Mapping[str, str]) -> str:
    for name, value in kept.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _at(body: Any, place: str) -> Any:
    """Return what stands at a place such as `data.0.id`, `None` when nothing does."""
    for part in place.split("."):
        try:
            body = body[int(part)] if isinstance(body, list) else body[part]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return body
