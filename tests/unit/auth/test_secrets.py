"""A new version of a provider's key is used without a new revision."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from google.auth.credentials import AnonymousCredentials

from shared.auth.secrets import LOOKED_AT_EVERY_S, LatestSecrets, read_latest
from shared.core.settings import Settings
from tests.clocks import SteppingClock


class Vault:
    """Secret Manager's newest versions."""

    def __init__(self, **values: str) -> None:
        self.values = values
        self.reads = 0
        self.away = False

    def read(self, name: str) -> str:
        self.reads += 1
        if self.away:
            raise OSError("away")
        return self.values[name]


def settings(**environment: str) -> Settings:
    return Settings.from_environment({"COINCAP_KEYS": "old", "ROTATING_SECRETS": "COINCAP_KEYS"} | environment)


async def test_a_new_version_is_used_within_five_minutes() -> None:
    vault, clock = Vault(COINCAP_KEYS="old"), SteppingClock()
    secrets = LatestSecrets(settings(), clock, vault.read)
    first = await secrets.settings()

    vault.values["COINCAP_KEYS"] = "new"
    clock.advance(LOOKED_AT_EVERY_S)

    assert first.environment["COINCAP_KEYS"] == "old"
    assert (await secrets.settings()).environment["COINCAP_KEYS"] == "new"
    assert LOOKED_AT_EVERY_S <= 300


async def test_unchanged_keys_are_the_same_settings_and_read_once_in_five_minutes() -> None:
    vault, clock, given = Vault(COINCAP_KEYS="old"), SteppingClock(), settings()
    secrets = LatestSecrets(given, clock, vault.read)

    found = [await secrets.settings() for _ in range(10)]

    assert all(each is given for each in found)
    assert vault.reads == 1


async def test_while_secret_manager_is_away_the_keys_go_on() -> None:
    vault, clock, given = Vault(COINCAP_KEYS="new"), SteppingClock(), settings()
    vault.away = True
    secrets = LatestSecrets(given, clock, vault.read)

    assert (await secrets.settings()) is given

    vault.away = False
    clock.advance(LOOKED_AT_EVERY_S)
    assert (await secrets.settings()).environment["COINCAP_KEYS"] == "new"


@pytest.mark.parametrize("value", ["", " \n", "no value was given with the new counter"])
async def test_what_is_no_key_is_not_taken_for_one(value: str) -> None:
    given = settings()

    assert (await LatestSecrets(given, SteppingClock(), Vault(COINCAP_KEYS=value).read).settings()) is given


async def test_a_line_end_is_no_part_of_a_key() -> None:
    found = await LatestSecrets(settings(), SteppingClock(), Vault(COINCAP_KEYS="a,b\n").read).settings()

    assert found.environment["COINCAP_KEYS"] == "a,b"


async def test_without_names_nothing_is_asked() -> None:
    vault, given = Vault(), settings(ROTATING_SECRETS="")

    assert (await LatestSecrets(given, SteppingClock(), vault.read).settings()) is given
    assert vault.reads == 0


@contextmanager
def secret_manager(path: str, body: bytes) -> Iterator[str]:
    """Serve one path as Secret Manager would."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == path else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_newest_version_is_read_as_secret_manager_tells_it() -> None:
    body = json.dumps({"payload": {"data": base64.b64encode(b"a,b").decode(), "dataCrc32c": "0"}}).encode()
    credentials = AnonymousCredentials()
    with secret_manager("/v1/projects/p/secrets/COINCAP_KEYS/versions/latest:access", body) as url:
        assert read_latest("COINCAP_KEYS", project="p", url=url, credentials=credentials) == "a,b"
        with pytest.raises(OSError, match="404"):
            read_latest("NEWSAPI_KEY", project="p", url=url, credentials=credentials)
