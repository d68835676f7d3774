"""The form of every answer: `data`, and `meta` that says where it comes from and how old it is."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Generic, TypeVar
from urllib.parse import quote

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.records.answer import Answer

from .call import Call, call_of

T = TypeVar("T")

# The cache makes the stale form of a body by its last `"stale":false`, so there are no blanks here.
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


class Meta(BaseModel):
    """Where an answer comes from and how old it is, as of its making; add the `Age` header for its age now."""

    model_config = ConfigDict(extra="allow")

    as_of: datetime | None = Field(description="Time of the oldest fact that counts, UTC; null when none is dated.")
    age_s: float | None = Field(description="Seconds from `as_of` to the making of this answer.", ge=0)
    stale: bool = Field(description="Whether a fact or the answer is older than promised.")
    source: str = Field(description="`live`, `sandbox` or `replay`.")
    sources: list[str] = Field(description="Providers whose facts are in it.")
    latency_ms: float = Field(description="Milliseconds it took to make this answer.", ge=0)
    request_id: str = Field(description="The request this answer was made for; your own is in `X-Request-Id`.")
    total: int | None = Field(default=None, description="How many there are on all pages; lists only.")
    next: str | None = Field(default=None, description="The next page, relative to this one's address; also in `Link`.")


class Envelope(BaseModel, Generic[T]):
    """An answer; `T` is its data."""

    data: T
    meta: Meta


class Problem(BaseModel):
    """An error (RFC 9457)."""

    detail: str = Field(description="What happened, for people.")
    type: str = Field(description="Always `about:blank`.")
    title: str = Field(description="The status in words.")
    status: int
    code: str = Field(description="What happened, for programs.")
    request_id: str


def answered(request: Request, answer: Answer, *, links: Mapping[str, str] | None = None) -> Response:
    """Return the answer in its envelope.

    Args:
        request: The one answered.
        answer: `meta["next"]` also becomes the `Link` to the next page.
        links: Further `Link` targets by relation.
    """
    meta = _meta(call_of(request.scope), answer)
    targets = dict(links or {})
    following = answer.meta.get("next")
    if isinstance(following, str):
        targets["next"] = following
    headers = {"link": _link(targets)} if targets else None
    return Response(f'{{"data":{answer.data},"meta":{meta}}}', headers=headers, media_type="application/json")


def _meta(call: Call, answer: Answer) -> str:
    fields: dict[str, object] = {
        "as_of": None if answer.as_of is None else iso(answer.as_of),
        "age_s": None if answer.as_of is None else _age(call, answer.as_of),
        "stale": answer.stale,
        "source": answer.source,
        "sources": answer.sources,
        "latency_ms": round((call.clock.monotonic() - call.started) * 1000, 2),
        "request_id": call.request_id,
        **answer.meta,
    }
    return _encode(fields)


def iso(time: datetime) -> str:
    """Return the time in UTC as ISO-8601 with `Z`."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _age(call: Call, as_of: datetime) -> float:
    # A provider's clock may run ahead of ours; nothing is younger than now.
    return max(0.0, round((call.clock.now() - as_of).total_seconds(), 3))


def _link(targets: Mapping[str, str]) -> str:
    return ", ".join(f'<{quote(target, safe="/:?&=%,;@+~!$()*")}>; rel="{rel}"' for rel, target in targets.items())
