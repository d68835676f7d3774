"""What request headers ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cache.entry import Form
from shared.http.negotiation import accepts_gzip, holds, joined, request_ids, sane_id


@pytest.mark.parametrize(
    "value", [b"gzip", b"GZIP", b"br, gzip", b"*", b"gzip;q=0.5", b"gzip ; q=1.0", b"x-gzip", b"identity;q=0.5, gzip"]
)
def test_gzip_is_accepted(value: bytes) -> None:
    assert accepts_gzip(value)


@pytest.mark.parametrize(
    "value", [b"", b"br", b"gzip;q=0", b"*;q=0", b"gzip;q=0, *", b"identity, gzip;q=0.5", b"gzipped", b"gzip;q=nan"]
)
def test_gzip_is_not_accepted(value: bytes) -> None:
    assert not accepts_gzip(value)


@given(st.binary(max_size=300))
def test_any_header_is_read(value: bytes) -> None:
    accepts_gzip(value)
    holds(value, Form([], b""))
    sane_id(value)


def test_headers_given_several_times_are_one_list() -> None:
    assert joined([(b"a", b"1"), (b"b", b"2"), (b"a", b"3")]) == {b"a": b"1, 3", b"b": b"2"}


def test_made_ids_are_sane_and_differ_between_instances() -> None:
    one, other = request_ids(), request_ids()

    ids = {one(), one(), other(), other()}

    assert len(ids) == 4
    assert all(sane_id(made) for made in ids)
