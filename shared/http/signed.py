"""Who asks, for routes that must or may know: `SignedIn`, `Keyed`, `Anybody`."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Protocol, get_args

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from shared.cache.entry import Header
from shared.core.errors import AuthenticationError, PermissionDeniedError
from shared.records.caller import Caller

from .negotiation import joined


class Callers(Protocol):
    """Tells who asks; a composition root provides one as `provided[Callers]`."""

    async def identify(self, headers: Mapping[str, str], *, strictly: bool = False) -> Caller | None:
        """Return the caller, `None` when nobody says who they are.

        Args:
            headers: Of the request, names in lower case.
            strictly: Whether a token that was revoked since it was signed must be found out: where money or keys are touched.

        Raises:
            AuthenticationError: a token or key is given and not good.
            UnavailableError: nobody can tell for now.
        """
        ...


async def _identified(request: Request, *, strictly: bool) -> Caller | None:
    callers: Callers = request.scope["app"].state.provided[Callers]
    return await callers.identify(_texts(request.headers.raw), strictly=strictly)


def _texts(raw: Iterable[Header]) -> dict[str, str]:
    """Return the headers; one given twice has both values, so that nobody picks the one that suits."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in joined(raw).items()}


async def signed_in(request: Request) -> Caller:
    """Return the person who asks, by an ID token.

    Raises:
        AuthenticationError: nobody is signed in, or the token is not good.
        PermissionDeniedError: a key is given where only its owner in person may act.
    """
    caller = await _identified(request, strictly=request.method not in {"GET", "HEAD"})
    if caller is None:
        raise AuthenticationError("Sign in: no bearer token")
    if caller.via != "token":
        raise PermissionDeniedError("This needs a signed-in person, not an API key")
    return caller


async def keyed(request: Request) -> Caller:
    """Return who asks, by an ID token or an API key.

    Raises:
        AuthenticationError: neither is given, or what is given is not good.
    """
    caller = await _identified(request, strictly=False)
    if caller is None:
        raise AuthenticationError("Give an API key or sign in")
    return caller


async def anybody(request: Request) -> Caller | None:
    """Return who asks if they say so.

    Raises:
        AuthenticationError: what they say is not good.
    """
    return await _identified(request, strictly=False)


Access = Literal["person", "keyed", "anybody"]
"""What a route asks of its callers: a person, a person or a key, or nothing that must be."""

_ASKED: dict[object, Access] = {signed_in: "person", keyed: "keyed", anybody: "anybody"}


def access_of(dependant: Dependant) -> Access | None:
    """Return what a route or a dependency asks, the strictest first; `None` when it does not care who asks."""
    asked = {_ASKED.get(dependant.call), *(access_of(each) for each in dependant.dependencies)}
    return next((each for each in get_args(Access) if each in asked), None)


SignedIn = Annotated[Caller, Depends(signed_in)]
Keyed = Annotated[Caller, Depends(keyed)]
Anybody = Annotated[Caller | None, Depends(anybody)]
