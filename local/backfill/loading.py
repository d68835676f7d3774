"""Asks for part after part until all of an order is there."""

from collections.abc import Callable, Mapping
from typing import Any

from .calling import Asks, Part
from .showing import Bar

A_CALL_S = 10
"""How long one call may take: so often one hears how far it is."""
WAIT_S = 15.0
GIVE_UP_AFTER = 40
"""Calls in a row that did not go on: ten minutes, in which every quota by the minute is free again."""


class StuckError(Exception):
    """It does not go on; what was done stays done."""


def load(
    asks: Asks, order: Mapping[str, Any], bar: Bar, *, say: Callable[[str], None], pause: Callable[[float], None]
) -> Mapping[str, Any]:
    """Return the progress of an order that is done.

    Raises:
        StuckError: the order makes no sense, or nothing moved for long.
    """
    before: Mapping[str, Any] = {}
    still = 0
    while True:
        part = asks.next({**order, "within_s": A_CALL_S})
        if part.progress is not None:
            _show(bar, part.progress)
            if part.progress["state"] == "done":
                return part.progress
        moved = part.progress is not None and _place(part.progress) != _place(before)
        before = part.progress or before
        still = 0 if moved else still + 1
        if not moved:
            _wait(part, still, say, pause)


def _wait(part: Part, still: int, say: Callable[[str], None], pause: Callable[[float], None]) -> None:
    why = part.problem or "somebody else is at it"
    if part.final or still >= GIVE_UP_AFTER:
        raise StuckError(why if part.final else f"{why}; the same command goes on from here")
    say(f"waiting {WAIT_S:.0f} s: {why}")
    pause(WAIT_S)


def _show(bar: Bar, progress: Mapping[str, Any]) -> None:
    share = progress["unit"] / max(progress["units"], 1)
    bar.show(share, f"{progress['rows']:,} rows, {progress['at'] or 'done'}")


def _place(progress: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(progress.get(name) for name in ("unit", "cursor", "asked", "complete"))
