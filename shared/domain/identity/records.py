"""What is kept of a person's keys, and what is counted of their use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from shared.auth.keys import Scope
from shared.cache.documents import Value
from shared.records.caller import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """A key without its secret."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    plan: Plan
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class DayOfUse:
    """How many requests one key, or a person's tokens, made on one day, UTC."""

    day: str
    key_id: str
    requests: int


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys of a person, and the version of the document that holds them."""

    records: Sequence[KeyRecord] = field(default=())
    version: str | None = None


def key_to_fields(record: KeyRecord) -> dict[str, Value]:
    """Return a key as documents hold it."""
    return {
        "id": record.id,
        "name": record.name,
        "scopes": list(record.scopes),
        "plan": record.plan,
        "created_at": record.created_at,
        "good_until": record.expires_at,
    }


def key_from_fields(fields: Mapping[str, Value]) -> KeyRecord:
    """Return a key that `key_to_fields` wrote."""
    return KeyRecord(
        id=str(fields["id"]),
        name=str(fields["name"]),
        scopes=tuple(cast("list[Scope]", fields["scopes"])),
        plan=cast("Plan", fields["plan"]),
        created_at=cast("datetime", fields["created_at"]),
        expires_at=cast("datetime | None", fields["good_until"]),
    )
