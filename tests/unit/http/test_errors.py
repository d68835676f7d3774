"""Every kind of failure as its caller sees it."""

import json
import logging
from collections.abc import AsyncIterator

import pytest

from .applications import calling
from .routes import Market


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/api/v1/list/", 404, "not_found"),
        ("POST", "/api/v1/list", 405, "method_not_allowed"),
        ("DELETE", "/api/v1/orders", 405, "method_not_allowed"),
        ("GET", "/api/v1/item/unknown", 404, "token_not_found"),
        ("GET", "/api/v1/item/nodata", 503, "no_data"),
        ("GET", "/api/v1/item/upstream", 502, "rate_limited"),
        ("GET", "/api/v1/item/internal", 500, "internal"),
        ("GET", "/api/v1/item/ours", 500, "internal"),
    ],
)
async def test_errors_are_problems(method: str, path: str, status: int, code: str) -> None:
    async with calling(Market().router) as client:
        answer = await client.request(method, path, headers={"x-request-id": "mine"})

    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert (problem["code"], problem["type"], problem["request_id"]) == (code, "about:blank", "mine")
    assert isinstance(problem["detail"], str)
    assert problem["title"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "no-store"
    assert {"x-request-id", "x-response-time"} <= set(answer.headers)


async def test_unavailable_says_when_to_come_again() -> None:
    async with calling(Market().router) as client:
        assert (await client.get("/api/v1/item/nodata")).headers["retry-after"] == "8"


async def test_wrong_method_names_the_right_ones() -> None:
    async with calling(Market().router) as client:
        assert (await client.put("/api/v1/list")).headers["allow"] == "GET, HEAD, OPTIONS"
        assert (await client.put("/api/v1/orders")).headers["allow"] == "OPTIONS, POST"


@pytest.mark.parametrize("name", ["internal", "ours", "upstream"])
async def test_nothing_of_the_inside_is_told(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        async with calling(Market().router) as client:
            answer = await client.get(f"/api/v1/item/{name}")

    assert not any(word in answer.text for word in ("secret", "passwd", "acme", "Traceback"))
    assert len(caplog.records) == 1


async def test_our_own_faults_are_logged_with_their_stack(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        async with calling(Market().router) as client:
            await client.get("/api/v1/item/internal", headers={"x-request-id": "mine"})

    (record,) = caplog.records
    assert record.exc_info is not None
    assert vars(record)["request_id"] == "mine"


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/api/v1/list?limit=0", ["query", "limit"]),
        ("/api/v1/list?limit=x", ["query", "limit"]),
        ("/api/v1/list?limit=", ["query", "limit"]),
        ("/api/v1/list?limit=1&limit=2", ["query", "limit"]),
        ("/api/v1/list?unknown=1", ["query", "unknown"]),
        ("/api/v1/private?unknown", ["query", "unknown"]),
        ("/api/v1/several", ["query", "ids"]),
        ("/api/v1/several?ids=a&name=b&name=c", ["query", "name"]),
        ("/api/v1/item/refused", ["query", "name"]),
    ],
)
async def test_refused_parameters_are_listed_as_fastapi_lists_them(path: str, location: list[str]) -> None:
    async with calling(Market().router) as client:
        answer = await client.get(path)

    (error,) = answer.json()["detail"]
    assert answer.status_code == 422
    assert error["loc"] == location
    assert {"type", "loc", "msg", "input"} <= error.keys() <= {"type", "loc", "msg", "input", "ctx"}
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_every_refused_parameter_is_listed() -> None:
    async with calling(Market().router) as client:
        answer = await client.get("/api/v1/list?one=1&other=2&limit=1&limit=2")

    assert [error["loc"][1] for error in answer.json()["detail"]] == ["limit", "one", "other"]


async def test_parameter_for_several_values_may_be_repeated() -> None:
    async with calling(Market().router) as client:
        assert (await client.get("/api/v1/several?ids=a&ids=b&name=c")).json() == ["a", "b"]


@pytest.mark.parametrize(
    "body", ['{"amount": NaN}', '{"amount": -Infinity}', '{"amount": [NaN, 1e999]}', '{"amount": {"a": NaN}}']
)
async def test_refusing_what_json_cannot_say_is_json(body: str) -> None:
    async with calling(Market().router) as client:
        answer = await client.post("/api/v1/orders", content=body, headers={"content-type": "application/json"})

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    assert answer.status_code in (201, 422, 500)
    if answer.status_code == 422:
        json.loads(answer.text, parse_constant=refuse)
    assert answer.status_code != 500 or answer.json()["code"] == "internal"


@pytest.mark.parametrize("body", ["", "{", "[]", '{"amount": "x"}', "\x00"])
async def test_unreadable_bodies_are_refused(body: str) -> None:
    async with calling(Market().router) as client:
        answer = await client.post("/api/v1/orders", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], list)


async def test_body_of_another_kind_is_refused() -> None:
    async with calling(Market().router) as client:
        answer = await client.post("/api/v1/orders", content="amount=1", headers={"content-type": "text/plain"})

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


async def test_good_body_is_taken() -> None:
    async with calling(Market().router) as client:
        answer = await client.post("/api/v1/orders", json={"amount": 1.5})

    assert (answer.status_code, answer.json()) == (201, {"amount": 1.5})
    assert "x-cache" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("announced", [True, False])
async def test_too_large_a_body_is_refused(announced: bool) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b" " * 300_000

    content = b" " * 1_500_000 if announced else parts()
    async with calling(Market().router) as client:
        answer = await client.post("/api/v1/orders", content=content, headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_strange_paths_are_answered() -> None:
    async with calling(Market().router) as client:
        for path in ("/%00", "/%ff%fe", '/a"b', "/" + "x" * 5_000, "//", "/%E2%82%AC?x=%ff&&=&a"):
            assert (await client.get(path)).json()["status"] == 404, path
