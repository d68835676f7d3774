"""A symbol that several tokens share: `meta` says so and lists them, `data` stays empty, and none is picked."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shared.records.answer import JsonField


class Candidate(BaseModel):
    """A token that has the symbol."""

    id: str = Field(examples=["bitcoin"])
    symbol: str = Field(examples=["BTC"])
    name: str = Field(examples=["Bitcoin"])
    rank: int | None = Field(description="By market capitalisation; null when unranked.", examples=[1])


class NamedMeta(BaseModel):
    """Which token was meant."""

    model_config = ConfigDict(extra="allow")

    ambiguous: bool = Field(
        default=False,
        description="Whether several tokens have the symbol: then none is picked, and `data` is `[]` or `null`.",
    )
    symbol: str | None = Field(default=None, description="The symbol that they share.", examples=[None])
    candidates: list[Candidate] | None = Field(
        default=None, description="Those tokens, best ranked first; ask again with an `id`.", examples=[None]
    )


def shared_symbol(name: str, candidates: Sequence[Mapping[str, Any]]) -> dict[str, JsonField]:
    """Return what `meta` says of a symbol that several tokens share."""
    return {"ambiguous": True, "symbol": name.upper(), "candidates": list(candidates)}
