"""Memory and cores of process trees."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.processes import processor_s, proportional_kb, proportional_mb, tree, watched

ROLLUP = "5578-7ffd ---p 00000000 00:00 0   [rollup]\nRss:   57004 kB\nPss:   41204 kB\nPss_Anon:  30000 kB\n"

TAKING = """
import mmap, sys
print("ready", flush=True)
input()
block = mmap.mmap(-1, 30_000_000)
block.write(b"x" * 30_000_000)
print("taken", flush=True)
input()
block.close()
print("given back", flush=True)
sys.stdin.read()
"""
"""A program that takes memory at one line and gives it back at the next."""

linux = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="Linux only")


def test_the_proportional_line_is_read_and_no_other() -> None:
    assert proportional_kb(ROLLUP) == 41_204


def test_a_process_that_ends_holds_nothing() -> None:
    assert proportional_kb("") == 0


@linux
def test_a_tree_holds_at_least_its_root() -> None:
    assert tree(os.getpid())[0] == os.getpid()
    assert proportional_mb(os.getpid()) > 1


@linux
def test_the_processors_time_of_work_is_counted() -> None:
    before, began = processor_s(os.getpid()), time.process_time()
    while time.process_time() - began < 0.05:
        sum(range(1_000))

    assert 0.045 < processor_s(os.getpid()) - before < 0.5


@linux
def test_the_peak_is_kept_after_the_memory_is_given_back() -> None:
    # A small process of its own: the tests' own one is large, slow to look through, and may have had the memory already.
    with subprocess.Popen([sys.executable, "-c", TAKING], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as taking:
        assert taking.stdin is not None
        assert taking.stdout is not None
        taking.stdout.readline()
        before = proportional_mb(taking.pid)

        with watched(taking.pid, every_s=0.001) as peak:
            for _ in ("take", "give back"):
                taking.stdin.write(b"\n")
                taking.stdin.flush()
                taking.stdout.readline()
                looks = 0
                while peak.mb < before + 20 and looks < 1_000:
                    looks += bool(proportional_mb(taking.pid))
        after = proportional_mb(taking.pid)

    assert after < before + 20
    assert peak.mb >= before + 20


@linux
def test_the_time_of_a_process_that_ended_is_counted_with_its_parents() -> None:
    before, began = processor_s(os.getpid()), time.process_time()

    subprocess.run([sys.executable, "-c", "sum(range(10**7))"], check=True)

    own = time.process_time() - began
    assert processor_s(os.getpid()) - before >= own + 0.05
