"""What people do about their own keys, and what they are told about themselves."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from shared.auth.keys import MadeKey, Scope, make_key
from shared.core.clock import Clock
from shared.core.errors import ConflictError, NotFoundError
from shared.core.limits import RateLimits
from shared.records.answer import Answer, JsonField
from shared.records.caller import Caller

from .records import KeyRecord, Keys
from .repository import IdentityRepository

MOST_KEYS = 20
_ATTEMPTS = 5


class IdentityService:
    """Answers about the caller.

    Args:
        repository: Their documents.
        limits: How much each plan may ask for.
        clock: Tells the time.
        source: `live`, `sandbox` or `replay`.
        forget: Told the id of a key that was revoked here, so that this instance believes it no longer.
    """

    def __init__(
        self,
        repository: IdentityRepository,
        limits: RateLimits,
        clock: Clock,
        *,
        source: str,
        forget: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._repository = repository
        self._limits = limits
        self._clock = clock
        self._source = source
        self._forget = forget

    def whoever(self, caller: Caller) -> Answer:
        """Return who the caller was verified to be."""
        return self._told(_person(caller))

    async def me(self, caller: Caller) -> Answer:
        """Return the caller's profile and limits."""
        keys = await self._repository.keys(caller.uid)
        limits = {
            "requests": self._limits.of(caller.plan),
            "window_s": self._limits.window_s,
            "keys": MOST_KEYS,
            "keys_used": len(keys.records),
        }
        return self._told({**_person(caller), "scopes": sorted(caller.scopes), "limits": limits})

    async def create(
        self, caller: Caller, *, name: str, scopes: Sequence[Scope], expires_in: timedelta | None
    ) -> Answer:
        """Return a new key with its secret, which nobody can tell again.

        Raises:
            ConflictError: there are too many, or the keys were being changed all the time.
        """
        now, made = self._clock.now(), make_key()
        record = KeyRecord(
            id=made.id,
            name=name,
            scopes=tuple(dict.fromkeys(scopes)),
            plan=caller.plan,
            created_at=now,
            expires_at=None if expires_in is None else now + expires_in,
        )
        await self._added(caller.uid, record, made)
        return self._told({**_told_key(record, None), "key": made.text})

    async def _added(self, uid: str, record: KeyRecord, made: MadeKey) -> None:
        for _ in range(_ATTEMPTS):
            keys = await self._repository.keys(uid)
            if len(keys.records) >= MOST_KEYS:
                raise ConflictError("too_many_keys", f"You have {MOST_KEYS} keys; revoke one first")
            if await self._repository.add(uid, keys, record, made):
                return
        raise ConflictError("changed_meanwhile", "Your keys are being changed by somebody else; try again")

    async def keys(self, caller: Caller) -> Answer:
        """Return the caller's keys, oldest first, without their secrets."""
        keys = await self._repository.keys(caller.uid)
        uses = await self._repository.last_uses(caller.uid)
        return self._told([_told_key(each, uses.get(each.id)) for each in keys.records], total=len(keys.records))

    async def revoke(self, caller: Caller, name: str) -> None:
        """Let nobody use a key any more: at once here, within half a minute wherever it was used before.

        Raises:
            NotFoundError: the caller has no such key.
            ConflictError: the keys were being changed all the time.
        """
        for _ in range(_ATTEMPTS):
            keys = await self._repository.keys(caller.uid)
            if not _has(keys, name):
                raise NotFoundError("key", name)
            if await self._repository.remove(caller.uid, keys, name):
                self._forget(name)
                return
        raise ConflictError("changed_meanwhile", "Your keys are being changed by somebody else; try again")

    async def usage(self, caller: Caller, *, days: int) -> Answer:
        """Return how much the caller asked for, by day and key, oldest first."""
        since = (self._clock.now() - timedelta(days=days - 1)).date().isoformat()
        used = await self._repository.usage(caller.uid, since=since)
        told = [{"day": each.day, "key_id": each.key_id, "requests": each.requests} for each in used]
        return self._told(told, total=len(told))

    def _told(self, data: JsonField, *, total: int | None = None) -> Answer:
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return Answer(data=text, as_of=None, source=self._source, meta={} if total is None else {"total": total})


def _has(keys: Keys, name: str) -> bool:
    return any(record.id == name for record in keys.records)


def _person(caller: Caller) -> dict[str, JsonField]:
    return {
        "uid": caller.uid,
        "email": caller.email,
        "name": caller.name,
        "plan": caller.plan,
        "via": caller.via,
        "key_id": caller.key_id,
    }


def _told_key(record: KeyRecord, last_used_at: datetime | None) -> dict[str, JsonField]:
    return {
        "id": record.id,
        "prefix": f"cp_{record.id}_",
        "name": record.name,
        "scopes": list(record.scopes),
        "plan": record.plan,
        "created_at": _iso(record.created_at),
        "expires_at": _iso(record.expires_at),
        "last_used_at": _iso(last_used_at),
    }


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
