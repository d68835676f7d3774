"""Whatever a document may hold survives both ways of writing it down."""

from datetime import UTC, datetime

import pytest
from google.cloud.firestore_v1.types import Document as Message
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.cache.document_limits import LARGEST_DOCUMENT, LARGEST_FIELD, check_document
from shared.cache.document_protos import read_fields, write_fields
from shared.cache.document_text import from_text, to_text
from shared.cache.documents import Value
from shared.core.errors import DocumentTooLargeError
from tests.clocks import NOON

NAMES = st.sampled_from(["a", "b.c", "$bytes", "$time", "$map", "[]", "é"]) | st.text(st.characters(codec="utf-8"))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8"))
    | st.binary()
    | st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
)
VALUES: st.SearchStrategy[Value] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=12
)
FIELDS = st.dictionaries(NAMES, VALUES, max_size=4)


@settings(deadline=None, derandomize=True)
@given(FIELDS)
def test_text_gives_back_what_was_written(fields: dict[str, Value]) -> None:
    assert from_text(to_text(fields)) == fields


@settings(deadline=None, derandomize=True)
@given(FIELDS)
def test_message_gives_back_what_was_written(fields: dict[str, Value]) -> None:
    message = Message.pb(Message())

    write_fields(message.fields, fields, expires_at=NOON)

    assert read_fields(message.fields) == fields
    assert "expires_at" in message.fields


def test_document_of_exactly_the_limit_is_accepted_and_one_byte_more_is_not() -> None:
    used = len("cache/name") + 1 + 48 + 1 + len("a") + 1 + len("b") + 1
    left = LARGEST_DOCUMENT - used

    check_document("cache/name", {"a": bytes(1000), "b": bytes(left - 1000)})
    with pytest.raises(DocumentTooLargeError, match="1048577"):
        check_document("cache/name", {"a": bytes(1000), "b": bytes(left - 999)})


def test_field_over_its_own_limit_is_refused() -> None:
    with pytest.raises(DocumentTooLargeError):
        check_document("a/b", {"a": bytes(LARGEST_FIELD + 1)})
