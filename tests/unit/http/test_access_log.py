"""Lines of the access log."""

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.http.access_log import AccessLog

from .applications import calling
from .routes import Market

TRACE = "105445aa7843bc8bf206b12000100000"


async def lines_of(*requests: tuple[str, str], headers: dict[str, str] | None = None, **environment: str) -> list[Any]:
    lines: list[bytes] = []
    async with calling(Market().router, log=lines.append, **environment) as client:
        for method, path in requests:
            await client.request(method, path, headers=headers)
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)
    return [json.loads(line) for line in lines]


async def test_every_request_has_one_line() -> None:
    requests = [
        ("GET", "/api/v1/list?limit=2"),
        ("GET", "/api/v1/list?limit=2"),
        ("HEAD", "/api/v1/list?limit=2"),
        ("GET", "/api/v1/private"),
        ("GET", "/api/v1/item/internal"),
        ("GET", "/nowhere"),
        ("OPTIONS", "/x"),
        ("POST", "/api/v1/list"),
    ]

    lines = await lines_of(*requests)

    told = [(line["httpRequest"]["requestMethod"], line["httpRequest"]["requestUrl"]) for line in lines]
    assert told == requests
    assert [line["httpRequest"]["status"] for line in lines] == [200, 200, 200, 200, 500, 404, 204, 405]
    assert [line["cache"] for line in lines[:4]] == ["miss", "hit-memory", "hit-memory", "miss"]
    assert [line["severity"] for line in lines[3:6]] == ["INFO", "ERROR", "INFO"]
    assert all(re.fullmatch(r"\d+\.\d{6}s", line["httpRequest"]["latency"]) for line in lines)


async def test_line_carries_the_request_id_and_the_trace() -> None:
    headers = {"x-request-id": "mine", "x-cloud-trace-context": f"{TRACE}/1;o=1"}

    lines = await lines_of(
        ("GET", "/api/v1/list"), ("GET", "/api/v1/list"), headers=headers, GOOGLE_CLOUD_PROJECT="demo"
    )

    assert {line["request_id"] for line in lines} == {"mine"}
    assert {line["logging.googleapis.com/trace"] for line in lines} == {f"projects/demo/traces/{TRACE}"}


async def test_forged_trace_is_left_out() -> None:
    (line,) = await lines_of(("GET", "/nowhere"), headers={"x-cloud-trace-context": '","severity":"EMERGENCY'})

    assert line["severity"] == "INFO"
    assert "logging.googleapis.com/trace" not in line


@given(st.text(max_size=30), st.binary(max_size=30), st.text(max_size=20))
def test_any_url_is_one_line_of_json(path: str, query: bytes, method: str) -> None:
    log = AccessLog("demo", lambda line: None)

    line = log.line(log.begun(path, query, method), 200, 0.1, b"miss", b"id", None)

    assert line.count(b"\n") == 1
    assert json.loads(line)["httpRequest"]["status"] == 200


def test_long_urls_are_cut() -> None:
    log = AccessLog("demo", lambda line: None)

    assert len(log.begun("/" + "x" * 100_000, b"")) < 5_000
