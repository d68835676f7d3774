"""What an operation answers, and what became of it when a source stopped. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Literal

from tools.tour.visiting import Visit

Verdict = Literal["answered", "another source", "kept", "stale", "failed"]
ORDER: tuple[Verdict, ...] = ("failed", "stale", "kept", "another source", "answered")
"""The worst first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer."""

    status: int
    sources: frozenset[str]
    stale: bool

    @property
    def good(self) -> bool:
        """Whether there is one."""
        return 200 <= self.status < 300


def seen(visit: Visit) -> Seen:
    """Return what counts of a visit."""
    named = (part for source in visit.source.split(", ") for part in source.split("+"))
    return Seen(visit.status, frozenset(named) - {""}, visit.stale)


def verdict(before: Seen, now: Seen, gone: Set[str]) -> Verdict:
    """Return what became of an answer without these sources.

    `kept` still names one of them: what it told last is not old yet, or is its own for ever, as a closed candle is.
    """
    if not now.good:
        return "failed"
    if now.stale and not before.stale:
        return "stale"
    if not before.sources & gone:
        return "answered"
    return "kept" if now.sources & gone else "another source"


def verdicts(before: Mapping[str, Seen], now: Mapping[str, Seen], gone: Set[str]) -> dict[str, Verdict]:
    """Return what became of each operation, by path; those that were not good before are left out."""
    return {path: verdict(was, now[path], gone) for path, was in before.items() if was.good}


def by_group(found: Mapping[str, Verdict]) -> Mapping[str, Counter[Verdict]]:
    """Return how many operations of each group came to what."""
    counted: defaultdict[str, Counter[Verdict]] = defaultdict(Counter)
    for path, each in found.items():
        counted[group_of(path)][each] += 1
    return counted


def group_of(path: str) -> str:
    """Return the group of an operation: the first part of its path below the version."""
    parts = [part for part in path.split("/") if part not in ("", "api", "v1")]
    return parts[0] if parts else path
