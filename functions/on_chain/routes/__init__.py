"""The chains over HTTP, a module for each kind of answer; in the documentation they come in the order of these imports."""

from . import flows, gas, metrics  # noqa: F401  importing it puts its routes on the router
from .router import router

__all__ = ["router"]
