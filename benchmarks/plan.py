"""How much is measured: the whole, or a quick look."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SECTIONS = (
    "hot",
    "cold",
    "start",
    "memory",
    "groups",
    "screener",
    "refresh",
    "imports",
    "identity",
    "backtest",
    "signals",
)
SERVER_CORE, LOAD_CORE = 0, 1
"""One worker has the first core to itself; load, PostgreSQL, Redis, documents and the sandbox share the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which sections, and how long."""

    sections: tuple[str, ...]
    rounds: int
    seconds: int
    """One server's turn in a round."""
    starts: int
    refreshes: int
    folder: Path
    """Where copies, databases, logs and raw results go."""

    @property
    def whole(self) -> bool:
        """Return whether everything is measured, at full length: only that is worth writing down."""
        return self.sections == SECTIONS and self.rounds >= _FULL["rounds"]


_FULL = {"rounds": 7, "seconds": 2, "starts": 7, "refreshes": 5}
_QUICK = {"rounds": 3, "seconds": 1, "starts": 3, "refreshes": 2}


def read_plan(arguments: Sequence[str], folder: Path) -> Plan:
    """Return the plan that a command line asks for, or leave with a usage message."""
    parser = argparse.ArgumentParser(prog="nox -s bench --", description="Measure, side by side with the yardstick.")
    parser.add_argument("--quick", action="store_true", help="few short rounds; nothing is written down")
    parser.add_argument("--only", type=_sections, default=SECTIONS, help=f"some of {','.join(SECTIONS)}")
    given = parser.parse_args(arguments)
    return Plan(sections=given.only, folder=folder, **(_QUICK if given.quick else _FULL))


def _sections(text: str) -> tuple[str, ...]:
    asked = text.split(",")
    unknown = [name for name in asked if name not in SECTIONS]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}; choose from {', '.join(SECTIONS)}")
    return tuple(name for name in SECTIONS if name in asked)
