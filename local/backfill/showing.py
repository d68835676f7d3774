"""How far it is: a bar on a terminal, a line now and then elsewhere."""

import sys
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn


class Bar(Protocol):
    """Shows a share of something."""

    def show(self, share: float, words: str) -> None:
        """Show that `share` of it, from 0 to 1, is done."""

    def close(self) -> None:
        """Show nothing more."""


class TerminalBar:
    """A bar of rich's."""

    def __init__(self, console: Console, what: str) -> None:
        columns = (TextColumn("{task.fields[what]}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, TextColumn("[dim]{task.description}"), console=console)
        self._task = self._progress.add_task("", total=1.0, what=what)
        self._progress.start()

    def show(self, share: float, words: str) -> None:
        """Move it."""
        self._progress.update(self._task, completed=share, description=words)

    def close(self) -> None:
        """Leave it as it is."""
        self._progress.stop()


class PlainBar:
    """A line whenever another tenth is done."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown = -1

    def show(self, share: float, words: str) -> None:
        """Print the line if there is enough news."""
        tenth = int(share * 10)
        if tenth > self._shown:
            self._shown = tenth
            print(f"  {self._what}: {share:4.0%} {words}", file=sys.stdout, flush=True)

    def close(self) -> None:
        """Nothing is open."""


def suitable_bar(what: str) -> Bar:
    """Return a bar on a terminal, lines elsewhere."""
    console = Console()
    return TerminalBar(console, what) if console.is_terminal else PlainBar(what)
