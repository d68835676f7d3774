"""Who asks: a signed-in person, or a program that holds one of that person's keys."""

from dataclasses import dataclass
from typing import Literal

Plan = Literal["free", "pro", "operator"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A caller whose token or key was verified.

    `uid` owns the documents, whether the person asks or a key of theirs; `scopes` are what a key may do, and everything for a token.
    """

    uid: str
    via: Literal["token", "key"]
    plan: Plan = "free"
    email: str | None = None
    name: str | None = None
    key_id: str | None = None
    scopes: frozenset[str] = frozenset({"*"})

    def may(self, scope: str) -> bool:
        """Return whether the caller may do what the scope names."""
        return "*" in self.scopes or scope in self.scopes
