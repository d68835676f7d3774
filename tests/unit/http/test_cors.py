"""Answers to pages of other origins."""

import pytest

from .applications import calling
from .routes import Market

APP = "https://app.example"
PATHS = [
    ("GET", "/api/v1/list", 200),
    ("GET", "/api/v1/list", 200),
    ("GET", "/api/v1/private", 200),
    ("GET", "/api/v1/list?limit=0", 422),
    ("GET", "/api/v1/item/unknown", 404),
    ("GET", "/api/v1/item/internal", 500),
    ("GET", "/api/v1/item/nodata", 503),
    ("PUT", "/api/v1/list", 405),
    ("OPTIONS", "/anything", 204),
    ("HEAD", "/api/v1/list", 200),
]


async def test_everybody_may_read_every_status_by_default() -> None:
    async with calling(Market().router) as client:
        for method, path, status in PATHS:
            answer = await client.request(method, path, headers={"origin": APP})

            assert answer.status_code == status
            assert answer.headers["access-control-allow-origin"] == "*", path
            assert "X-Request-Id" in answer.headers["access-control-expose-headers"]
            assert "Origin" not in answer.headers.get("vary", "")


async def test_listed_origins_may_read_every_status() -> None:
    async with calling(Market().router, CORS_ORIGINS=f"https://other.example,{APP}") as client:
        for method, path, status in PATHS:
            answer = await client.request(method, path, headers={"origin": APP})

            assert answer.status_code == status
            assert answer.headers["access-control-allow-origin"] == APP, path
            assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://app.example.evil", ""])
async def test_other_origins_may_not(origin: str) -> None:
    async with calling(Market().router, CORS_ORIGINS=APP) as client:
        for method, path, _ in PATHS:
            answer = await client.request(method, path, headers={"origin": origin})

            assert "access-control-allow-origin" not in answer.headers
            assert "Origin" in answer.headers["vary"]


async def test_unchanged_answer_may_be_read_too() -> None:
    async with calling(Market().router, CORS_ORIGINS=APP) as client:
        etag = (await client.get("/api/v1/list")).headers["etag"]
        answer = await client.get("/api/v1/list", headers={"origin": APP, "if-none-match": etag})

    assert answer.status_code == 304
    assert answer.headers["access-control-allow-origin"] == APP


async def test_preflight_allows_what_clients_send() -> None:
    async with calling(Market().router) as client:
        asked = {"origin": APP, "access-control-request-method": "POST", "access-control-request-headers": "x-api-key"}
        answer = await client.options("/api/v1/orders", headers=asked)

    assert (answer.status_code, answer.content) == (204, b"")
    assert "POST" in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].lower()
    assert {"authorization", "content-type", "if-none-match", "x-api-key", "x-request-id"} <= set(allowed.split(", "))
    assert int(answer.headers["access-control-max-age"]) > 0
