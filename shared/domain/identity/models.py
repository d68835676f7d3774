"""What answers about the caller look like."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from shared.auth.keys import Scope
from shared.records.caller import Plan

_PERSON: dict[str, JsonValue] = {
    "uid": "pZ3kXw0mT5cVQn1bYy8dRr2sUu92",
    "email": "ann@example.org",
    "name": "Ann",
    "plan": "free",
    "via": "token",
    "key_id": None,
}
_KEY: dict[str, JsonValue] = {
    "id": "5f1c9a02b7e4d836",
    "prefix": "cp_5f1c9a02b7e4d836_",
    "name": "nightly report",
    "scopes": ["read"],
    "plan": "free",
    "created_at": "2026-03-01T12:00:00.000Z",
    "expires_at": "2026-05-30T12:00:00.000Z",
    "last_used_at": None,
}


def _example(value: JsonValue) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [value]})


class Person(BaseModel):
    """Whom a token or key was verified to speak for."""

    model_config = _example(_PERSON)

    uid: str = Field(description="Firebase's id of the person; of a key, its owner's.")
    email: str | None = Field(description="As the token says; null for a key.")
    name: str | None = Field(description="As the token says; null for a key.")
    plan: Plan = Field(description="How much they may ask for; the custom claim `plan` of the token, `free` without.")
    via: str = Field(description="`token` or `key`.")
    key_id: str | None = Field(description="Which key, if it was one.")


class Limits(BaseModel):
    """How much the caller may ask for."""

    model_config = _example({"requests": 600, "window_s": 60, "keys": 20, "keys_used": 1})

    requests: int = Field(description="Requests within a window, for each group of endpoints.")
    window_s: int = Field(description="Seconds.")
    keys: int = Field(description="API keys a person may have.")
    keys_used: int = Field(description="API keys they have.")


class Profile(Person):
    """The caller with what they may do."""

    model_config = _example(
        {**_PERSON, "scopes": ["*"], "limits": {"requests": 600, "window_s": 60, "keys": 20, "keys_used": 1}}
    )

    scopes: list[str] = Field(description="What the caller may do; `*` is everything, as a person may.")
    limits: Limits


class NewKey(BaseModel):
    """A key to be made."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "nightly report", "scopes": ["read"], "expires_in_days": 90}]},
    )

    name: str = Field(
        min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$", description="What tells it from your others."
    )
    scopes: list[Scope] = Field(
        default=["read"],
        min_length=1,
        max_length=5,
        description="`read` public data and your profile, `predict`, and `portfolio`, `trading`, `alerts` where those take keys.",
    )
    expires_in_days: int | None = Field(
        default=90, ge=1, le=365, description="Days until it stops working; null: it works until it is revoked."
    )


class Key(BaseModel):
    """A key without its secret."""

    model_config = _example(_KEY)

    id: str = Field(description="Names it when it is revoked.")
    prefix: str = Field(description="What the key begins with, to find it in your own files.")
    name: str
    scopes: list[Scope]
    plan: Plan = Field(description="How much it may ask for: your plan when it was made.")
    created_at: datetime = Field(description="UTC.")
    expires_at: datetime | None = Field(description="UTC; null: never.")
    last_used_at: datetime | None = Field(description="UTC, a minute or two late; null: not yet.")


class MadeKey(Key):
    """A key with its secret: shown this once."""

    model_config = _example({**_KEY, "key": "cp_5f1c9a02b7e4d836_…"})

    key: str = Field(description="Send it as `X-Api-Key`. Only a hash of it is kept: it cannot be shown again.")


class Use(BaseModel):
    """Requests of one key on one day."""

    model_config = _example({"day": "2026-03-01", "key_id": "5f1c9a02b7e4d836", "requests": 1440})

    day: str = Field(description="UTC.", pattern=r"^\d{4}-\d\d-\d\d$")
    key_id: str = Field(description="Which key; `token`: you, signed in.")
    requests: int = Field(
        description="About so many: what an instance counted in its last minute may be missing.", ge=0
    )
