"""The part of Firestore's protocol that documents need, as messages of its own names and numbers.

Importing the official library for its message types costs 0.2 s and 17 MB (docs/decisions/0002-firestore-without-its-library.md);
a test compares every field here with the library's.

Source: https://github.com/googleapis/googleapis/tree/master/google/firestore/v1
"""

from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import Any, NamedTuple

PACKAGE = "google.firestore.v1"
_SCALARS = ("bool", "int64", "double", "string", "bytes")


class _Field(NamedTuple):
    number: int
    kind: str
    oneof: str | None = None
    """No message here has a second."""
    many: bool = False


_MESSAGES: dict[str, dict[str, _Field]] = {
    "Value": {
        "boolean_value": _Field(1, "bool", "value_type"),
        "integer_value": _Field(2, "int64", "value_type"),
        "double_value": _Field(3, "double", "value_type"),
        "reference_value": _Field(5, "string", "value_type"),
        "map_value": _Field(6, "MapValue", "value_type"),
        "array_value": _Field(9, "ArrayValue", "value_type"),
        "timestamp_value": _Field(10, ".google.protobuf.Timestamp", "value_type"),
        "null_value": _Field(11, ".google.protobuf.NullValue", "value_type"),
        "string_value": _Field(17, "string", "value_type"),
        "bytes_value": _Field(18, "bytes", "value_type"),
    },
    "ArrayValue": {"values": _Field(1, "Value", many=True)},
    "MapValue": {"fields": _Field(1, "MapValue.FieldsEntry", many=True)},
    "MapValue.FieldsEntry": {"key": _Field(1, "string"), "value": _Field(2, "Value")},
    "Document": {
        "name": _Field(1, "string"),
        "fields": _Field(2, "Document.FieldsEntry", many=True),
        "update_time": _Field(4, ".google.protobuf.Timestamp"),
    },
    "Document.FieldsEntry": {"key": _Field(1, "string"), "value": _Field(2, "Value")},
    "Precondition": {
        "exists": _Field(1, "bool", "condition_type"),
        "update_time": _Field(2, ".google.protobuf.Timestamp", "condition_type"),
    },
    "Write": {
        "update": _Field(1, "Document", "operation"),
        "delete": _Field(2, "string", "operation"),
        "current_document": _Field(4, "Precondition"),
    },
    "CommitRequest": {"database": _Field(1, "string"), "writes": _Field(2, "Write", many=True)},
    "CommitResponse": {"commit_time": _Field(2, ".google.protobuf.Timestamp")},
    "BatchGetDocumentsRequest": {"database": _Field(1, "string"), "documents": _Field(2, "string", many=True)},
    "BatchGetDocumentsResponse": {"found": _Field(1, "Document", "result"), "missing": _Field(2, "string", "result")},
    "StructuredQuery": {
        "from": _Field(2, "StructuredQuery.CollectionSelector", many=True),
        "order_by": _Field(4, "StructuredQuery.Order", many=True),
        "start_at": _Field(7, "Cursor"),
        "end_at": _Field(8, "Cursor"),
        "limit": _Field(5, ".google.protobuf.Int32Value"),
    },
    "Cursor": {"values": _Field(1, "Value", many=True), "before": _Field(2, "bool")},
    "StructuredQuery.CollectionSelector": {"collection_id": _Field(2, "string")},
    "StructuredQuery.FieldReference": {"field_path": _Field(2, "string")},
    "StructuredQuery.Order": {"field": _Field(1, "StructuredQuery.FieldReference")},
    "RunQueryRequest": {
        "parent": _Field(1, "string"),
        "structured_query": _Field(2, "StructuredQuery", "query_type"),
    },
    "RunQueryResponse": {"document": _Field(1, "Document")},
}


_making = Lock()


def messages() -> Mapping[str, Any]:
    """Return the message classes by name, made once; simultaneous first questions import in several threads."""
    with _making:
        return _made()


@cache
def _made() -> Mapping[str, Any]:
    from google.protobuf import struct_pb2, timestamp_pb2, wrappers_pb2  # type: ignore[import-untyped]
    from google.protobuf.descriptor_pool import DescriptorPool  # type: ignore[import-untyped]
    from google.protobuf.message_factory import GetMessageClass  # type: ignore[import-untyped]

    # A pool of our own: in the common one these would collide with the library's, should anyone import that.
    pool = DescriptorPool()
    common = [known.DESCRIPTOR for known in (struct_pb2, timestamp_pb2, wrappers_pb2)]
    for each in common:
        pool.AddSerializedFile(each.serialized_pb)
    pool.AddSerializedFile(_file([each.name for each in common]).SerializeToString())
    return {name: GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}")) for name in _MESSAGES}


def _file(dependencies: list[str]) -> Any:
    from google.protobuf.descriptor_pb2 import FileDescriptorProto  # type: ignore[import-untyped]

    file = FileDescriptorProto(name="firestore_messages.proto", package=PACKAGE, syntax="proto3")
    file.dependency.extend(dependencies)
    made: dict[str, Any] = {}
    for name, fields in _MESSAGES.items():
        outer, _, own = name.rpartition(".")
        made[name] = (made[outer].nested_type if outer else file.message_type).add(name=own)
        if own.endswith("Entry"):
            made[name].options.map_entry = True
        for field, description in fields.items():
            _add(made[name], field, description)
    return file


def _add(message: Any, name: str, field: _Field) -> None:
    from google.protobuf.descriptor_pb2 import FieldDescriptorProto

    added = message.field.add(name=name, number=field.number)
    added.label = FieldDescriptorProto.LABEL_REPEATED if field.many else FieldDescriptorProto.LABEL_OPTIONAL
    if field.kind in _SCALARS:
        added.type = FieldDescriptorProto.Type.Value(f"TYPE_{field.kind.upper()}")
    else:
        # The pool tells messages from enums.
        added.type_name = field.kind if field.kind.startswith(".") else f".{PACKAGE}.{field.kind}"
    if field.oneof is not None:
        added.oneof_index = 0
        if not message.oneof_decl:
            message.oneof_decl.add(name=field.oneof)
