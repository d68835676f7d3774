"""Every way of saying no, whatever its status, becomes the right class of error."""

from datetime import timedelta

import pytest

from shared.core.errors import (
    BadPayloadError,
    KeyRejectedError,
    NotListedError,
    RateLimitedError,
    RefusedError,
    ServerFailedError,
    UpstreamError,
)
from shared.providers.complaints import Answered, complaint_in, error_for
from shared.providers.numbers import JsonValue
from tests.clocks import NOON

RATE = {"status": {"error_code": 429, "error_message": "You've exceeded the Rate Limit."}}
KEY = {"error": {"status": {"error_code": 10010, "error_message": "wrong type of key"}}}
BAN_END = int((NOON + timedelta(minutes=5)).timestamp() * 1000)
BAN = {"code": -1003, "msg": f"Way too much request weight used; IP banned until {BAN_END}."}


def error_of(
    status: int, body: JsonValue = None, *, headers: dict[str, str] | None = None, key: str | None = None
) -> UpstreamError | None:
    return error_for(Answered("provider", status, headers or {}, key, NOON), complaint_in(body))


@pytest.mark.parametrize(
    ("status", "key", "expected"),
    [
        (401, None, KeyRejectedError),
        (401, "k", KeyRejectedError),
        (402, "k", KeyRejectedError),
        (402, None, RateLimitedError),
        (403, "k", KeyRejectedError),
        (403, None, RefusedError),
        (418, None, RateLimitedError),
        (429, "k", RateLimitedError),
        (404, None, RefusedError),
        (422, None, RefusedError),
        (451, None, RefusedError),
        (304, None, RefusedError),
        (500, None, ServerFailedError),
        (503, None, ServerFailedError),
        (520, None, ServerFailedError),
    ],
)
def test_each_status_has_its_class(status: int, key: str | None, expected: type[UpstreamError]) -> None:
    assert type(error_of(status, key=key)) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (RATE, RateLimitedError),
        ({"error": "Too many requests, slow down"}, RateLimitedError),
        (BAN, RateLimitedError),
        (KEY, KeyRejectedError),
        ({"error": "Invalid API key"}, KeyRejectedError),
        ({"error": "coin not found"}, BadPayloadError),
        ({"status": 500, "error": "Internal Server Error"}, BadPayloadError),
        ({"code": -1121, "msg": "Invalid symbol."}, BadPayloadError),
        ({"data": {"message": "We are deprecating this version"}, "timestamp": 1744796832910}, BadPayloadError),
    ],
)
def test_an_error_with_status_200_is_told_by_its_words(body: JsonValue, expected: type[UpstreamError]) -> None:
    assert type(error_of(200, body)) is expected


@pytest.mark.parametrize(
    "body", [[], [{"error": "in a row"}], {"data": [], "timestamp": 1}, {"symbol": "A", "error": None}]
)
def test_an_answer_is_no_error(body: JsonValue) -> None:
    assert error_of(200, body) is None


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry-after": "119"}, RATE, 119),
        ({"retry-after": "Sun, 01 Mar 2026 12:02:00 GMT"}, RATE, 120),
        ({}, RATE, 60),
        ({"retry-after": "soon"}, RATE, 60),
        ({"retry-after": "0"}, RATE, 1),
        ({"retry-after": "Sun, 01 Mar 2026 11:00:00 GMT"}, RATE, 1),
        ({"retry-after": "9" * 40}, RATE, 3 * 86_400),
        ({}, BAN, 300),
        ({"retry-after": "20"}, BAN, 300),
    ],
)
def test_patience_is_what_was_demanded(headers: dict[str, str], body: JsonValue, seconds: int) -> None:
    error = error_of(429, body, headers=headers)

    assert isinstance(error, RateLimitedError)
    assert error.retry_after == timedelta(seconds=seconds)


def test_a_used_up_free_plan_is_left_alone_for_an_hour() -> None:
    error = error_of(402)

    assert isinstance(error, RateLimitedError)
    assert error.retry_after == timedelta(hours=1)


def test_a_key_that_the_provider_repeats_is_not_shown() -> None:
    for status in (200, 404):
        error = error_of(status, {"error": "no plan for tok-123 " + "x" * 1000}, key="tok-123")

        assert "tok-123" not in str(error)
        assert len(str(error)) < 300


def etherscans(result: str, *, status: str = "0", message: str = "NOTOK") -> JsonValue:
    return {"status": status, "message": message, "result": result}


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("Max rate limit reached", RateLimitedError),
        ("Invalid API Key (#err2)|", KeyRejectedError),
        ("Missing/Invalid API Key", KeyRejectedError),
        ("Free API access is not supported for this chain. Please upgrade your api plan", NotListedError),
        ("Free API access is temporarily unavailable due to unusually high network activity.", RateLimitedError),
        ("Error! Missing Or invalid Action name", BadPayloadError),
    ],
)
def test_etherscans_errors_with_status_200_are_told_from_the_result(result: str, expected: type[UpstreamError]) -> None:
    assert type(error_of(200, etherscans(result))) is expected


@pytest.mark.parametrize(
    "body",
    [
        {"status": "1", "message": "OK", "result": {}},
        {"status": "1", "message": "OK-Missing/Invalid API Key, rate limit of 1/5sec applied", "result": "1"},
        {"status": "0", "message": "No transactions found", "result": []},
    ],
)
def test_etherscans_answers_are_none_even_when_there_is_nothing_to_tell(body: JsonValue) -> None:
    assert error_of(200, body) is None


def test_a_limit_for_each_second_is_waited_for_a_second() -> None:
    error = error_of(200, etherscans("Max calls per sec rate limit reached (5/sec)"))

    assert isinstance(error, RateLimitedError)
    assert error.retry_after == timedelta(seconds=1)


def test_the_status_of_a_transaction_is_no_complaint() -> None:
    assert complaint_in({"txid": "ab", "status": {"confirmed": True, "block_height": 900_000}}) is None
