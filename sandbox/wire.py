"""Requests and answers as the providers' routes see them, and numbers as JSON text."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

Headers = tuple[tuple[str, str], ...]
JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Asked:
    """One request below a provider's prefix; header names are lower case."""

    provider: str
    path: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    captured: Mapping[str, str] = field(default_factory=dict)
    """What stood in the path where the route's pattern has a name."""

    @cached_property
    def query(self) -> dict[str, str]:
        """The query parameters; the last value of a repeated one counts."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    def integer(self, name: str, default: int) -> int:
        """Return a query parameter as a positive integer, or the default for anything else."""
        text = self.query.get(name, "")
        return int(text) if text.isdecimal() and int(text) else default


@dataclass(frozen=True)
class Answer:
    """Status, body and headers beyond the content type."""

    body: bytes
    status: int = 200
    headers: Headers = ()
    content_type: str = JSON_TYPE


def answer_json(value: Any, status: int = 200, headers: Headers = ()) -> Answer:
    """Return a value as compact JSON."""
    return Answer(json.dumps(value, separators=(",", ":")).encode(), status, headers)


def number(value: float) -> str:
    """Return a float in full precision, `null` for NaN."""
    return repr(value) if value == value else "null"


def whole(value: float) -> str:
    """Return a float rounded to an integer, `null` for NaN."""
    return str(round(value)) if value == value else "null"


def rounded(value: float, digits: int) -> str:
    """Return a float with at most `digits` decimals, `null` for NaN."""
    return repr(round(value, digits)) if value == value else "null"


def quoted(value: float, form: str) -> str:
    """Return a float as JSON text in quotes, formatted by a percent form; `null` for NaN."""
    return f'"{form % value}"' if value == value else "null"
