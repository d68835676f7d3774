"""What the caller sees: a live table on a terminal, plain lines elsewhere."""

import sys
import time
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text


class Display(Protocol):
    """Told what happens."""

    def begin(self, step: str) -> None:
        """Show that a step of the start has begun."""

    def end(self, step: str) -> None:
        """Show that it is done."""

    def say(self, text: str, *, loud: bool = False) -> None:
        """Show a line."""

    def close(self) -> None:
        """Show nothing more of the start."""


class Silence:
    """For tests."""

    def begin(self, step: str) -> None:
        """Show nothing."""

    def end(self, step: str) -> None:
        """Show nothing."""

    def say(self, text: str, *, loud: bool = False) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Show nothing."""


class PlainLines:
    """For logs and pipes: one line for each step that is done."""

    def __init__(self) -> None:
        self._began: dict[str, float] = {}

    def begin(self, step: str) -> None:
        """Remember the time."""
        self._began[step] = time.monotonic()

    def end(self, step: str) -> None:
        """Print the step and its duration."""
        print(f"  {step:<24} ready after {time.monotonic() - self._began[step]:5.1f} s", flush=True)

    def say(self, text: str, *, loud: bool = False) -> None:
        """Print the line, to standard error when it is loud."""
        print(text, file=sys.stderr if loud else sys.stdout, flush=True)

    def close(self) -> None:
        """Nothing is open."""


class LiveTable:
    """For terminals: one row for each step, with a spinner until it is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began: dict[str, float] = {}
        self._took: dict[str, float] = {}
        self._spinner = Spinner("dots")
        self._live = Live(console=console, get_renderable=self._table, refresh_per_second=10, transient=False)
        self._live.start()

    def _table(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        for step, began in self._began.items():
            took = self._took.get(step)
            mark: RenderableType = self._spinner if took is None else Text("✓", style="green")
            seconds = time.monotonic() - began if took is None else took
            table.add_row(mark, step, Text(f"{seconds:.1f} s", style="dim"))
        return Group(table)

    def begin(self, step: str) -> None:
        """Add a row."""
        self._began[step] = time.monotonic()

    def end(self, step: str) -> None:
        """Tick it off."""
        self._took[step] = time.monotonic() - self._began[step]

    def say(self, text: str, *, loud: bool = False) -> None:
        """Print the line above or below the table."""
        self._console.print(Text(text, style="bold red" if loud else ""))

    def close(self) -> None:
        """Leave the table as it is."""
        self._live.stop()


def suitable_display() -> Display:
    """Return the live table on a terminal, plain lines elsewhere."""
    console = Console()
    return LiveTable(console) if console.is_terminal else PlainLines()
