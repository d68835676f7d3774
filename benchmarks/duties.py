"""Checks before a measurement: the answer comes from where it should, with everything a caller is owed."""

import json
from collections.abc import Mapping
from pathlib import Path

from local.platform import Platform

from .asking import Answer, get
from .errors import MeasurementError
from .scenarios import ORIGIN

_OWED = ("access-control-allow-origin", "x-request-id", "x-response-time", "etag", "cache-control")


def check_duties(platform: Platform, function: str, path: str) -> None:
    """Check that an answer carries CORS, timing and request id, and leaves one line in the log.

    Raises:
        MeasurementError: something is missing.
    """
    log = Path(platform.log_of(function))
    before = _lines(log)
    answer = asked(platform.function_url(function), path, {"Origin": ORIGIN})
    missing = [name for name in _OWED if name not in answer.headers]
    if missing:
        raise MeasurementError(f"{path} was answered without {', '.join(missing)}")
    written = _lines(log) - before
    if written != 1:
        raise MeasurementError(f"{path} left {written} lines in the log")


def check_state(url: str, path: str, state: str, headers: Mapping[str, str] | None = None) -> None:
    """Check which tier answers.

    Raises:
        MeasurementError: it is another one.
    """
    answer = asked(url, path, headers)
    found = answer.headers.get("x-cache")
    if found != state:
        raise MeasurementError(f"{path} was to be a {state}, and was a {found}")


def check_rows(url: str, path: str, rows: int) -> None:
    """Check that a list is as long as the rival's.

    Raises:
        MeasurementError: it is shorter or longer.
    """
    found = len(json.loads(asked(url, path).body)["data"])
    if found != rows:
        raise MeasurementError(f"{path} has {found} rows, not {rows}")


def asked(url: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Return a good answer.

    Raises:
        MeasurementError: it was not good.
    """
    answer = get(url, path, headers)
    if answer.status != 200:
        raise MeasurementError(f"{path} was answered with {answer.status}: {answer.body[:300]!r}")
    return answer


def _lines(log: Path) -> int:
    return log.read_bytes().count(b"\n")
