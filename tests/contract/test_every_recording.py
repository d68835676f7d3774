"""Every recorded answer of every provider is read by an adapter, refused with the right class, or left out for a reason."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pytest

from shared.core.errors import BadPayloadError, UpstreamError
from shared.providers.adapters.binance import BINANCE, Binance
from shared.providers.asking import Call, ask
from shared.providers.contract import QuoteRequest, Reply
from shared.providers.numbers import JsonValue
from shared.providers.token_requests import DetailsRequest
from tests.recordings import PAYLOADS, needs_recordings

from .recorded_exclusions import EXCLUDED, REFUSED, UNREADABLE
from .recorded_readings import GECKO, LATER, READINGS, URL, Reading, body_of, by

pytestmark = needs_recordings


@cache
def entries() -> list[dict[str, Any]]:
    if not PAYLOADS.is_dir():
        return []
    found: list[dict[str, Any]] = json.loads((PAYLOADS / "MANIFEST.json").read_text(encoding="utf-8"))
    return found


def files() -> list[str]:
    return [entry["file"] for entry in entries()]


def matching(pattern: str) -> list[str]:
    return [file for file in files() if fnmatchcase(file, pattern)]


def patterns() -> Iterator[str]:
    yield from (reading.pattern for reading in READINGS)
    yield from REFUSED
    yield from UNREADABLE
    yield from EXCLUDED


class RecordedHttp:
    """Answers everything with one recorded body."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    async def get(self, provider: str, url: str, *, params: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        return self._reply

    async def post(self, provider: str, url: str, *, body: JsonValue, headers: Mapping[str, str]) -> Reply:
        return self._reply

    def now(self) -> datetime:
        return LATER


def test_every_recording_is_read_refused_or_left_out_and_only_one_of_them() -> None:
    counted = Counter(file for pattern in patterns() for file in matching(pattern))

    assert [file for file in files() if not counted[file]] == []
    assert {file: count for file, count in counted.items() if count > 1} == {}


def test_no_entry_stands_for_a_recording_that_is_gone() -> None:
    assert [pattern for pattern in patterns() if not matching(pattern)] == []


def test_every_reason_for_leaving_one_out_is_told() -> None:
    assert all(len(reason) > 20 for reason in EXCLUDED.values())


READ = [(reading, file) for reading in READINGS for file in matching(reading.pattern)]


@pytest.mark.parametrize(("reading", "file"), READ, ids=[file for _, file in READ])
def test_what_is_read_becomes_records(reading: Reading, file: str) -> None:
    assert len(reading.read(file)) >= reading.least


ERRORS = [(file, error) for pattern, error in REFUSED.items() for file in matching(pattern)]


@pytest.mark.parametrize(("file", "error"), ERRORS, ids=[file for file, _ in ERRORS])
async def test_what_is_an_error_becomes_its_class(file: str, error: type[UpstreamError]) -> None:
    [status] = [entry["http_status"] for entry in entries() if entry["file"] == file]

    with pytest.raises(UpstreamError) as caught:
        await ask(RecordedHttp(Reply(status or 200, {}, body_of(file))), Call("provider", URL))

    assert type(caught.value) is error


@pytest.mark.parametrize("file", [file for pattern in UNREADABLE for file in matching(pattern)])
def test_what_lacks_its_name_is_refused_whole(file: str) -> None:
    readers = {
        "binance": by(Binance(URL, BINANCE), QuoteRequest(1)),
        "coingecko": by(GECKO, DetailsRequest("coingecko", "dai")),
    }

    with pytest.raises(BadPayloadError):
        readers[file.partition("/")[0]](file)
