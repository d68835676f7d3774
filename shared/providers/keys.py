"""API keys: a primary and backups, of which the refused are remembered without remembering the key."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.records.provider import ProviderState

from .contract import Descriptor

TRIED_AGAIN_AFTER = timedelta(days=1)
"""A key that is used up works again when its period is over; nobody tells us when."""
NO_KEY = "no API key"
ALL_REJECTED = "every API key was refused"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key and its place in the list, 0 for the primary."""

    index: int
    value: str = field(repr=False)
    digest: str


@dataclass(frozen=True, slots=True)
class KeyRing:
    """A provider's keys in the order of preference."""

    keys: tuple[ApiKey, ...]
    needed: bool

    @classmethod
    def of(cls, descriptor: Descriptor, environment: Mapping[str, str]) -> "KeyRing":
        """Read the comma list; what cannot stand in a header is no key."""
        listed = environment.get(descriptor.key_setting or "", "").split(",")
        values = dict.fromkeys(value.strip() for value in listed if value.strip())
        keys = tuple(
            ApiKey(index, value, digest_of(descriptor.id, value))
            for index, value in enumerate(value for value in values if value.isascii() and value.isprintable())
        )
        moved = bool(environment.get(descriptor.url_setting))
        needed = descriptor.key_need == "always" or (
            descriptor.key_need == "at_default_url" and (bool(keys) or not moved)
        )
        return cls(keys, needed)

    def usable(self, state: ProviderState, now: datetime) -> tuple[ApiKey, ...]:
        """Return the keys that were not refused within the last day."""
        refused = _refused(state, now)
        return tuple(key for key in self.keys if key.digest not in refused)

    def blocked(self, state: ProviderState, now: datetime) -> str | None:
        """Return why the provider cannot be asked for want of a key, or `None`."""
        if not self.needed or self.usable(state, now):
            return None
        return ALL_REJECTED if self.keys else NO_KEY


def rejected(state: ProviderState, ring: KeyRing, digest: str, *, at: datetime) -> ProviderState:
    """Return the state after a key was refused."""
    refused = _refused(state, at)
    since = state.keys_rejected_at if refused else at
    state = replace(state, rejected_keys=tuple(dict.fromkeys((*refused, digest))), keys_rejected_at=since)
    return replace(state, disabled_reason=ring.blocked(state, at))


def accepted(state: ProviderState, key: ApiKey | None) -> ProviderState:
    """Return the state after an answer was given for a key, or for none."""
    if key is None:
        return replace(state, key_in_use=None, disabled_reason=None)
    remaining = tuple(digest for digest in state.rejected_keys if digest != key.digest)
    since = state.keys_rejected_at if remaining else None
    return replace(state, key_in_use=key.index, disabled_reason=None, rejected_keys=remaining, keys_rejected_at=since)


def digest_of(provider: str, key: str) -> str:
    """Return a name for a key that does not lead back to it: keys are long and random, the salt is the provider."""
    return hashlib.sha256(f"cryptoprism/{provider}/{key}".encode()).hexdigest()[:16]


def _refused(state: ProviderState, now: datetime) -> tuple[str, ...]:
    if state.keys_rejected_at is None or now - state.keys_rejected_at >= TRIED_AGAIN_AFTER:
        return ()
    return state.rejected_keys
