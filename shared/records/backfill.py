"""A backfill: what history is asked for, and how far the asking is."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from dataclasses import fields as fields_of
from datetime import datetime
from typing import Any, Literal

from .candles import Interval

State = Literal["running", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillOrder:
    """What history is wanted, from `start` to before `end`."""

    start: datetime
    end: datetime
    tokens: tuple[str, ...] = ()
    """Whose candles; without any, those of the `top` largest."""
    top: int = 0
    intervals: tuple[Interval, ...] = ()
    chains: tuple[str, ...] = ()
    """Of which chains daily metrics are wanted."""

    @property
    def name(self) -> str:
        """Return the name of its document: the same order is the same backfill, whoever gives it, and however often."""
        told = json.dumps(asdict(self), default=datetime.isoformat, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillProgress:
    """How far a backfill is, as kept in `backfills/{name}`.

    It goes through its units one after the other: the candles of each token and interval, then each topic of the chains.
    """

    name: str
    order: BackfillOrder
    tokens: tuple[str, ...]
    """Whose candles, now that it is known which are the largest."""
    units: int
    started_at: datetime
    updated_at: datetime
    state: State = "running"
    unit: int = 0
    """The one at work; all before it are done."""
    cursor: datetime | None = None
    """In the unit at work, everything before is done."""
    attempts: int = 0
    """How often the unit at work was given up without an answer."""
    asked: int = 0
    """Answers that providers gave."""
    rows: int = 0
    """New or changed facts that they brought."""
    complete: int = 0
    """Stretches that were stored already and of which nobody was asked."""
    without: int = 0
    """Units that no provider has."""
    failed: tuple[str, ...] = ()
    """Units that were given up because nobody answered, as far as there is room."""
    failures: int = 0
    at: str = ""
    """The unit at work, in words."""
    holder: str = ""
    """Whose turn it is, until `lease_until`."""
    lease_until: datetime | None = None

    def due(self, now: datetime) -> bool:
        """Return whether it has something left to do that nobody is doing."""
        return self.state == "running" and (self.lease_until is None or self.lease_until <= now)


def progress_to_fields(progress: BackfillProgress) -> dict[str, Any]:
    """Return the progress as a document's fields."""
    fields = asdict(progress)
    fields["tokens"], fields["failed"] = list(progress.tokens), list(progress.failed)
    for name in ("tokens", "intervals", "chains"):
        fields["order"][name] = list(fields["order"][name])
    return fields


def progress_from_fields(fields: Mapping[str, Any]) -> BackfillProgress:
    """Return the progress that `progress_to_fields` wrote; fields unknown to this version are passed over.

    Raises:
        TypeError: a field without a default is missing.
    """
    order = _known(BackfillOrder, fields["order"])
    for name in ("tokens", "intervals", "chains"):
        order[name] = tuple(order.get(name) or ())
    known = _known(BackfillProgress, fields)
    known |= {"order": BackfillOrder(**order), "tokens": tuple(fields["tokens"]), "failed": tuple(fields["failed"])}
    return BackfillProgress(**known)


def released(progress: BackfillProgress) -> BackfillProgress:
    """Return the progress with nobody at it."""
    return replace(progress, holder="", lease_until=None)


def _known(record: type[BackfillOrder] | type[BackfillProgress], written: Mapping[str, Any]) -> dict[str, Any]:
    names = {each.name for each in fields_of(record)}
    return {name: value for name, value in written.items() if name in names}
