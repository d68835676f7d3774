"""Shared parameters."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated

import pytest
from fastapi import APIRouter
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import InvalidParameterError
from shared.http.parameters import (
    Page,
    PageQuery,
    RangeQuery,
    TokenId,
    page,
    read_ids,
    read_list,
    read_range,
    read_time,
)

from .applications import calling

MOMENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "1772366400",
        "1772366400.0",
        "1772366400000",
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00",
        "2026-03-01T13:00:00+01:00",
        "2026-03-01T13:00:00 01:00",
        " 2026-03-01T12:00Z ",
    ],
)
def test_one_instant_may_be_written_in_many_ways(text: str) -> None:
    assert read_time("from", text) == MOMENT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "-1",
        "0",
        "1e400",
        "nan",
        "inf",
        "9" * 400,
        "²",
        "2026-13-01",
        "2300-01-01",
        "1999-01-01",
        "12:00",
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameterError) as refused:
        read_time("to", text)

    assert refused.value.parameter == "to"


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InvalidParameterError):
        assert read_time("from", text).tzinfo is UTC


@given(st.datetimes(datetime(2010, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  hypothesis wants them naive
def test_milliseconds_are_exact(moment: datetime) -> None:
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    milliseconds = (whole - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)

    assert abs(read_time("from", str(milliseconds)) - whole) < timedelta(milliseconds=1)


def test_range_is_half_open_and_not_empty() -> None:
    assert read_range("1772366400", "1772366401").start == MOMENT
    assert read_range(None, None).end is None
    for start, end in (("1772366400", "1772366400"), ("1772366401", "1772366400")):
        with pytest.raises(InvalidParameterError):
            read_range(start, end)


def test_lists_keep_their_order_and_are_never_cut() -> None:
    assert read_list("ids", "b, a,b", largest=3) == ["b", "a", "b"]
    with pytest.raises(InvalidParameterError, match="at most 3"):
        read_list("ids", "a,b,c,d", largest=3)


@pytest.mark.parametrize("text", ["", ",", "a,,b", "a,", "Bitcoin", "-a", "a b", "ü", "a" * 129])
def test_what_is_no_list_of_ids_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameterError):
        read_ids("ids", text, largest=10)


async def test_routes_read_pages_ranges_and_ids() -> None:
    router = APIRouter()

    @router.get("/tokens/{token_id}")
    async def token(
        token_id: TokenId, part: PageQuery, small: Annotated[Page, page(largest=10, default=5)]
    ) -> list[object]:
        return [token_id, part.limit, part.offset, small.limit]

    @router.get("/history")
    async def history(between: RangeQuery) -> list[object]:
        return [between.start, between.end]

    async with calling(router) as client:
        assert (await client.get("/tokens/bitcoin?limit=7&offset=2")).json() == ["bitcoin", 7, 2, 7]
        assert (await client.get("/history?from=1772366400")).json() == ["2026-03-01T12:00:00Z", None]
        for path in ("/tokens/Bitcoin", "/tokens/bitcoin?offset=-1", "/history?from=2&to=1", "/history?start=1"):
            assert (await client.get(path)).status_code == 422, path
