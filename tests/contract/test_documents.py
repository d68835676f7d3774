"""What every document store promises, asked of each of them."""

import asyncio
import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest

from shared.cache.documents import LARGEST_PAYLOAD, MOST_WRITES, DocumentStore, Put, Removal, Value, Write
from shared.cache.embedded import EmbeddedDocuments
from shared.cache.firestore import FirestoreDocuments
from shared.core.errors import DocumentTooLargeError
from tests.clocks import NOON, SteppingClock

PATIENCE = timedelta(seconds=30)
"""A slow machine is no failure; the time limits have tests of their own."""

EVERY_KIND: dict[str, Value] = {
    "text": "Ærøskøbing ₿ \0 \u2028",
    "empty": "",
    "whole": 2**63 - 1,
    "negative": -(2**63),
    "zero": 0,
    "float": 0.1,
    "whole_float": 1.0,
    "huge": 1.7976931348623157e308,
    "infinite": -math.inf,
    "true": True,
    "false": False,
    "bytes": bytes(range(256)),
    "no_bytes": b"",
    "none": None,
    "time": datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC),
    "time_elsewhere": datetime(1969, 7, 20, 22, 17, 40, tzinfo=timezone(timedelta(hours=2))),
    "list": [1, 1.5, "one", b"one", None, True, NOON, [], {}],
    "candles": [[1, 2.0, [3]], [], [[]]],
    "map": {"inner": {"deep": [{"deeper": b"\x00"}]}, "empty": {}, "a.b": 1, "with `ticks` and spaces": 2},
    "looks_encoded": {"$bytes": "AA==", "other": {"$time": "now"}, "list": [{"$map": {"$map": 1}}]},
    "dotted.name": 1,
    "$bytes": "at the top",
}


def _nested(depth: int) -> Value:
    return {"inner": _nested(depth - 1)} if depth else None


