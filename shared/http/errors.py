"""FastAPI's refusals in a form that always becomes JSON."""

from fastapi.exceptions import RequestValidationError

from .problems import InvalidRequestError

_KEPT = ("type", "loc", "msg", "input", "ctx")


def translated(exc: RequestValidationError) -> InvalidRequestError:
    """Return the same list without links and exception objects; what JSON cannot say is dealt with when it is written."""
    return InvalidRequestError([{name: error[name] for name in _KEPT if name in error} for error in exc.errors()])
