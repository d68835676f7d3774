"""What an error of PostgreSQL, its driver or the pool means for the caller."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.core.errors import DatabaseUnavailableError

_UNAVAILABLE = frozenset({"08", "28", "3D", "40", "53", "55", "57", "58", "XX"})
"""Classes of SQLSTATE that say something of the server's state; all others speak of our statement and are bugs.

Source: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""
_LOST = frozenset({"08", "57P01", "57P02", "57P03", "57P05"})
"""After these the connection is gone."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn every sign of an absent or overloaded PostgreSQL into one error; let bugs pass.

    Raises:
        DatabaseUnavailableError: PostgreSQL, the way to it or the pool failed.
    """
    from pg8000.exceptions import Error
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (Error, SQLAlchemyError, OSError) as error:
        if not means_unavailable(error):
            raise
        raise DatabaseUnavailableError("PostgreSQL did not answer") from error


def means_unavailable(error: BaseException) -> bool:
    """Whether asking again later may help."""
    from sqlalchemy.exc import TimeoutError as PoolTimeoutError

    state = sqlstate(error)
    if state is not None:
        return state[:2] in _UNAVAILABLE
    return isinstance(error, PoolTimeoutError) or connection_lost(error)


def connection_lost(error: BaseException) -> bool:
    """Whether the connection is of no use any more."""
    from pg8000.exceptions import InterfaceError

    state = sqlstate(error)
    if state is not None:
        return state in _LOST or state[:2] in _LOST
    return isinstance(_cause(error), (InterfaceError, OSError))


def plan_outdated(error: BaseException) -> bool:
    """Whether a prepared statement must be prepared again: a migration changed its result, or it is not there."""
    fields = _fields(error)
    return fields.get("C") == "26000" or (fields.get("C") == "0A000" and fields.get("R") == "RevalidateCachedQuery")


def sqlstate(error: BaseException) -> str | None:
    """Return PostgreSQL's five-letter code; `None` when the error is not its own."""
    return _fields(error).get("C")


def _fields(error: BaseException) -> dict[str, str]:
    arguments = _cause(error).args
    return arguments[0] if arguments and isinstance(arguments[0], dict) else {}


def _cause(error: BaseException) -> BaseException:
    """Return the driver's error inside SQLAlchemy's."""
    return getattr(error, "orig", None) or error
