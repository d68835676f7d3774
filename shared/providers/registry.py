"""Adapters set up as the environment says. Each kind names its own, so that a function carries only those it asks."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from shared.core.errors import SettingsError
from shared.core.settings import Settings

from .contract import AnyAdapter, Descriptor, Limit
from .keys import KeyRing
from .rotation import Provider

Makes = Callable[[str, Descriptor], AnyAdapter]
"""From the address and the descriptor, its limits as stated by the operator, to the adapter."""


def assembled(adapters: Iterable[tuple[Descriptor, Makes]], settings: Settings) -> tuple[Provider, ...]:
    """Return adapters with their addresses, limits and keys, as the environment says.

    Raises:
        SettingsError: an address or a limit cannot be read.
    """
    return tuple(_provider(descriptor, adapter, settings.environment) for descriptor, adapter in adapters)


def _provider(descriptor: Descriptor, adapter: Makes, environment: Mapping[str, str]) -> Provider:
    described = replace(descriptor, limits=_limits(descriptor, environment))
    return Provider(adapter(_url(descriptor, environment), described), KeyRing.of(descriptor, environment))


def _url(descriptor: Descriptor, environment: Mapping[str, str]) -> str:
    url = environment.get(descriptor.url_setting) or descriptor.default_url
    if not url.startswith(("https://", "http://")):
        raise SettingsError(descriptor.url_setting, "is no http address")
    return url.rstrip("/")


def _limits(descriptor: Descriptor, environment: Mapping[str, str]) -> tuple[Limit, ...]:
    """Return the operator's own limits where he states any (`500/60,500000/2592000`), else the published ones."""
    stated = environment.get(descriptor.limits_setting)
    if not stated:
        return descriptor.limits
    try:
        pairs = [part.split("/") for part in stated.split(",")]
        limits = tuple(Limit(int(calls), int(per_s), "stated") for calls, per_s in pairs)
    except ValueError:
        raise SettingsError(descriptor.limits_setting, "is not calls/seconds, by commas") from None
    if any(limit.calls < 1 or limit.per_s < 1 for limit in limits):
        raise SettingsError(descriptor.limits_setting, "holds a number below 1")
    return limits
