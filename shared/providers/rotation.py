"""Who is asked, in which order, and why the others are not. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.records.provider import ProviderState

from . import circuit, quota
from .contract import AnyAdapter
from .keys import ALL_REJECTED, KeyRing


@dataclass(frozen=True, slots=True)
class Provider:
    """An adapter and the keys that its settings give it."""

    adapter: AnyAdapter
    ring: KeyRing

    @property
    def id(self) -> str:
        """Return the provider's name."""
        return self.adapter.descriptor.id

    @property
    def family(self) -> str:
        """Return the source that it is a front door of."""
        return self.adapter.descriptor.family


@dataclass(frozen=True, slots=True)
class Bar:
    """Why a provider is not asked, and until when if that is known."""

    code: str
    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Who may be asked, first come first, and who may not."""

    order: tuple[Provider, ...]
    barred: tuple[tuple[Provider, Bar], ...]


def lined_up(
    providers: Sequence[Provider],
    states: Mapping[str, ProviderState],
    request: Any,
    *,
    next_family: str | None,
    now: datetime,
) -> Line:
    """Return the line of one run.

    First the best of each family, from the family whose turn it is; then the other members, who step in when
    theirs failed; then the spares, always in the same order. When nobody may be asked, the one whose cooldown ends
    first gets a last-resort trial.
    """
    bars = {each.id: barred(each, states[each.id], request, now) for each in providers}
    free = [each for each in providers if bars[each.id] is None]
    regular, spare = _parted(free)
    turn = _in_turn(regular, _families(_parted(providers)[0]), next_family)
    order = (*turn, *spare) or _last_resort(providers, states, bars)
    asked = {each.id for each in order}
    kept_out = tuple((each, bar) for each in providers if (bar := bars[each.id]) and each.id not in asked)
    return Line(order, kept_out)


def following(providers: Sequence[Provider], next_family: str | None, wanted: int) -> str:
    """Return the family whose turn it is after a run that wanted so many; spares have none."""
    families = _families(_parted(providers)[0]) or _families(providers)
    return families[(_position(families, next_family) + wanted) % len(families)]


def barred(provider: Provider, state: ProviderState, request: Any, now: datetime) -> Bar | None:
    """Return why a provider may not be asked now, or `None`: first keys, then circuit, then quota."""
    blocked = provider.ring.blocked(state, now)
    if blocked is not None:
        return Bar("keys_rejected" if blocked == ALL_REJECTED else "no_key", blocked)
    if circuit.standing(state, now) == "waiting":
        return _waiting(state)
    until = quota.spent_until(provider.adapter.descriptor.limits, state.quotas, provider.adapter.cost(request), now=now)
    return Bar("quota_spent", f"quota spent until {until:%H:%M:%S}", until) if until else None


def disabled_reason(bar: Bar) -> str | None:
    """Return why a provider cannot be asked until somebody does something, or `None`."""
    return bar.reason if bar.code in ("no_key", "keys_rejected") else None


def disabling(bar: Bar) -> Callable[[ProviderState], ProviderState]:
    """Return the change that notes it."""
    return lambda state: replace(state, disabled_reason=disabled_reason(bar))


def _waiting(state: ProviderState) -> Bar:
    until = state.open_until
    if state.circuit == "half_open":
        return Bar("trial_elsewhere", "its one trial is under way elsewhere", until)
    if state.last_error_code == "rate_limited":
        return Bar("rate_limited", f"asked for patience until {until:%H:%M:%S}", until)
    return Bar("circuit_open", f"circuit open until {until:%H:%M:%S}", until)


def _parted(providers: Iterable[Provider]) -> tuple[list[Provider], list[Provider]]:
    """Return those that have turns, and the spares by rank."""
    ranked = sorted(providers, key=lambda each: each.adapter.descriptor.rank)
    return (
        [each for each in ranked if not each.adapter.descriptor.spare],
        [each for each in ranked if each.adapter.descriptor.spare],
    )


def _families(providers: Iterable[Provider]) -> list[str]:
    ranked = sorted(providers, key=lambda each: each.adapter.descriptor.rank)
    return list(dict.fromkeys(each.family for each in ranked))


def _position(families: Sequence[str], next_family: str | None) -> int:
    return families.index(next_family) if next_family in families else 0


def _in_turn(free: Sequence[Provider], families: list[str], next_family: str | None) -> tuple[Provider, ...]:
    start = _position(families, next_family)
    turn = families[start:] + families[:start]
    ranked = sorted(free, key=lambda each: (turn.index(each.family), each.adapter.descriptor.rank))
    firsts = [next(each for each in ranked if each.family == family) for family in _families(ranked)]
    firsts.sort(key=lambda each: turn.index(each.family))
    return (*firsts, *(each for each in ranked if each not in firsts))


def _last_resort(
    providers: Sequence[Provider], states: Mapping[str, ProviderState], bars: Mapping[str, Bar | None]
) -> tuple[Provider, ...]:
    """Return the one whose cooldown ends first; a demand for patience or a spent quota is respected even now."""
    waits = [
        (bar.until, index)
        for index, each in enumerate(providers)
        if (bar := bars[each.id]) and bar.code == "circuit_open" and bar.until
    ]
    return (providers[min(waits)[1]],) if waits else ()
