"""Our part of Firestore's protocol is the official library's, field by field."""

import inspect
import subprocess
import sys
from textwrap import dedent
from typing import Any

import pytest
from google.cloud.firestore_v1 import types
from google.cloud.firestore_v1.types import Document as OfficialDocument

from shared.cache.document_protos import read_fields, write_fields
from shared.cache.documents import Value
from shared.cache.firestore_messages import PACKAGE, messages
from tests.clocks import NOON

FIELDS: dict[str, Value] = {"text": "₿", "none": None, "body": bytes(range(256)), "list": [1, [2.5], {"at": NOON}]}


def official(name: str) -> Any:
    """Return the library's descriptor of a message; an enclosed one is found through its outer one."""
    outer, _, own = name.partition(".")
    descriptor = getattr(types, outer).pb().DESCRIPTOR
    return descriptor.nested_types_by_name[own] if own else descriptor


def described(field: Any) -> tuple[object, ...]:
    kind = field.message_type or field.enum_type
    oneof = field.containing_oneof
    return (
        field.number,
        field.type,
        field.is_repeated,
        kind.full_name if kind else None,
        oneof.name if oneof else None,
        field.has_presence,
    )


@pytest.mark.parametrize("name", messages())
def test_fields_are_those_of_the_official_library(name: str) -> None:
    # The library renames what Python has taken.
    theirs = {field.name.rstrip("_"): described(field) for field in official(name).fields}

    ours = {field.name: described(field) for field in messages()[name].DESCRIPTOR.fields}

    assert ours == {field: theirs[field] for field in ours}


def test_methods_are_those_of_the_official_library() -> None:
    from google.cloud.firestore_v1.services.firestore.transports import grpc_asyncio

    source = inspect.getsource(grpc_asyncio)

    assert all(f'"/{PACKAGE}.Firestore/{name}"' in source for name in ("BatchGetDocuments", "RunQuery", "Commit"))


def test_official_library_reads_what_ours_writes() -> None:
    ours = messages()["Document"](name="a/b")
    write_fields(ours.fields, FIELDS, NOON)

    theirs = OfficialDocument.pb(OfficialDocument.deserialize(ours.SerializeToString()))

    assert theirs.name == "a/b"
    assert read_fields(theirs.fields) == FIELDS


def test_ours_reads_what_the_official_library_writes() -> None:
    theirs = OfficialDocument(name="a/b")
    write_fields(OfficialDocument.pb(theirs).fields, FIELDS, NOON)

    ours = messages()["Document"].FromString(OfficialDocument.serialize(theirs))

    assert ours.name == "a/b"
    assert read_fields(ours.fields) == FIELDS


def test_value_of_a_kind_that_we_never_write_is_read_as_nothing() -> None:
    theirs = OfficialDocument(fields={"place": {"geo_point_value": {"latitude": 52.5}}})

    ours = messages()["Document"].FromString(OfficialDocument.serialize(theirs))

    assert read_fields(ours.fields) == {"place": None}


def test_simultaneous_first_users_get_the_same_classes() -> None:
    program = """
        from concurrent.futures import ThreadPoolExecutor
        from threading import Barrier
        from shared.cache.firestore_messages import messages

        together = Barrier(8)
        with ThreadPoolExecutor(8) as threads:
            made = list(threads.map(lambda _: (together.wait(), messages())[1], range(8)))
        assert all(each is made[0] for each in made)
    """

    done = subprocess.run([sys.executable, "-c", dedent(program)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_official_library_may_be_imported_after_ours() -> None:
    program = "from shared.cache.firestore_messages import messages; messages(); import google.cloud.firestore"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
