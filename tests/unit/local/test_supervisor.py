import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from local.child import Child, ChildFailedError, Program
from local.supervisor import RESTARTS, Supervisor
from tests.clocks import SteppingClock


def program(folder: Path, script: str, *, ready: Callable[[], bool] = lambda: True, stop_s: float = 2) -> Program:
    return Program(
        name="server",
        command=[sys.executable, "-c", script],
        environment={},
        log=folder / "server.log",
        ready=ready,
        ready_within_s=5,
        stop_within_s=stop_s,
    )


def wait_for_end(child: Child) -> None:
    while child.ended_with is None:
        time.sleep(0.01)


def test_a_child_that_ends_is_reported_and_started_again_after_a_pause(tmp_path: Path) -> None:
    clock, said = SteppingClock(), list[str]()
    child = Child(program(tmp_path, "raise SystemExit(3)"))
    child.start()
    wait_for_end(child)
    supervisor = Supervisor([child], clock, said.append)

    supervisor.look()
    too_early = child.ended_with
    clock.advance(0.5)
    supervisor.look()

    assert too_early == 3
    assert said == ["server ended with status 3; starting it again in 0.5 s"]
    wait_for_end(child)


def test_a_child_that_keeps_falling_stays_down(tmp_path: Path) -> None:
    clock, said = SteppingClock(), list[str]()
    child = Child(program(tmp_path, "raise SystemExit(1)"))
    supervisor = Supervisor([child], clock, said.append)
    child.start()

    for _ in range(RESTARTS + 1):
        wait_for_end(child)
        supervisor.look()
        clock.advance(10)
        supervisor.look()

    assert supervisor.given_up == ["server"]
    assert len(said) == RESTARTS + 1
    assert "stays down" in said[-1]


def test_a_child_that_runs_is_left_alone(tmp_path: Path) -> None:
    said = list[str]()
    child = Child(program(tmp_path, "import time; time.sleep(60)"))
    child.start()

    Supervisor([child], SteppingClock(), said.append).look()
    child.stop()

    assert said == []
    assert child.ended_with == -15


def test_a_child_that_ignores_the_signal_is_killed_with_its_own_children(tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    script = f"""
import os, pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
if child:
    pathlib.Path({str(note)!r}).write_text(str(child))
time.sleep(60)
"""
    child = Child(program(tmp_path, script, ready=lambda: note.exists() and note.read_text() != "", stop_s=0.2))
    child.start()
    child.wait_ready()

    child.stop()

    assert child.ended_with == -9
    assert ended(int(note.read_text()))


def ended(pid: int) -> bool:
    """Whether a process that was sent a signal has ended; it is not our child, so nothing tells us when."""
    until = time.monotonic() + 5
    while not gone(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_the_end_of_the_log_comes_with_the_error(tmp_path: Path) -> None:
    child = Child(program(tmp_path, "raise SystemExit('no such database')", ready=lambda: False))
    child.start()

    with pytest.raises(ChildFailedError, match="no such database"):
        child.wait_ready()
