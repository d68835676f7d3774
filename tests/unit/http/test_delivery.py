"""Answers that are passed on instead of kept."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import APIRouter
from starlette.responses import StreamingResponse
from starlette.types import Message

from shared.http.function import ApiFunction

from .applications import calling, function_over, served
from .routes import Market


async def messages_of(function: ApiFunction, path: str, *, method: str = "GET") -> list[Message]:
    """Return what goes to the server, message by message."""
    sent: list[Message] = []
    scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": []}

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await served(function)(scope, receive, send)
    return sent


async def test_private_stream_reaches_the_caller_part_by_part() -> None:
    router, go_on = APIRouter(), asyncio.Event()
    sent_before: list[int] = []

    @router.get("/export")
    async def export() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"first"
            await go_on.wait()
            yield b"second"

        return StreamingResponse(parts(), media_type="text/csv")

    sent: list[Message] = []
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/export", "query_string": b"", "headers": []}

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {}

    async def send(message: Message) -> None:
        sent.append(message)
        if message.get("body") == b"first":
            sent_before.append(len(sent))
            go_on.set()

    await served(function_over(router))(scope, receive, send)

    assert sent_before == [2]
    assert b"".join(message.get("body", b"") for message in sent) == b"firstsecond"


async def test_public_stream_is_kept() -> None:
    async with calling(Market().router) as client:
        await client.get("/api/v1/stream")

        assert (await client.get("/api/v1/stream")).headers["x-cache"] == "hit-memory"


async def test_too_long_a_body_is_passed_on_and_not_kept() -> None:
    async with calling(Market().router) as client:
        for _ in range(2):
            answer = await client.get("/api/v1/stream?parts=10")

            assert answer.headers["x-cache"] == "miss"
            assert len(answer.content) == 10_000_000


async def test_callers_waiting_for_too_long_a_body_get_their_own() -> None:
    async with calling(Market().router) as client:
        answers = await asyncio.gather(*(client.get("/api/v1/stream?parts=9") for _ in range(3)))

    assert {len(answer.content) for answer in answers} == {9_000_000}


async def test_public_stream_that_breaks_off_is_an_error_and_not_half_an_answer() -> None:
    async with calling(Market().router) as client:
        answer = await client.get("/api/v1/stream?parts=3&fail_after=2")

    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"


async def test_stream_that_breaks_off_under_way_breaks_the_connection() -> None:
    async with calling(Market().router) as client:
        with pytest.raises(RuntimeError, match="broken off"):
            await client.get("/api/v1/stream?parts=11&fail_after=10")


async def test_answer_is_one_start_and_one_end() -> None:
    function = function_over(Market().router)
    for path in ("/api/v1/list", "/api/v1/list", "/api/v1/private", "/nowhere"):
        for method in ("GET", "HEAD", "OPTIONS", "POST"):
            sent = await messages_of(function, path, method=method)

            assert sent[0]["type"] == "http.response.start"
            assert [message.get("more_body", False) for message in sent[1:]][-1:] == [False]
            assert sum(message["type"] == "http.response.start" for message in sent) == 1
