import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from sandbox.serving import serve
from tests.unit.sandbox.calls import NOON, Caller

_ROOT = Path(__file__).parents[3]
_PAGE = "/coingecko/api/v3/coins/markets?vs_currency=usd&per_page=250&price_change_percentage=1h,7d"


@contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", *arguments]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        assert running.stdout is not None
        try:
            yield running, running.stdout.readline()
        finally:
            running.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_line_says_when_it_is_ready_and_stops_cleanly(number: signal.Signals) -> None:
    with process("sandbox", "--port", "0", "--tokens", "80", "--seed", "3") as (running, line):
        port = int(line.rpartition(":")[2])
        assert re.fullmatch(r"sandbox: 80 tokens of seed 3 on http://127\.0\.0\.1:\d+\n", line)
        assert Caller(port).get("/admin/health").status == 200

        os.kill(running.pid, number)

        assert running.wait(10) == 0
        assert running.stdout is not None
        assert running.stdout.read() == ""


def test_a_hanging_request_does_not_keep_the_server_from_stopping() -> None:
    with process("sandbox", "--port", "0", "--tokens", "5") as (running, line):
        call = Caller(int(line.rpartition(":")[2]))
        call.fault("coingecko", "timeout")
        with socket.create_connection(("127.0.0.1", call.port), timeout=5) as connection:
            connection.sendall(b"GET /coingecko/api/v3/ping HTTP/1.1\r\nhost: sandbox\r\n\r\n")
            # Counted means begun: the sandbox has it in hand.
            while not call.get("/admin/requests").json():
                pass

            running.terminate()

            assert running.wait(10) == 0


def test_a_port_in_use_is_told_without_a_traceback() -> None:
    with serve(tokens=1) as taken:
        command = [sys.executable, "-m", "sandbox", "--port", str(taken.port), "--tokens", "1"]
        ended = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=20)

    assert ended.returncode != 0
    assert f"127.0.0.1:{taken.port}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_two_processes_of_one_seed_and_clock_answer_the_same_bytes() -> None:
    digests = []
    for _ in range(2):
        with process("sandbox", "--port", "0", "--tokens", "300", "--seed", "7", "--clock", NOON.isoformat()) as (
            _,
            line,
        ):
            digests.append(sha256(Caller(int(line.rpartition(":")[2])).get(_PAGE).body).hexdigest())

    with serve(seed=7, tokens=300, frozen_at=NOON) as here:
        assert digests == [sha256(Caller(here.port).get(_PAGE).body).hexdigest()] * 2


def test_published_limits_are_enforced_only_when_asked_for() -> None:
    with serve(tokens=5, limits=True, frozen_at=NOON) as strict, serve(tokens=5, frozen_at=NOON) as lax:
        strict_statuses, lax_statuses = (
            [Caller(served.port).get("/coingecko/api/v3/ping").status for _ in range(70)] for served in (strict, lax)
        )

    assert 429 in strict_statuses
    assert set(lax_statuses) == {200}


def test_without_keys_nobody_gets_in() -> None:
    with serve(tokens=5, frozen_at=NOON) as served:
        call = Caller(served.port)
        assert call.get("/coingecko-pro/api/v3/ping", {"x-cg-pro-api-key": ""}).status == 401
        assert call.get("/coincap/v3/assets", {"authorization": "Bearer "}).status == 401


def test_time_goes_on_by_itself_without_a_frozen_clock() -> None:
    with serve(tokens=5) as served:
        assert Caller(served.port).get("/binance/api/v3/time").json()["serverTime"] > NOON.timestamp()
