"""An answer on its way from PostgreSQL to the caller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

JsonScalar = str | int | float | bool | None
JsonField = JsonScalar | Sequence[Any] | Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The `data` of an envelope, already JSON because PostgreSQL built it, and what `meta` must say of it."""

    data: str
    """JSON text."""
    as_of: datetime | None
    """The age of the oldest fact that counts; `None` when the answer holds no dated fact."""
    source: str
    """`live`, `sandbox` or `replay`."""
    sources: tuple[str, ...] = ()
    """Providers whose facts are in it, best known first."""
    stale: bool = False
    """Whether a fact is older than its refresh promises."""
    meta: Mapping[str, JsonField] = field(default_factory=dict)
    """Further fields of `meta`: `total`, `snapshot`, `vs_currency`, `next`."""
