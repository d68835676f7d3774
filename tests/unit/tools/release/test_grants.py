from collections.abc import Iterator

import pytest

from tests.databases import Place, Server
from tools.release.grants import apply, statements

READER, WRITER = "cryptoprism_reader", "cryptoprism_writer"
PRICES, REFRESH = "fn-prices@demo.iam", "fn-refresh@demo.iam"


@pytest.fixture
def users(server: Server) -> Iterator[None]:
    for user in (PRICES, REFRESH):
        server.run(f'CREATE ROLE "{user}" LOGIN')
    yield
    for user in (PRICES, REFRESH):
        server.run(f'DROP ROLE "{user}"')


def test_users_are_given_what_they_lack_and_lose_what_they_should_not_have() -> None:
    needed = statements({READER: [PRICES], WRITER: [REFRESH]}, [(WRITER, PRICES), (WRITER, REFRESH)])

    assert needed == [f'REVOKE "{WRITER}" FROM "{PRICES}"', f'GRANT "{READER}" TO "{PRICES}"']


def test_what_an_operator_gave_to_a_person_stays() -> None:
    assert statements({READER: [PRICES]}, [(READER, PRICES), (WRITER, "ann@example.com")]) == []


def test_a_name_cannot_break_out_of_its_quotes() -> None:
    assert statements({READER: ['a" SUPERUSER; --']}, []) == [f'GRANT "{READER}" TO "a"" SUPERUSER; --"']


def test_a_reader_reads_and_cannot_write_and_doing_it_again_changes_nothing(
    server: Server, place: Place, users: None
) -> None:
    wanted = {READER: [PRICES], WRITER: [REFRESH]}
    administrator = server.settings(place.name, "postgres")

    first = apply(administrator, wanted)
    second = apply(administrator, wanted)

    assert (len(first), second) == (2, [])
    assert may(place, PRICES) == ["SELECT"]
    assert may(place, REFRESH) == ["DELETE", "INSERT", "SELECT", "UPDATE"]


def may(place: Place, user: str) -> list[str]:
    asked = ("DELETE", "INSERT", "SELECT", "UPDATE")
    return [
        right for right in asked if place.run(f"SELECT has_table_privilege('{user}', 'quotes', '{right}')") == [[True]]
    ]
