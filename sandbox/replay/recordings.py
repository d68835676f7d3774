"""Reads a folder of recorded answers: its MANIFEST.json, and every body checked against its SHA-256."""

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\+\d{2}:\d{2}|Z)?)?")
_PROVIDER = re.compile(r"[a-z0-9][a-z0-9-]*")
# What belongs to the connection or the encoding of that day, not to the answer.
_NOT_REPEATED = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
    | {"content-encoding", "content-length", "date", "set-cookie"}
)


class RecordingError(ValueError):
    """A folder of recordings cannot be used; the message names the file."""


@dataclass(frozen=True)
class Recording:
    """One recorded answer; `recorded_at` is when the provider gave it."""

    file: str
    provider: str
    path: str
    params: tuple[tuple[str, str], ...]
    status: int
    recorded_at: datetime
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fidelity: str

    @property
    def succeeded(self) -> bool:
        """Whether the provider gave what was asked for."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Skipped:
    """A recording that is not served, and why."""

    file: str
    reason: str


def load(folder: Path) -> tuple[list[Recording], list[Skipped]]:
    """Return what can be served, and what cannot.

    Raises:
        RecordingError: the manifest or a body is missing, unreadable, or not what its SHA-256 says.
    """
    manifest = folder / "MANIFEST.json"
    try:
        entries = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecordingError(f"{manifest.name}: {error}") from error
    recordings, skipped = [], []
    for entry in entries:
        body = _body(folder, entry)
        reason, recorded_at = _unusable(entry), time_of(entry)
        if reason:
            skipped.append(Skipped(entry["file"], reason))
        elif recorded_at is None:
            skipped.append(Skipped(entry["file"], "its age cannot be told"))
        else:
            recordings.append(_recording(entry, body, recorded_at))
    return recordings, skipped


def time_of(entry: dict[str, Any]) -> datetime | None:
    """Return when an answer was recorded, or the first ISO date of its note; None when neither says."""
    found = entry.get("recorded_at") or next(iter(_DATE.findall(entry.get("note") or "")), None)
    if found is None:
        return None
    moment = datetime.fromisoformat(found)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _body(folder: Path, entry: dict[str, Any]) -> bytes:
    name = entry["file"]
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise RecordingError(f"{name}: lies outside the folder")
    try:
        body = gzip.decompress(path.read_bytes()) if entry.get("gzip") else path.read_bytes()
    except (OSError, EOFError) as error:
        raise RecordingError(f"{name}: {error}") from error
    if hashlib.sha256(body).hexdigest() != entry["sha256"]:
        raise RecordingError(f"{name}: the body is not what its sha256 in the manifest says")
    return body


def _unusable(entry: dict[str, Any]) -> str | None:
    """Return why a recording is not served, or None."""
    if entry.get("method", "GET") != "GET":
        return "not a GET"
    if not _PROVIDER.fullmatch(entry["provider"]) or _split(entry["endpoint"]) is None:
        return "the endpoint is not a path: part of the answer was lost, or it came another way than by HTTP"
    if "{" in entry["endpoint"] and (entry.get("http_status") or 200) < 400:
        return "which object the path named was not recorded"
    return None


def _split(endpoint: str) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """Split "/api module=account action=balance" into path and parameters; None for what is not that."""
    path, *words = endpoint.split()
    if not path.startswith("/") or "*" in path or not all(re.fullmatch(r"\w+=\w+", word) for word in words):
        return None
    return urlsplit(path).path, tuple(tuple(word.split("=", 1)) for word in words)  # type: ignore[misc]


def _recording(entry: dict[str, Any], body: bytes, recorded_at: datetime) -> Recording:
    path, named = _split(entry["endpoint"]) or ("", ())
    params = dict(named) | dict(parse_qsl(entry.get("params") or "", keep_blank_values=True))
    headers = {name.lower(): value for name, value in (entry.get("response_headers") or {}).items()}
    headers.setdefault(
        "content-type", "application/json; charset=utf-8" if entry.get("is_json", True) else "text/plain; charset=utf-8"
    )
    kept = tuple((name, value) for name, value in headers.items() if name not in _NOT_REPEATED)
    status = entry.get("http_status") or 200
    return Recording(
        entry["file"],
        entry["provider"],
        path,
        tuple(params.items()),
        status,
        recorded_at,
        kept,
        body,
        entry.get("fidelity", ""),
    )
