"""One server process of the platform: started, asked whether it is ready, stopped with all its own children."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from .leash import leashed


class ChildFailedError(Exception):
    """A server ended or stayed silent while it was waited for."""

    def __init__(self, name: str, what: str, log: Path) -> None:
        super().__init__(f"{name} {what}; the end of {log}:\n{_tail(log)}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that a program runs as when it may not run as ours."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """How a server is started and stopped."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    ready: Callable[[], bool]
    folder: Path | None = None
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    ready_within_s: float = 60
    stop_within_s: float = 10
    before_start: Callable[[], None] | None = field(default=None)
    """Clears what a killed predecessor left behind."""


class Child:
    """The running process of a program; it may be started again after its end."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """Return the program's name."""
        return self.program.name

    @property
    def pid(self) -> int | None:
        """Return the id of the process, while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def ended_with(self) -> int | None:
        """Return the exit status, negative for a signal; `None` while it runs or before its start."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """Start the process in a session of its own, so that a terminal's Ctrl-C reaches only the platform."""
        if self.program.before_start:
            self.program.before_start()
        self.program.log.parent.mkdir(parents=True, exist_ok=True)
        with self.program.log.open("ab") as log:
            self._process = self._spawn(log)

    def _spawn(self, log: IO[bytes]) -> "subprocess.Popen[bytes]":
        account = self.program.account
        return subprocess.Popen(
            [*self.program.command],
            env=dict(self.program.environment),
            cwd=self.program.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=leashed(self.program.stop_signal),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )

    def wait_ready(self, *, give_up: Callable[[], bool] = lambda: False) -> None:
        """Return once the server answers.

        Raises:
            ChildFailedError: it ended, stayed silent for too long, or the caller gave up.
        """
        deadline = time.monotonic() + self.program.ready_within_s
        while not self.program.ready():
            if self.ended_with is not None:
                raise ChildFailedError(self.name, f"ended with status {self.ended_with}", self.program.log)
            if time.monotonic() > deadline or give_up():
                raise ChildFailedError(self.name, "did not become ready", self.program.log)
            time.sleep(0.05)

    def ask_to_stop(self) -> None:
        """Send the signal on which the server ends in an orderly way."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(self.program.stop_signal)

    def stop(self) -> None:
        """Stop the server and whatever it started; force what is left after its time."""
        self.ask_to_stop()
        if self._process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(self.program.stop_within_s)
        self.kill()

    def kill(self) -> None:
        """End the whole process group at once; also reaps the workers of a server that died."""
        if not self._process:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _tail(log: Path, lines: int = 15) -> str:
    if not log.exists():
        return "(empty)"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8_192))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
