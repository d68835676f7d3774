"""Names of owned documents."""

from hypothesis import given
from hypothesis import strategies as st

from shared.cache.document_limits import check_name
from shared.cache.owned import name_of, owned

UIDS = st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable())


@given(one=UIDS, other=UIDS)
def test_no_owners_prefix_begins_another_owners_names(one: str, other: str) -> None:
    assert owned(other, "1").startswith(owned(one)) == (one == other)


@given(uid=UIDS)
def test_any_owner_makes_a_name_that_the_store_takes(uid: str) -> None:
    check_name(owned(uid, "1"))


def test_name_comes_back_without_its_owner() -> None:
    assert name_of(f"portfolios/{owned('a~b/c', 'main~1')}") == "main~1"
