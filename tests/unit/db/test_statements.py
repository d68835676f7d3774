"""What is compiled and prepared, and how much of it is kept."""

import re
from contextlib import closing

import sqlalchemy as sa

from shared.db.statements import Prepared, Statements
from tests.databases import Place


def numbered(number: int) -> sa.ClauseElement:
    return sa.select(sa.literal(number), sa.bindparam("given"))


def test_parameters_stay_and_values_of_the_shape_are_told() -> None:
    statement = Statements().of("n", lambda: numbered(7))

    assert len(re.findall(r"(?<!:):\w+", statement.text)) == 2
    assert list(statement.constants.values()) == [7]


def test_least_recently_used_shape_goes_first() -> None:
    built: list[int] = []
    statements = Statements(kept=2)

    def ask(number: int) -> None:
        def build() -> sa.ClauseElement:
            built.append(number)
            return numbered(number)

        statements.of(number, build)

    for number in (1, 2, 1, 3, 1, 2):
        ask(number)

    assert built == [1, 2, 3, 2]


def test_connection_keeps_only_so_many_prepared(shared_place: Place) -> None:
    import pg8000.dbapi

    connection = pg8000.dbapi.connect(
        "cryptoprism_reader", unix_sock=shared_place.reader.socket_path, database=shared_place.name, ssl_context=False
    )
    prepared = Prepared(connection, kept=3)

    rows = [prepared.run(f"SELECT {number}", {}) for number in range(10)]

    assert rows == [[[number]] for number in range(10)]
    assert prepared.run("SELECT count(*) FROM pg_prepared_statements", {}) == [[3]]
    connection.close()


def test_texts_arrive_as_they_are_given(shared_place: Place) -> None:
    import pg8000.dbapi

    texts = ["null", "nULL", "NULL", "", " ", 'a"b', "back\\slash", "{a,b}", "é", "a\tb"]
    with closing(
        pg8000.dbapi.connect("postgres", unix_sock=shared_place.owner.socket_path, ssl_context=False)
    ) as connection:
        rows = Prepared(connection).run("SELECT unnest(CAST(:texts AS text[]))", {"texts": texts})

    assert [row[0] for row in rows] == texts
