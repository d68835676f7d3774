"""Keys of answers."""

from urllib.parse import parse_qsl, quote

from hypothesis import given
from hypothesis import strategies as st

from shared.cache.keys import Asked, AskedTable, canonical_query, key_of, parameters

names = st.sampled_from(["a", "b", "ids", "limit", "é"])
pairs = st.lists(st.tuples(names, st.text(max_size=6)), max_size=6)


def encoded(given_pairs: list[tuple[str, str]], *, safe: str) -> bytes:
    return "&".join(f"{quote(name, safe='')}={quote(value, safe=safe)}" for name, value in given_pairs).encode()


@given(pairs)
def test_percent_encoding_does_not_change_the_key(given_pairs: list[tuple[str, str]]) -> None:
    everything = "&".join(f"{_all(name)}={_all(value)}" for name, value in given_pairs).encode()

    assert canonical_query(encoded(given_pairs, safe="")) == canonical_query(everything)


@given(pairs, st.randoms())
def test_order_counts_among_equal_names_only(given_pairs: list[tuple[str, str]], random: st.DataObject) -> None:
    by_name = sorted(given_pairs, key=lambda pair: pair[0])

    assert canonical_query(encoded(given_pairs, safe="")) == canonical_query(encoded(by_name, safe=""))


@given(pairs, pairs)
def test_different_parameters_have_different_keys(one: list[tuple[str, str]], other: list[tuple[str, str]]) -> None:
    same = sorted(one, key=lambda pair: pair[0]) == sorted(other, key=lambda pair: pair[0])
    keys = [key_of("/p", canonical_query(encoded(given, safe=""))) for given in (one, other)]

    assert (keys[0] == keys[1]) is same


@given(st.binary(max_size=40))
def test_any_query_is_read_as_a_route_reads_it(query: bytes) -> None:
    assert list(parameters(query)) == parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    Asked("/p", query, hot=False)


def test_paths_have_different_keys() -> None:
    assert key_of("/a", ()) != key_of("/b", ())
    assert key_of("/a?b=1", ()) != key_of("/a", (("b", "1"),))


def test_only_a_bare_hot_path_is_hot() -> None:
    table = AskedTable(frozenset({"/hot"}))

    assert table.of("/hot", b"").hot
    assert not table.of("/hot", b"a=1").hot
    assert not table.of("/cold", b"").hot


def test_remembered_requests_are_bounded_in_number_and_length() -> None:
    table = AskedTable(frozenset(), limit=3)
    for number in range(10):
        table.remember(table.of("/p", b"n=%d" % number))
    table.remember(table.of("/p", b"x" * 10_000))

    assert [query for _, query in table.known] == [b"n=7", b"n=8", b"n=9"]


def _all(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def test_a_function_may_say_what_is_one_question() -> None:
    table = AskedTable(frozenset(), canonical=lambda path, pairs: tuple((name, value.lower()) for name, value in pairs))

    first, second, other = (table.of("/a", query) for query in (b"x=A", b"x=a", b"x=b"))

    assert first.key == second.key != other.key
    assert first.parameters == (("x", "A"),)
