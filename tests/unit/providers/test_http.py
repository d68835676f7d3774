"""What a socket can do to us, on a real one: each becomes one class of error, in time and without our key."""

import asyncio
import gzip
import inspect
import logging
import socket
import struct
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest

from shared.core.errors import (
    BadPayloadError,
    ConnectionFailedError,
    DeadlineExceededError,
    KeyRejectedError,
    RateLimitedError,
    RefusedError,
    UpstreamError,
)
from shared.providers.asking import Call, ask
from shared.providers.contract import Page
from shared.providers.http import HttpClient
from tests.clocks import SteppingClock
from tests.unit.providers.fakes import serving

SECRET = "tok-4f6a-secret"  # no key of anyone's


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    client = HttpClient(SteppingClock(), timeout=timedelta(seconds=0.5), largest_body=100_000)
    yield client
    await client.close()


def answered(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def asked(client: HttpClient, raw: bytes) -> Page:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: str) -> None:
        writer.write(raw)
        await writer.drain()

    async with serving(answer) as url:
        return await ask(client, Call("provider", f"{url}/list", {"page": "1"}, {"x-key": SECRET}, SECRET))


async def test_an_answer_comes_with_the_time_that_the_server_put_on_it(client: HttpClient) -> None:
    page = await asked(client, answered(b"[1.10]", "200 OK", "date: Sun, 01 Mar 2026 11:59:58 GMT"))

    assert str(page.body) == "[Decimal('1.10')]"
    assert page.dated is not None
    assert page.dated.isoformat() == "2026-03-01T11:59:58+00:00"


async def test_a_compressed_answer_is_read(client: HttpClient) -> None:
    page = await asked(client, answered(gzip.compress(b"[1]"), "200 OK", "content-encoding: gzip"))

    assert page.body == [1]


async def test_a_silent_server_is_given_up_in_time(client: HttpClient) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: str) -> None:
        await reader.read()

    async with serving(answer) as url:
        with pytest.raises(DeadlineExceededError):
            await ask(client, Call("provider", url, {}))


async def test_a_server_that_dribbles_is_given_up_in_time(client: HttpClient) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: str) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        for _ in range(100):
            writer.write(b" ")
            await asyncio.sleep(0.02)

    async with serving(answer) as url:
        with pytest.raises(DeadlineExceededError):
            await ask(client, Call("provider", url, {}))


async def test_a_connection_that_is_reset_within_the_body_is_a_failed_connection(client: HttpClient) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: str) -> None:
        writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n[{"id": ')
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async with serving(answer) as url:
        with pytest.raises(ConnectionFailedError):
            await ask(client, Call("provider", url, {}))


async def test_nobody_listening_is_a_failed_connection(client: HttpClient) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))

        with pytest.raises(ConnectionFailedError):
            await ask(client, Call("provider", f"http://127.0.0.1:{unused.getsockname()[1]}", {}))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (answered(b'[{"id": "bitcoin", "current_'), BadPayloadError),
        (answered(b"<html>maintenance</html>"), BadPayloadError),
        (answered(b"not gzip", "200 OK", "content-encoding: gzip"), BadPayloadError),
        (answered(b"[" + b"1," * 60_000 + b"1]"), BadPayloadError),
        (answered(gzip.compress(b" " * 5_000_000), "200 OK", "content-encoding: gzip"), BadPayloadError),
        (answered(b'{"status":{"error_code":429,"error_message":"Rate Limit"}}'), RateLimitedError),
        (answered(b'{"error":"API key missing"}'), KeyRejectedError),
        (answered(b"", "429 Too Many Requests"), RateLimitedError),
        (answered(b"", "401 Unauthorized"), KeyRejectedError),
        (answered(b"", "302 Found", "location: http://127.0.0.2/elsewhere"), RefusedError),
        (answered(b"", "302 Found", "location: /list"), RefusedError),
        (b"SSH-2.0-OpenSSH_9.6\r\n", ConnectionFailedError),
        (b"", ConnectionFailedError),
    ],
    ids=[
        "cut_off",
        "html",
        "no_gzip",
        "huge",
        "gzip_bomb",
        "rate_with_200",
        "key_with_200",
        "429",
        "401",
        "other_origin",
        "circle",
        "no_http",
        "empty",
    ],
)
async def test_each_bad_answer_has_its_class_and_does_not_show_the_key(
    client: HttpClient, raw: bytes, expected: type[UpstreamError], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    with pytest.raises(expected) as caught:
        await asked(client, raw)

    assert type(caught.value) is expected
    assert SECRET not in f"{caught.value!r} {caught.value} {caplog.text}"


@pytest.mark.parametrize(("header", "seconds"), [("retry-after: 119", 119), ("x-nothing: 1", 60)])
async def test_a_429_says_how_long(client: HttpClient, header: str, seconds: int) -> None:
    with pytest.raises(RateLimitedError) as caught:
        await asked(client, answered(b"", "429 Too Many Requests", header))

    assert caught.value.retry_after == timedelta(seconds=seconds)


async def test_a_redirect_within_the_origin_is_followed(client: HttpClient) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: str) -> None:
        moved = answered(b"", "301 Moved Permanently", "location: /new")
        writer.write(answered(b"[]") if target == "/new" else moved)

    async with serving(answer) as url:
        assert (await ask(client, Call("provider", f"{url}/old", {}))).body == []


def test_a_call_does_not_show_its_key() -> None:
    assert SECRET not in repr(Call("provider", "https://provider.example", {}, {"x-key": SECRET}, SECRET))


LIBRARY_ERRORS = sorted(
    (each for _, each in inspect.getmembers(httpx2, inspect.isclass) if issubclass(each, Exception)),
    key=lambda each: each.__name__,
)


@pytest.mark.parametrize("error", LIBRARY_ERRORS, ids=lambda error: error.__name__)
async def test_every_error_of_the_library_is_mapped(error: type[Exception]) -> None:
    class Breaking(HttpClient):
        def _opened(self) -> httpx2.AsyncClient:
            raise made

    made = error.__new__(error)

    with pytest.raises(UpstreamError) as caught:
        await Breaking(SteppingClock()).get("provider", "https://provider.example", params={}, headers={})

    assert caught.value.__cause__ is made


@pytest.mark.parametrize("url", ["http://[", "ftp://127.0.0.1/x", "http://\u0000/"])
async def test_an_impossible_address_is_a_failed_connection(client: HttpClient, url: str) -> None:
    with pytest.raises(ConnectionFailedError):
        await ask(client, Call("provider", url, {}))
