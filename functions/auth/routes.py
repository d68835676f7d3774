"""The caller over HTTP: who they are, their keys, their use."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from shared.domain.identity.models import Key, MadeKey, NewKey, Person, Profile, Use
from shared.domain.identity.service import IdentityService
from shared.http.envelope import Envelope, answered
from shared.http.openapi import errors
from shared.http.provided import provided
from shared.http.signed import Keyed, SignedIn

router = APIRouter(prefix="/api/v1/auth", tags=["auth"])

Identity = Annotated[IdentityService, provided(IdentityService)]
KeyId = Annotated[str, Path(max_length=64, description="Id of an API key.", examples=["5f1c9a02b7e4d836"])]


@router.post("/verify", summary="Verify an ID token", response_model=Envelope[Person])
async def verify(request: Request, caller: SignedIn, identity: Identity) -> Response:
    """Whom the token in `Authorization` speaks for; one that was revoked, or whose account was disabled, is refused.

    Reading elsewhere believes a token until it expires; this asks Firebase each time.
    """
    return answered(request, identity.whoever(caller))


@router.get("/me", summary="Your profile and limits", response_model=Envelope[Profile])
async def me(request: Request, caller: Keyed, identity: Identity) -> Response:
    """Who you are, by ID token or API key, and how much you may ask for."""
    return answered(request, await identity.me(caller))


@router.get("/keys", summary="Your API keys", response_model=Envelope[list[Key]])
async def keys(request: Request, caller: SignedIn, identity: Identity) -> Response:
    """All your keys, oldest first, without their secrets."""
    return answered(request, await identity.keys(caller))


@router.post(
    "/keys",
    status_code=201,
    summary="Make an API key",
    response_model=Envelope[MadeKey],
    responses=errors("changed_meanwhile", "too_many_keys"),
)
async def create(request: Request, caller: SignedIn, new: NewKey, identity: Identity) -> Response:
    """A new key. `data.key` is shown this once: only a salted hash is kept.

    Send it as `X-Api-Key`. A person may have 20.
    """
    expires_in = None if new.expires_in_days is None else timedelta(days=new.expires_in_days)
    made = await identity.create(caller, name=new.name, scopes=new.scopes, expires_in=expires_in)
    answer = answered(request, made)
    answer.status_code = 201
    return answer


@router.delete(
    "/keys/{key_id}",
    status_code=204,
    summary="Revoke an API key",
    response_class=Response,
    responses=errors("key_not_found", "changed_meanwhile"),
)
async def revoke(key_id: KeyId, caller: SignedIn, identity: Identity) -> Response:
    """Nobody can use the key any more: within half a minute wherever it was used just before, at once elsewhere."""
    await identity.revoke(caller, key_id)
    return Response(status_code=204)


@router.get("/usage", summary="Your use", response_model=Envelope[list[Use]])
async def usage(
    request: Request,
    caller: SignedIn,
    identity: Identity,
    days: Annotated[int, Query(ge=1, le=90, description="How many days back, today included.")] = 30,
) -> Response:
    """Requests by day and key, oldest first; a minute or two late."""
    return answered(request, await identity.usage(caller, days=days))
