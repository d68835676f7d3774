"""Whether two titles tell the same story: by the parts they share, in whatever language.

Compared are sets of three neighbouring characters (Jaccard). Thresholds and the rule for numbers come from 5,267 recorded articles of
three publishers: docs/decisions/0010-news.md.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

WINDOW = timedelta(hours=48)
"""How far apart the same story may be published."""
BETWEEN_PUBLISHERS = 0.5
WITHIN_PUBLISHER = 0.85
"""One publisher's titles are alike because it writes them alike: only a corrected one is the same."""
CORRECTED_WITHIN = timedelta(hours=12)
"""Tomorrow the same title is another day's column."""
FEWEST_PARTS = 12
"""Shorter titles say too little to be told apart."""
_DAY_S = 86_400
_REACH = WINDOW // timedelta(days=1)
"""Days before and after, in which the same story may be."""
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Title:
    """One title, when it was published and by whom."""

    article_id: str
    publisher: str
    published_at: datetime
    text: str

    @cached_property
    def normal(self) -> str:
        """The title's words in one case and form, without anything between them."""
        return " ".join(_WORD.findall(unicodedata.normalize("NFKC", self.text).casefold()))

    @cached_property
    def parts(self) -> frozenset[str]:
        """Every three neighbouring characters."""
        padded = f" {self.normal} "
        return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """The numbers in it, sorted: a price analysis of another day differs in nothing else."""
        return tuple(sorted(_NUMBER.findall(self.normal)))


def similarity(one: Title, other: Title) -> float:
    """Return the share of their parts that two titles have in common, 0 to 1."""
    shared = len(one.parts & other.parts)
    return shared / max(1, len(one.parts) + len(other.parts) - shared)


def same_story(one: Title, other: Title) -> bool:
    """Return whether two titles are near-identical, close in time and without a number that differs."""
    within = one.publisher == other.publisher
    apart = abs(one.published_at - other.published_at)
    if apart > (CORRECTED_WITHIN if within else WINDOW) or one.numbers != other.numbers:
        return False
    if min(len(one.parts), len(other.parts)) < FEWEST_PARTS:
        return False
    return similarity(one, other) >= (WITHIN_PUBLISHER if within else BETWEEN_PUBLISHERS)


Parts = dict[str, list[Title]]


@dataclass
class TitleIndex:
    """Titles by their days and parts, so that a new one is compared with the few that can be similar to it."""

    _days: dict[int, Parts] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def add(self, title: Title) -> None:
        """Take a title in."""
        parts = self._days[_day(title)]
        for part in title.parts:
            parts[part].append(title)

    def find(self, title: Title) -> Title | None:
        """Return the most similar title that tells the same story."""
        found = [each for each in self._candidates(title) if same_story(title, each)]
        return max(found, key=lambda each: (similarity(title, each), each.article_id), default=None)

    def _candidates(self, title: Title) -> Iterable[Title]:
        day = _day(title)
        for parts in (self._days.get(near) for near in range(day - _REACH, day + _REACH + 1)):
            yield from () if parts is None else _sharing(title, parts)


def _day(title: Title) -> int:
    return int(title.published_at.timestamp() // _DAY_S)


def _sharing(title: Title, parts: Parts) -> Iterable[Title]:
    # Whoever shares half of the parts of both shares one of the rarest half of this one's.
    rarest = sorted(title.parts, key=lambda part: (len(parts.get(part, ())), part))
    enough = len(rarest) - int(len(rarest) * BETWEEN_PUBLISHERS) + 1
    # Told apart by identity: their hash goes through all they hold.
    return {id(each): each for part in rarest[:enough] for each in parts.get(part, ())}.values()
