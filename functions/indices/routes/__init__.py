"""Indices and backtests over HTTP, a module for each; the fixed path of backtests comes before the one with an id in its place."""

from . import backtests, indices  # noqa: F401  importing them puts their routes on the router
from .router import router

__all__ = ["router"]
