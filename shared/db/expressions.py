"""Expressions with which PostgreSQL builds answers, so that no row becomes a Python object.

Imported by statements only, which nothing imports before the first one is needed.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Text, cast, extract, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.selectable import LateralFromClause

Expression = ColumnElement[Any]

_UTC = """'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'"""


def iso(moment: Expression) -> Expression:
    """Return a time as ISO-8601 in UTC with milliseconds."""
    return func.to_char(func.timezone(literal_column("'UTC'"), moment), literal_column(_UTC))


def microseconds(moment: Expression) -> Expression:
    """Return a time as whole microseconds since 1970: pg8000 reads integers ten times faster than times."""
    return cast(extract("epoch", moment) * literal_column("1000000"), BigInteger)


def milliseconds(moment: Expression) -> Expression:
    """Return a time as whole milliseconds since 1970, rounded down."""
    return cast(func.floor(extract("epoch", moment) * literal_column("1000")), BigInteger)


def json_object(rows: FromClause) -> Expression:
    """Return one row of `rows` as the text of an object, its keys named like the columns."""
    return cast(func.row_to_json(literal_column(_name(rows))), Text)


def json_list(row: Expression, order: Expression) -> Expression:
    """Return the text of a list of all rows' objects, each given by `row`; `[]` when there are none.

    Numbers keep every digit: PostgreSQL writes numerics as they are. (`json_agg` would add blanks and line breaks.)
    """
    listed = func.string_agg(row, aggregate_order_by(written(","), order))
    return written("[") + func.coalesce(listed, written("")) + written("]")


def written(text: str) -> Expression:
    """Return a text constant that stands in the statement itself, for what is part of its shape."""
    return literal_column("'" + text.replace("'", "''") + "'", Text)


def row_of(*columns: Expression, of: Sequence[FromClause]) -> LateralFromClause:
    """Return a row of columns of the tables `of`, to be joined laterally and made an object."""
    return select(*columns).correlate(*of).lateral("shown")


def _name(rows: FromClause) -> str:
    return str(rows.name)  # type: ignore[attr-defined]
