"""A backtest on one machine's platform: through the gateway and the task queue to the worker and back."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.options import Options
from local.platform import Platform
from local.postgres import DATABASE
from local.web import Reply, ask
from tests.databases import Place
from tests.folders import open_folder
from tests.panels import store, walks
from tools.tour.__main__ import local_token

pytestmark = pytest.mark.platform

PATH = "/api/v1/indices/backtests"


class Standing:
    """The platform's database as a place that history can be put into."""

    def __init__(self, socket: str) -> None:
        self.socket = socket

    def run(self, sql: str, database: str = DATABASE) -> list[list[object]]:
        import pg8000.native

        with closing(
            pg8000.native.Connection("postgres", unix_sock=self.socket, database=database, ssl_context=False)
        ) as connection:
            rows: list[list[object]] = connection.run(sql) or []
            return rows

    def settings(self, name: str, user: str) -> None:
        """Nobody opens this one as a test's own."""


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with open_folder() as folder:
        only = ("indices", "run_backtests")
        options = Options(folder=folder, port=0, scheduled=False, documents="embedded", only=only)
        with Platform(options) as started:
            place = Place(Standing(started.database_socket), DATABASE)  # type: ignore[arg-type]
            store(place, walks(200, 25, last=datetime.now(UTC)))
            yield started


def asked(platform: Platform, path: str, method: str = "GET", body: object = None) -> Reply:
    token = local_token(platform.folder)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    content = b"" if body is None else json.dumps(body).encode()
    reply = ask(platform.gateway_url + path, method=method, headers=headers, body=content, timeout_s=20)
    assert reply is not None
    return reply


def state_of(platform: Platform, name: str) -> Any:
    return json.loads(asked(platform, f"{PATH}/{name}").body)["data"]


def test_a_backtest_goes_through_the_queue_to_its_report(platform: Platform) -> None:
    first = (datetime.now(UTC) - timedelta(days=120)).date().isoformat()

    reply = asked(platform, PATH, "POST", {"universe": {"top": 20}, "from": first})
    name = json.loads(reply.body)["data"]["id"]
    ended = platform.wait_until(lambda: state_of(platform, name)["state"] in ("done", "failed"), within_s=90)

    told = state_of(platform, name)
    assert (reply.status, ended, told["state"]) == (202, True, "done")
    assert told["report"]["figures"]["days"] == 120
    assert told["report"]["honesty"]["verdict"]["significant"] is False


def test_nobody_gets_in_without_a_token_or_past_the_gateway(platform: Platform) -> None:
    unsigned = ask(platform.gateway_url + PATH)
    direct = ask(platform.function_url("run_backtests"), method="POST", body=b"{}")

    assert unsigned is not None
    assert direct is not None
    assert (unsigned.status, direct.status) == (401, 401)
