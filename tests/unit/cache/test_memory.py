"""The memory tier."""

from hypothesis import given
from hypothesis import strategies as st

from shared.cache.entry import Entry, packed
from shared.cache.freshness import LIVE_PRICES
from shared.cache.memory import MemoryTier


def entry_of(size: int) -> Entry:
    return Entry([(b"content-type", b"application/json")], b"x" * size, LIVE_PRICES, made=0.0)


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 9_000)), max_size=40))
def test_bytes_held_never_exceed_the_capacity(steps: list[tuple[str, int]]) -> None:
    memory = MemoryTier(20_000, largest=0.5)

    for key, size in steps:
        memory.put(key, entry_of(size))

        assert memory.bytes_held <= 20_000
        assert memory.bytes_held == sum(entry.size() for entry in memory.entries.values())


def test_least_recently_used_makes_room() -> None:
    memory = MemoryTier(10_000, largest=1.0)
    memory.put("a", entry_of(2_000))
    memory.put("b", entry_of(2_000))
    memory.get("a")

    memory.put("c", entry_of(2_000))

    assert list(memory.entries) == ["a", "c"]


def test_too_large_entry_is_not_kept_and_takes_the_older_one_along() -> None:
    memory = MemoryTier(20_000, largest=0.25)
    memory.put("a", entry_of(10))

    memory.put("a", entry_of(10_000))

    assert memory.get("a") is None
    assert memory.bytes_held == 0


def test_gzip_made_later_is_counted() -> None:
    memory = MemoryTier(100_000)
    entry = entry_of(5_000)
    memory.put("a", entry)
    before = memory.bytes_held

    entry.form.pack(packed(entry.form.body))
    memory.recount("a", entry)

    assert entry.form.packed is not None
    assert memory.bytes_held == before + len(entry.form.packed)


def test_recounting_an_entry_that_was_replaced_changes_nothing() -> None:
    memory = MemoryTier(100_000)
    old, new = entry_of(10), entry_of(20)
    memory.put("a", old)
    memory.put("a", new)

    memory.recount("a", old)

    assert memory.get("a") is new


def test_empty_bodies_are_kept_like_others() -> None:
    memory = MemoryTier(100_000)
    for body in (b"", b"[]", b"0", b"null"):
        memory.put("a", Entry([], body, LIVE_PRICES, made=0.0))

        kept = memory.get("a")
        assert kept is not None
        assert kept.form.body == body