def _kinds(value: Value) -> object:
    """Return the types throughout a value: 1, 1.0 and True are equal, but not the same."""
    if isinstance(value, dict):
        return {name: _kinds(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_kinds(item) for item in value]
    return type(value)


@pytest.fixture(params=["embedded", "firestore"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DocumentStore]:
    """An empty store."""
    opened: DocumentStore
    if request.param == "embedded":
        opened = EmbeddedDocuments(tmp_path / "documents.db", clock=SteppingClock(), timeout=PATIENCE)
    else:
        host = request.getfixturevalue("emulator")
        # A project of its own is an empty database.
        opened = FirestoreDocuments(f"demo-{uuid4().hex[:12]}", timeout=PATIENCE, emulator=host)
    yield opened
    await opened.close()


async def test_every_kind_of_value_comes_back_as_it_went(store: DocumentStore) -> None:
    await store.set("live/every-kind", EVERY_KIND)

    document = await store.get("live/every-kind")

    assert document is not None
    assert document.path == "live/every-kind"
    assert document.fields == EVERY_KIND
    assert _kinds(dict(document.fields)) == _kinds(EVERY_KIND)


async def test_not_a_number_comes_back(store: DocumentStore) -> None:
    await store.set("live/nan", {"value": math.nan})

    document = await store.get("live/nan")

    assert document is not None
    assert math.isnan(float(str(document.fields["value"])))


async def test_document_without_fields_exists(store: DocumentStore) -> None:
    await store.set("live/empty", {})

    document = await store.get("live/empty")

    assert document is not None
    assert document.fields == {}


async def test_missing_document_is_none(store: DocumentStore) -> None:
    assert await store.get("cache/never-written") is None


async def test_set_replaces_all_fields(store: DocumentStore) -> None:
    await store.set("cache/a", {"old": 1, "both": 1})

    await store.set("cache/a", {"both": 2})

    document = await store.get("cache/a")
    assert document is not None
    assert document.fields == {"both": 2}


async def test_create_writes_only_where_nothing_is(store: DocumentStore) -> None:
    first = await store.create("leases/a", {"owner": "first"})
    second = await store.create("leases/a", {"owner": "second"})

    document = await store.get("leases/a")
    assert (first, second) == (True, False)
    assert document is not None
    assert document.fields == {"owner": "first"}


async def test_replace_needs_the_version_that_was_read(store: DocumentStore) -> None:
    await store.set("leases/a", {"owner": "first", "since": 1})
    read = await store.get("leases/a")
    assert read is not None

    in_time = await store.replace("leases/a", {"owner": "second"}, version=read.version)
    too_late = await store.replace("leases/a", {"owner": "third"}, version=read.version)

    document = await store.get("leases/a")
    assert (in_time, too_late) == (True, False)
    assert document is not None
    assert document.fields == {"owner": "second"}
    assert document.version != read.version


async def test_replace_fails_for_deleted_recreated_and_unknown_versions(store: DocumentStore) -> None:
    await store.set("leases/a", {"owner": "first"})
    read = await store.get("leases/a")
    assert read is not None
    await store.delete("leases/a")

    deleted = await store.replace("leases/a", {"owner": "second"}, version=read.version)
    await store.set("leases/a", {"owner": "first"})
    recreated = await store.replace("leases/a", {"owner": "second"}, version=read.version)
    unknown = await store.replace("leases/a", {"owner": "second"}, version="of another store")

    assert (deleted, recreated, unknown) == (False, False, False)


async def test_one_of_many_simultaneous_creates_wins(store: DocumentStore) -> None:
    attempts = [store.create("leases/raced", {"owner": number}) for number in range(12)]

    won = await asyncio.gather(*attempts)

    document = await store.get("leases/raced")
    assert won.count(True) == 1
    assert document is not None
    assert document.fields == {"owner": won.index(True)}


async def test_one_of_many_simultaneous_replaces_wins(store: DocumentStore) -> None:
    await store.set("leases/raced", {"owner": None})
    read = await store.get("leases/raced")
    assert read is not None
    attempts = [store.replace("leases/raced", {"owner": number}, version=read.version) for number in range(12)]

    won = await asyncio.gather(*attempts)

    document = await store.get("leases/raced")
    assert won.count(True) == 1
    assert document is not None
    assert document.fields == {"owner": won.index(True)}


async def test_get_many_returns_those_that_exist(store: DocumentStore) -> None:
    paths = [f"provider_state/{number}" for number in range(40)]
    await asyncio.gather(*(store.set(path, {"path": path}) for path in paths[::2]))

    found = await store.get_many([*paths, "provider_state/0", "cache/0"])
    nothing = await store.get_many([])

    assert sorted(found) == sorted(paths[::2])
    assert all(document.fields == {"path": path} and document.path == path for path, document in found.items())
    assert nothing == {}


async def test_list_is_in_the_order_of_names_and_of_one_collection(store: DocumentStore) -> None:
    names = ["b", "a", "B", "10", "9", "a b", "é", "₿", "😀", "%2F", "a.b", "a-b", "~"]
    for name in names:
        await store.set(f"live/{name}", {"name": name})
    for neighbour in ("live0", "liv", "live-", "live."):
        await store.set(f"{neighbour}/a", {})

    listed = await store.list("live")
    first = await store.list("live", limit=3)
    nothing = await store.list("empty")

    assert [document.fields["name"] for document in listed] == sorted(names, key=str.encode)
    assert [document.path for document in first] == [document.path for document in listed[:3]]
    assert list(nothing) == []


async def test_list_begins_with_a_prefix_and_goes_on_behind_a_name(store: DocumentStore) -> None:
    for name in ("ann~1", "ann~2", "ann~3", "anna~1", "ann}", "bob~1", "ann~\U0001f600"):
        await store.set(f"owned/{name}", {})
    await store.set("owned2/ann~9", {})

    whole = await store.list("owned", prefix="ann~")
    page = await store.list("owned", prefix="ann~", limit=2)
    following = await store.list("owned", prefix="ann~", after="ann~2", limit=1)
    everything_behind = await store.list("owned", after="ann~3")

    assert [each.path for each in whole] == ["owned/ann~1", "owned/ann~2", "owned/ann~3", "owned/ann~\U0001f600"]
    assert [each.path for each in page] == ["owned/ann~1", "owned/ann~2"]
    assert [each.path for each in following] == ["owned/ann~3"]
    assert [each.path for each in everything_behind] == ["owned/ann~\U0001f600", "owned/bob~1"]
    assert await store.list("owned", prefix="carl~", after="bob~1") == []


async def test_commit_does_every_write(store: DocumentStore) -> None:
    await store.set("a/held", {"n": 1})
    await store.set("a/gone", {})
    held = await store.get("a/held")
    assert held is not None

    done = await store.commit(
        [
            Put(path="a/held", fields={"n": 2}, version=held.version),
            Put(path="a/new", fields={"n": 3}, new=True),
            Put(path="b/any", fields={"n": 4}),
            Removal(path="a/gone"),
            Removal(path="a/never"),
        ]
    )

    assert done
    assert {each.path: each.fields for each in await store.list("a")} == {"a/held": {"n": 2}, "a/new": {"n": 3}}
    any_ = await store.get("b/any")
    assert any_ is not None
    assert any_.fields == {"n": 4}


@pytest.mark.parametrize(
    "refused",
    [
        Put(path="a/held", fields={"n": 9}, version="1.1000"),
        Put(path="a/held", fields={"n": 9}, version="nonsense"),
        Put(path="a/missing", fields={}, version="1.1000"),
        Put(path="a/held", fields={}, new=True),
        Removal(path="a/held", version="1.1000"),
        Removal(path="a/missing", version="1.1000"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
async def test_commit_whose_condition_fails_does_nothing(store: DocumentStore, refused: Write, *, first: bool) -> None:
    await store.set("a/held", {"n": 1})
    await store.set("a/other", {"n": 1})
    others: list[Write] = [
        Put(path="a/other", fields={"n": 2}),
        Removal(path="a/third"),
        Put(path="a/fourth", fields={}, new=True),
    ]

    done = await store.commit([refused, *others] if first else [*others, refused])

    assert not done
    assert {each.path: each.fields for each in await store.list("a")} == {"a/held": {"n": 1}, "a/other": {"n": 1}}


async def test_simultaneous_commits_over_one_version_let_one_through(store: DocumentStore) -> None:
    await store.set("a/purse", {"left": 10})
    purse = await store.get("a/purse")
    assert purse is not None

    def spend(n: int) -> list[Write]:
        return [
            Put(path="a/purse", fields={"left": 0, "by": n}, version=purse.version),
            Put(path=f"bought/{n}", fields={}, new=True),
        ]

    done = await asyncio.gather(*(store.commit(spend(n)) for n in range(8)))

    assert sum(done) == 1
    assert [each.path for each in await store.list("bought")] == [f"bought/{done.index(True)}"]


async def test_commit_of_nothing_is_done(store: DocumentStore) -> None:
    assert await store.commit([])


async def test_commit_of_too_many_or_of_one_path_twice_is_refused(store: DocumentStore) -> None:
    many = [Put(path=f"a/{n}", fields={}) for n in range(MOST_WRITES + 1)]

    with pytest.raises(ValueError, match="over the 500"):
        await store.commit(many)
    with pytest.raises(ValueError, match="once"):
        await store.commit([Put(path="a/b", fields={}), Removal(path="a/b")])
    assert await store.commit(many[:MOST_WRITES])


async def test_delete_removes_and_does_not_mind_absence(store: DocumentStore) -> None:
    await store.set("cache/a", {"value": 1})

    await store.delete("cache/a")
    await store.delete("cache/a")

    assert await store.get("cache/a") is None


async def test_expired_document_is_still_found_and_its_expiry_is_no_field(store: DocumentStore) -> None:
    created = await store.create("leases/old", {"owner": "gone"}, expires_at=NOON - timedelta(minutes=5))

    document = await store.get("leases/old")

    assert created
    assert document is not None
    assert document.fields == {"owner": "gone"}
    assert not await store.create("leases/old", {"owner": "next"}, expires_at=NOON)
    assert await store.replace("leases/old", {"owner": "next"}, version=document.version, expires_at=NOON)


async def test_largest_payload_is_accepted(store: DocumentStore) -> None:
    payload = bytes(LARGEST_PAYLOAD)

    await store.set("cache/large", {"body": payload, "etag": "e"})

    document = await store.get("cache/large")
    assert document is not None
    assert document.fields["body"] == payload


@pytest.mark.parametrize(
    "fields",
    [{"body": bytes(1_100_000)}, {"a": "x" * 600_000, "b": ["y" * 600_000]}, {"body": bytes(1_048_488)}],
    ids=["field", "document", "one-byte"],
)
async def test_too_large_a_document_is_refused_by_every_write(store: DocumentStore, fields: dict[str, Value]) -> None:
    with pytest.raises(DocumentTooLargeError):
        await store.set("cache/large", fields)
    with pytest.raises(DocumentTooLargeError):
        await store.create("cache/large", fields)
    with pytest.raises(DocumentTooLargeError):
        await store.replace("cache/large", fields, version="1.0")

    assert await store.get("cache/large") is None


@pytest.mark.parametrize(
    "path", ["cache", "/a", "cache/", "cache/a/b", "cache/.", "cache/..", "cache/__a__", "__a__/a", "c/" + "é" * 751]
)
async def test_path_that_firestore_forbids_is_refused(store: DocumentStore, path: str) -> None:
    with pytest.raises(ValueError, match="name"):
        await store.get(path)
    with pytest.raises(ValueError, match="name"):
        await store.set(path, {})
    with pytest.raises(ValueError, match="name"):
        await store.delete(path)


@pytest.mark.parametrize("name", ["a", "__a", "...", "a b", "a:b?c=d&e", "2026-03-01T12:00:00Z", "é" * 750, "__id7_"])
async def test_unusual_name_is_kept(store: DocumentStore, name: str) -> None:
    await store.set(f"cache/{name}", {"name": name})

    listed = await store.list("cache")

    assert [(document.path, document.fields) for document in listed] == [(f"cache/{name}", {"name": name})]


@pytest.mark.parametrize(
    "value",
    [2**63, datetime(2026, 3, 1), "\ud800", {"": 1}, {"__a__": 1}, _nested(21)],  # noqa: DTZ001
    ids=["over 64 bits", "naive time", "lone surrogate", "nameless", "reserved name", "too deep"],
)
async def test_value_that_firestore_cannot_hold_is_refused(store: DocumentStore, value: Value) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        await store.set("cache/a", {"value": value})


async def test_expiry_is_not_given_as_a_field(store: DocumentStore) -> None:
    with pytest.raises(ValueError, match="argument"):
        await store.set("cache/a", {"expires_at": NOON})


async def test_closed_store_opens_again_when_asked(store: DocumentStore) -> None:
    await store.set("cache/a", {"value": 1})

    await store.close()
    await store.close()

    assert await store.get("cache/a") is not None
