"""Which addresses of the internet a request on somebody else's behalf may go to.

A caller names the host, so the host may be made to point inside: every address that a name has now must be public, and the
connection goes to the very address that was looked at, or a second answer of the name server could be another one.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from shared.core.errors import PrismError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

LONGEST_URL = 2_000
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_INSIDE = (".internal", ".local", ".localhost", ".lan", ".home.arpa", ".intranet", ".corp")


class AddressRefusedError(PrismError):
    """The address is none that we go to for others; the message says why."""


class Target(NamedTuple):
    """Where a request goes: the address that was looked at, and what it is called."""

    address: str
    host: str
    port: int
    path: str
    secure: bool


def check_url(url: str, *, allowed: frozenset[str] = frozenset()) -> tuple[str, int]:
    """Return host and port of a URL that may be kept as somebody's webhook; what its name points to is looked at when it is used.

    Args:
        url: What a caller gave.
        allowed: `host:port` of receivers that are let through as they are; an operator's own on a developer's machine.

    Raises:
        AddressRefusedError: no https, a user name, a fragment, a name or address of the inside, too long.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise AddressRefusedError("it is no URL") from None
    if len(url) > LONGEST_URL or any(character <= " " or character == "\x7f" for character in url):
        raise AddressRefusedError("it is too long, or has blanks in it")
    if not host or "@" in parts.netloc or parts.fragment:
        raise AddressRefusedError("give scheme, host, and path; no user and no fragment")
    if f"{host}:{port}" in allowed:
        return host, port
    if parts.scheme != "https":
        raise AddressRefusedError("only https is sent to")
    if _is_inside(host):
        raise AddressRefusedError(f"{host} is not on the internet")
    return host, port


def _is_inside(host: str) -> bool:
    try:
        return not is_public(ipaddress.ip_address(host))
    except ValueError:
        # A name needs a dot; what consists of digits is an address in disguise, as 2130706433 and 0x7f.1 are.
        last = host.rpartition(".")[2]
        disguised = last.isdigit() or last.startswith("0x")
        return "." not in host or disguised or f".{host}".endswith(_INSIDE)


def is_public(address: Address) -> bool:
    """Return whether an address is anybody's on the internet: not private, loopback, link-local, multicast, reserved, or one of these in another coat."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


async def target_of(url: str, *, resolve: Resolve, allowed: frozenset[str] = frozenset()) -> Target:
    """Return where a request to a URL goes, every address of the name having been looked at.

    Raises:
        AddressRefusedError: the URL is refused, or one of the name's addresses is not public.
        OSError: the name has no address.
    """
    host, port = check_url(url, allowed=allowed)
    parts = urlsplit(url)
    found = await resolve(host, port)
    if not found:
        raise OSError(f"{host} has no address")
    if f"{host}:{port}" not in allowed:
        for each in found:
            if not is_public(ipaddress.ip_address(each.partition("%")[0])):
                raise AddressRefusedError(f"{host} points to {each}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(found[0], host, port, path, parts.scheme == "https")


async def resolved(host: str, port: int) -> list[str]:
    """Return the addresses of a name, as the system's resolver tells them.

    Raises:
        OSError: there is none.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))
