"""What a query asks the screener for, in one form whatever its spelling: presets spelled out, numbers read, defaults filled in. Pure.

The canonical form is also the key under which the answer is cached.
"""

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from .fields import CHOICES, fields
from .presets import PRESETS, Order

Bound = Literal["min", "max"]

PATH = "/api/v1/screener"
DEFAULT_SORT = "market_cap"
DEFAULT_LIMIT = 50
LARGEST_LIMIT = 250
LARGEST_OFFSET = 1_000_000
LARGEST_TEXT = 200
OTHERS = ("preset", "sort", "order", "limit", "offset", "snapshot")


@dataclass(frozen=True, slots=True)
class Refused:
    """A parameter that is refused."""

    parameter: str
    message: str
    given: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for."""

    bounds: tuple[tuple[str, Bound, float], ...]
    """(field, bound, value), sorted."""
    choices: tuple[tuple[str, str], ...]
    sort: str
    order: Order
    limit: int
    offset: int
    snapshot: str | None

    @property
    def filters(self) -> dict[str, float | str]:
        """Return the filters as parameters."""
        return {f"{bound}_{field}": value for field, bound, value in self.bounds} | dict(self.choices)

    @property
    def shape(self) -> tuple[object, ...]:
        """Return what the statement depends on: everything but the values."""
        bounds = tuple((field, bound) for field, bound, _ in self.bounds)
        return (bounds, tuple(name for name, _ in self.choices), self.sort, self.order, self.snapshot is not None)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the canonical parameters, the same for every spelling of the same question."""
        given = {name: written(value) for name, value in self.filters.items()}
        given |= {"sort": self.sort, "order": self.order, "limit": str(self.limit), "offset": str(self.offset)}
        if self.snapshot is not None:
            given["snapshot"] = self.snapshot
        return tuple(sorted(given.items()))


def read(given: Iterable[tuple[str, str]]) -> tuple[Asked | None, list[Refused]]:
    """Return what is asked for, or what is refused of it; filters given besides a preset replace its own."""
    refused: list[Refused] = []
    own: dict[str, str] = {}
    for name, value in given:
        if name in own:
            refused.append(Refused(name, "Given more than once", value))
        own[name] = value
    preset = own.pop("preset", None)
    if preset is not None and preset not in PRESETS:
        refused.append(Refused("preset", f"Unknown preset; {_near(preset, PRESETS)}", preset))
    stated: dict[str, str] = {}
    if preset is not None and preset in PRESETS:
        stated = {**PRESETS[preset].filters, "sort": PRESETS[preset].sort, "order": PRESETS[preset].order}
        # Another order of one's own: the preset's direction was meant for its own field.
        if "sort" in own and own["sort"] != stated["sort"]:
            del stated["order"]
    reading = _Reading(stated | own)
    asked = reading.asked()
    refused += reading.refused
    return (None, refused) if refused else (asked, [])


def parameter_names() -> frozenset[str]:
    """Return the names of all filters."""
    return frozenset(f"{bound}_{field}" for field in fields() for bound in ("min", "max")) | CHOICES.keys()


def written(value: float | str) -> str:
    """Return a value as text, alike for alike numbers: `1`, `1.0` and `1e0` are one; so are 0 and -0."""
    if isinstance(value, str):
        return value
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


class _Reading:
    """One query being read; what is wrong with it is collected."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self.refused: list[Refused] = []

    def asked(self) -> Asked:
        bounds, choices = [], []
        for name, value in self._given.items():
            bound, _, field = name.partition("_")
            if name in OTHERS:
                continue
            if name in CHOICES:
                choices.append((name, self._choice(name, value)))
            elif bound in ("min", "max") and field in fields():
                bounds.append((field, cast("Bound", bound), self._number(name, value)))
            else:
                self._refuse(name, f"Unknown query parameter; {_near(name, (*parameter_names(), *OTHERS))}", value)
        sort = self._given.get("sort", DEFAULT_SORT)
        if sort not in fields():
            self._refuse("sort", f"Unknown field; {_near(sort, fields())}", sort)
        return Asked(
            bounds=tuple(sorted(bounds)),
            choices=tuple(sorted(choices)),
            sort=sort,
            order=self._order(sort),
            limit=self._whole("limit", DEFAULT_LIMIT, 1, LARGEST_LIMIT),
            offset=self._whole("offset", 0, 0, LARGEST_OFFSET),
            snapshot=self._snapshot(),
        )

    def _choice(self, name: str, value: str) -> str:
        allowed = CHOICES[name].allowed
        if allowed and value not in allowed:
            self._refuse(name, f"Input should be one of {', '.join(allowed)}", value)
        if not 0 < len(value) <= LARGEST_TEXT or "\x00" in value:
            self._refuse(name, f"Input should have 1 to {LARGEST_TEXT} characters", value)
        return value

    def _number(self, name: str, value: str) -> float:
        try:
            number = float(value) if value.isascii() and "_" not in value and value == value.strip() else math.nan
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self._refuse(name, "Input should be a finite number", value)
        return number + 0.0

    def _whole(self, name: str, default: int, least: int, most: int) -> int:
        value = self._given.get(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and len(value) < 10 and least <= int(value) <= most):
            self._refuse(name, f"Input should be a whole number from {least} to {most}", value)
            return default
        return int(value)

    def _order(self, sort: str) -> Order:
        # Places are better the lower they are.
        default: Order = "asc" if sort in ("rank", "score_place") else "desc"
        order = self._given.get("order", default)
        if order not in ("asc", "desc"):
            self._refuse("order", "Input should be 'asc' or 'desc'", order)
        return cast("Order", order)

    def _snapshot(self) -> str | None:
        snapshot = self._given.get("snapshot")
        if snapshot is not None and not 0 < len(snapshot) <= 32:
            self._refuse("snapshot", "Input should have 1 to 32 characters", snapshot)
        return snapshot

    def _refuse(self, name: str, message: str, value: str) -> None:
        self.refused.append(Refused(name, message, value[:LARGEST_TEXT]))


def _near(name: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(name[:LARGEST_TEXT], sorted(known), n=3, cutoff=0.0)
    return f"the nearest are {', '.join(found)}"


def canonical(path: str, parameters: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return the canonical parameters of a question to the screener; of anything else, and of what is refused, those given."""
    if path != PATH:
        return parameters
    asked, _ = read(parameters)
    return parameters if asked is None else asked.pairs
