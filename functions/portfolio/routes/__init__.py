"""Portfolios over HTTP, a module for each kind of thing; in the documentation they come in the order of these imports."""

from . import portfolios, transactions, imports, analysis  # noqa: F401, I001  importing them puts their routes on the router
from .router import router

__all__ = ["router"]
