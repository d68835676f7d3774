"""Forms of a kept answer."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cache.entry import Entry, Recorded, packed, stale_body, unpacked
from shared.cache.freshness import LIVE_PRICES

PUBLIC = (b"cache-control", b"public, max-age=60")


@given(st.binary(max_size=5_000))
def test_gzip_is_deterministic_and_lossless(body: bytes) -> None:
    assert packed(body) == packed(body)
    assert unpacked(packed(body)) == body


def test_each_form_has_its_own_strong_etag() -> None:
    entry = Entry([], b'{"data":1,"meta":{"stale":false}}', LIVE_PRICES, made=0.0)

    etags = {entry.form.etag, entry.form.packed_etag, entry.stale_form.etag, entry.stale_form.packed_etag}

    assert len(etags) == 4
    assert all(etag.startswith(b'"') for etag in etags)


def test_equal_bodies_have_equal_etags_in_every_instance() -> None:
    one, other = (Entry([], b"[]", LIVE_PRICES, made=made) for made in (0.0, 5.0))

    assert one.form.etag == other.form.etag


def test_stale_body_says_so_in_its_meta() -> None:
    body = b'{"data":[{"stale":false}],"meta":{"stale":false,"source":"live"}}'

    assert json.loads(stale_body(body)) == {"data": [{"stale": False}], "meta": {"stale": True, "source": "live"}}


@pytest.mark.parametrize("body", [b"[]", b'{"data":[{"stale":false}],"meta":{"stale":true}}', b'{"stale":false}', b""])
def test_facts_are_not_mistaken_for_meta(body: bytes) -> None:
    assert stale_body(body) == body


@pytest.mark.parametrize(
    "answer",
    [
        Recorded(200, [], b""),
        Recorded(201, [PUBLIC], b""),
        Recorded(404, [PUBLIC], b""),
        Recorded(200, [PUBLIC, (b"set-cookie", b"a=b")], b""),
        Recorded(200, [PUBLIC, (b"vary", b"Authorization")], b""),
        Recorded(200, [PUBLIC, (b"content-encoding", b"br")], b""),
    ],
)
def test_answers_that_are_not_for_everybody_are_not_kept(answer: Recorded) -> None:
    assert answer.freshness() is None
