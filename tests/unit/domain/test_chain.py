"""Chained logs."""

from shared.domain.chain import GENESIS, entry_hash, first_broken


def chained(*bodies: dict[str, object]) -> list[tuple[str, str, dict[str, object]]]:
    entries, before = [], GENESIS
    for body in bodies:
        after = entry_hash(before, body)
        entries.append((before, after, body))
        before = after
    return entries


def test_chain_verifies_from_its_first_entry() -> None:
    assert first_broken(chained({"n": 1}, {"n": 2}, {"n": 3})) is None
    assert first_broken([]) is None


def test_changed_entry_is_found_where_it_stands() -> None:
    entries = chained({"n": 1}, {"n": 2}, {"n": 3})
    entries[1] = (*entries[1][:2], {"n": 20})

    assert first_broken(entries) == 1


def test_entry_taken_out_is_found() -> None:
    first, _, third = chained({"n": 1}, {"n": 2}, {"n": 3})

    assert first_broken([first, third]) == 1
    assert first_broken([third]) == 0


def test_order_of_keys_is_no_difference() -> None:
    assert entry_hash(GENESIS, {"a": 1, "b": "ü"}) == entry_hash(GENESIS, {"b": "ü", "a": 1})
