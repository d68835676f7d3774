"""`python -m local` as its caller meets it: started, interrupted, killed, started again."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local.ports import free_ports
from local.web import ask
from tests.folders import open_folder
from tests.platforms import LEAST
from tools.manifests import ROOT

pytestmark = pytest.mark.platform


class Runner:
    """The runner as a process of its own, over one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (self.port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{self.port}"
        self._output = folder / "output"
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, *, until: str = "ready in", port: int | None = None) -> "subprocess.Popen[bytes]":
        """Start it and wait until it says something, or ends."""
        arguments = ["--port", str(port or self.port), "--scale", "20", "--documents", "embedded"]
        arguments += ["--only", ",".join(LEAST)]
        command = [sys.executable, "-m", "local", *arguments, "--data", str(self.folder / "data")]
        with self._output.open("wb") as output:
            process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        self._processes.append(process)
        deadline = time.monotonic() + 60
        while not re.search(until, self.said()) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        return process

    def said(self) -> str:
        return self._output.read_text()

    def answers(self) -> bool:
        reply = ask(f"{self.url}/api/v1/prices/live?limit=3")
        return reply is not None and reply.status == 200

    def close(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.terminate()
            process.wait(20)


@pytest.fixture
def runner() -> Iterator[Runner]:
    with open_folder() as folder:
        started = Runner(folder)
        yield started
        started.close()


def children_of(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def all_gone(processes: list[psutil.Process], *, within_s: float = 10) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=within_s)
    return not alive


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_every_child(runner: Runner, number: signal.Signals) -> None:
    process = runner.start()
    answered = runner.answers()
    children = children_of(process)

    process.send_signal(number)

    assert answered
    assert process.wait(20) == 0
    assert len(children) >= 7
    assert all_gone(children)


def test_children_do_not_outlive_a_killed_runner_and_the_next_one_starts(runner: Runner) -> None:
    process = runner.start()
    children = children_of(process)

    process.kill()
    process.wait()

    assert all_gone(children)
    runner.start()
    assert runner.answers()


def test_a_signal_during_the_start_is_obeyed(runner: Runner) -> None:
    process = runner.start(until="CryptoPrism with")
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)

    assert process.wait(20) == 0
    assert runner.said().endswith("stopped\n")


def test_a_busy_port_is_one_clear_line(runner: Runner) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        process = runner.start(port=busy.getsockname()[1])

    assert process.wait(20) == 1
    assert re.search(r"^error: port \d+ is in use; choose another with --port \d+$", runner.said(), re.MULTILINE)


def test_a_second_runner_over_the_same_data_is_refused(runner: Runner) -> None:
    first = runner.start()
    (other,) = free_ports(1)
    second = runner.start(port=other)

    assert second.wait(20) == 1
    assert f"is in use by a platform that already runs (process {first.pid})" in runner.said()
    assert first.poll() is None
    assert os.getpgid(first.pid)
