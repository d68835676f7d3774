"""Statements compiled once per shape and prepared once per connection: both cost more than running them."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from .failures import plan_outdated

if TYPE_CHECKING:
    from pg8000.dbapi import Connection
    from pg8000.native import PreparedStatement
    from sqlalchemy import ClauseElement

Rows = Sequence[Sequence[Any]]

KEPT = 256
"""Shapes; a filter for every field of the screener makes many, of which few are asked for twice."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One shape's SQL."""

    text: str
    constants: Mapping[str, object]
    """Values that belong to the shape."""


class Statements:
    """SQL by shape: which filters, which order, never which values."""

    def __init__(self, kept: int = KEPT) -> None:
        self._known: OrderedDict[Hashable, Statement] = OrderedDict()
        self._kept = kept
        self._lock = threading.Lock()

    def of(self, shape: Hashable, build: "Callable[[], ClauseElement]") -> Statement:
        """Return the statement, built and compiled when the shape is new."""
        with self._lock:
            if shape in self._known:
                self._known.move_to_end(shape)
                return self._known[shape]
        statement = _compiled(build())
        with self._lock:
            self._known[shape] = statement
            while len(self._known) > self._kept:
                self._known.popitem(last=False)
        return statement


class Prepared:
    """The statements that one connection has prepared, least recently used first.

    pg8000's own class for them also works on the DB-API connections that the Cloud SQL connector makes.
    They run outside the DB-API, which would open a transaction, so each is a transaction by itself.
    """

    def __init__(self, connection: "Connection", kept: int = KEPT) -> None:
        self._connection = connection
        self._statements: dict[str, PreparedStatement] = {}
        self._kept = kept

    def run(self, text: str, parameters: Mapping[str, object]) -> Rows:
        """Return the rows of a statement; prepare it when it is new here or a migration has changed its result."""
        from pg8000.exceptions import DatabaseError

        parameters = {name: array_of(value) if _is_texts(value) else value for name, value in parameters.items()}
        statement = self._statements.pop(text, None)
        if statement is None:
            return self._first(text, parameters)
        try:
            rows: Rows = statement.run(**parameters)
        except DatabaseError as error:
            if not plan_outdated(error):
                self._statements[text] = statement
                raise
            return self._first(text, parameters)
        self._statements[text] = statement
        return rows

    def _first(self, text: str, parameters: Mapping[str, object]) -> Rows:
        from pg8000.native import PreparedStatement

        while len(self._statements) >= self._kept:
            self._statements.pop(next(iter(self._statements))).close()
        statement = PreparedStatement(self._connection, text)
        rows: Rows = statement.run(**parameters)
        self._statements[text] = statement
        return rows


def array_of(texts: object) -> str:
    """Return texts as PostgreSQL writes an array, each in quotes: pg8000 leaves out those around `null`, which is then none."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in cast("list[str]", texts))
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _compiled(clause: "ClauseElement") -> Statement:
    from sqlalchemy.dialects.postgresql.base import PGDialect

    # pg8000 reads `:name` and numbers the parameters itself.
    compiled = clause.compile(dialect=PGDialect(paramstyle="named"))  # type: ignore[no-untyped-call]
    constants = {name: bind.value for bind, name in compiled.bind_names.items() if not bind.required}  # type: ignore[attr-defined]
    return Statement(str(compiled), constants)
