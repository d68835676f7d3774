"""Which window a request is counted in: that of the person whose key or token it carries, else that of the address it comes from."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from shared.core.clock import Clock
from shared.core.limits import ANONYMOUS
from shared.core.settings import Settings
from shared.records.caller import Caller

from .windows import Told, Window, Windows

_MOST = 5_000
"""Callers remembered, of each kind; whoever is forgotten begins a new window."""
_LONGEST_REMEMBERED = 2_048
"""Bytes of a header; longer ones are looked at each time."""
_NOTED_EVERY_S = 60.0
_KEY = b"x-api-key"
_OURS = b"cp_"
_ADDRESSES = b"x-forwarded-for"
_NOWHERE = b""
"""No header has this name."""

T = TypeVar("T")
Headers = Mapping[bytes, bytes]
Identify = Callable[[Headers], Awaitable[Caller | None]]
Note = Callable[[Sequence[tuple[Caller, int]]], Awaitable[None]]


class Pass:
    """A key or token that was seen, whose it is, the window it counts in, and how often it was used since that was told."""

    __slots__ = ("caller", "used", "window")

    def __init__(self, window: Window, caller: Caller) -> None:
        self.window = window
        self.caller = caller
        self.used = 0


class Passes:
    """Admits requests.

    Args:
        settings: Limits, and where a caller's address and token are found.
        clock: Measures windows.
        identify: Tells whose a key or token is; may raise.
        note: Told once a minute how often people and their keys asked since.
    """

    def __init__(self, settings: Settings, clock: Clock, *, identify: Identify, note: Note) -> None:
        self._windows = Windows(settings.rate_limits, clock)
        self._identify = identify
        self._note = note
        self._proxies = settings.trusted_proxies
        # Elsewhere a token makes no difference, and telling whose it is would take firebase-admin in every function.
        forwarded = b"x-forwarded-authorization" if settings.identity.behind_gateway else b"authorization"
        self._token = forwarded if settings.private_paths else _NOWHERE
        self._by_credential: dict[bytes, Pass] = {}
        self._by_addresses: dict[bytes, Window] = {}
        self._open: dict[str, Window] = {}
        self._note_at = float("-inf")

    def admit(self, headers: Headers, now: float) -> Told | None:
        """Count a request of somebody known and return what its answer says of that; `None` when it takes `find` to tell."""
        # What every cached answer costs: written out, like the front's own part of it.
        if _KEY in headers or self._token in headers:
            return self._admit_known(headers, now)
        window = self._by_addresses.get(headers.get(_ADDRESSES, b""))
        return None if window is None else window.take(now)

    def _admit_known(self, headers: Headers, now: float) -> Told | None:
        credential = self._credential(headers)
        found = None if credential is None else self._by_credential.get(credential)
        told = None if found is None else found.window.take(now)
        if found is not None and told is not None:
            found.used += 1
        return told

    async def find(self, headers: Headers, now: float) -> tuple[Told, int | None]:
        """Count a request and return what its answer says of that, and, of one over the limit, in how many seconds there is more."""
        credential = self._credential(headers)
        found = None if credential is None else await self._known(credential, headers, now)
        if found is not None:
            found.used += 1
        window = self._anonymous(headers, now) if found is None else found.window
        told, within = self._windows.take(window, now)
        if now >= self._note_at:
            await self._tell_uses(now)
        return told, None if within else window.retry_after(now)

    def _credential(self, headers: Headers) -> bytes | None:
        """Return what says who asks; a key of Google's, which a gateway may want in the same header, says it of nobody."""
        credential = headers.get(_KEY)
        if credential is not None and credential.startswith(_OURS):
            return credential
        return headers.get(self._token)

    async def _known(self, credential: bytes, headers: Headers, now: float) -> Pass | None:
        """Return the pass of a key or token, `None` if it is not good; how often an address may try is limited too."""
        found = self._by_credential.get(credential)
        if found is not None and now < found.window.until:
            return found
        trying = self._window(f"try {self._address(headers)}", ANONYMOUS, now)
        caller = await self._caller(headers) if self._windows.take(trying, now)[1] else None
        if caller is None:
            self._by_credential.pop(credential, None)
            return None
        made = Pass(self._window(f"uid {caller.uid}", caller.plan, now), caller)
        made.used = 0 if found is None else found.used
        _keep(self._by_credential, credential, made)
        return made

    async def _caller(self, headers: Headers) -> Caller | None:
        try:
            return await self._identify(headers)
        except Exception:  # noqa: BLE001  whatever it is: the route that needs to know who asks says what is wrong
            return None

    async def _tell_uses(self, now: float) -> None:
        """Tell the uses that were not told yet; a minute passes until the next time, unless nobody known asked."""
        used = [each for each in self._by_credential.values() if each.used]
        if used:
            told = [(each.caller, each.used) for each in used]
            self._note_at = now + _NOTED_EVERY_S
            for each in used:
                each.used = 0
            await self._note(told)

    def _anonymous(self, headers: Headers, now: float) -> Window:
        addresses = headers.get(_ADDRESSES, b"")
        found = self._by_addresses.get(addresses)
        if found is None or now >= found.until:
            found = self._window(f"address {self._address(headers)}", ANONYMOUS, now)
            _keep(self._by_addresses, addresses, found)
        return found

    def _window(self, name: str, plan: str, now: float) -> Window:
        window = self._open.get(name)
        if window is None or now >= window.until:
            window = self._windows.open(name, plan, now)
            self._open.pop(name, None)
            if len(self._open) >= _MOST:
                self._open.pop(next(iter(self._open)))
            self._open[name] = window
        return window

    def _address(self, headers: Headers) -> str:
        """Return the caller's address: the one before those of our own gateway; what stands before it anybody can write."""
        listed = headers.get(_ADDRESSES, b"").rsplit(b",", self._proxies + 1)
        address = listed[-1 - self._proxies] if len(listed) > self._proxies else listed[0]
        return _network(address.strip().decode("latin-1"))


def _keep(remembered: dict[bytes, T], name: bytes, made: T) -> None:
    if len(name) > _LONGEST_REMEMBERED:
        return
    remembered.pop(name, None)
    if len(remembered) >= _MOST:
        remembered.pop(next(iter(remembered)))
    remembered[name] = made


def _network(address: str) -> str:
    """Return an address; of IPv6 the network, because whoever has one has 2^64 of them."""
    if ":" not in address:
        return address
    from ipaddress import AddressValueError, IPv6Network

    try:
        return str(IPv6Network(f"{address}/64", strict=False))
    except (AddressValueError, ValueError):
        return address
