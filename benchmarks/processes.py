"""Process trees: which core they may use, how much memory they hold."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_GONE = (FileNotFoundError, ProcessLookupError, PermissionError)


def tree(pid: int) -> list[int]:
    """Return a process and all its descendants, as far as they still exist."""
    found = [pid]
    with suppress(*_GONE):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += tree(int(child))
    return found


def pin(pid: int, core: int) -> None:
    """Keep a process tree, all its threads and whatever it starts later on one core."""
    for process in tree(pid):
        with suppress(*_GONE):
            for task in Path(f"/proc/{process}/task").iterdir():
                with suppress(*_GONE):
                    os.sched_setaffinity(int(task.name), {core})


def processor_s(pid: int) -> float:
    """Return the processor time of a process tree so far, to the nanosecond; that of ended children, to the clock's tick."""
    processes = set(tree(pid))
    ended_s = sum(_ended_ticks(process) for process in processes) / os.sysconf("SC_CLK_TCK")
    return sum(_ran_ns(process) for process in processes) / 1e9 + ended_s


def _ran_ns(process: int) -> int:
    ran = 0
    with suppress(*_GONE):
        for task in Path(f"/proc/{process}/task").iterdir():
            with suppress(*_GONE):
                ran += int((task / "schedstat").read_text().split()[0])
    return ran


def _ended_ticks(process: int) -> int:
    with suppress(*_GONE):
        # After the name, which may hold anything: cutime and cstime are the 16th and 17th field.
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[13:15]))
    return 0


def proportional_mb(pid: int) -> float:
    """Return the proportional set size of a process tree: pages shared by n processes count 1/n in each."""
    return sum(_proportional_kb(process) for process in set(tree(pid))) / 1024


def _proportional_kb(pid: int) -> int:
    with suppress(*_GONE):
        return proportional_kb(Path(f"/proc/{pid}/smaps_rollup").read_text())
    return 0


def proportional_kb(rollup: str) -> int:
    """Return the `Pss` line of a smaps_rollup; 0 for a process that is ending and has none."""
    for line in rollup.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


class Peak:
    """The largest proportional set size seen."""

    def __init__(self) -> None:
        self.mb = 0.0


@contextmanager
def watched(pid: int, every_s: float = 0.02) -> Iterator[Peak]:
    """Look at a process tree's memory again and again while the block runs."""
    peak, over = Peak(), threading.Event()

    def look() -> None:
        while not over.wait(every_s):
            peak.mb = max(peak.mb, proportional_mb(pid))

    watcher = threading.Thread(target=look, name="memory")
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()
        peak.mb = max(peak.mb, proportional_mb(pid))
