"""What browsers may do with documents, asked of the official emulator with our own rules."""

import os
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from local.child import Child
from local.documents import NoEmulatorError, choose_documents
from local.ports import HOST, free_ports
from tools.manifests import ROOT

DOCUMENT = b'{"fields": {"price": {"integerValue": "1"}}}'


@pytest.fixture(scope="module")
def documents() -> Iterator[str]:
    """The address of documents behind our rules, with one of each collection in it."""
    (port,) = free_ports(1)
    folder = Path(tempfile.mkdtemp(prefix="rules-"))
    try:
        chosen = choose_documents("firestore", folder=folder, log=folder / "log", port=port, environ=_path())
    except NoEmulatorError as reason:
        pytest.skip(str(reason))
    assert chosen.program is not None
    rules = f"--rules={ROOT / 'terraform' / 'firestore.rules'}"
    child = Child(replace(chosen.program, command=[*chosen.program.command, rules]))
    child.start()
    try:
        child.wait_ready()
        address = f"http://{HOST}:{port}/v1/projects/demo-rules/databases/(default)/documents"
        for path in ("live/market", "cache/one", "users/ann"):
            assert ask("PATCH", f"{address}/{path}", as_owner=True) == 200
        yield address
    finally:
        child.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _path() -> dict[str, str]:

    return {name: value for name, value in os.environ.items() if name != "FIRESTORE_EMULATOR_HOST"}


def ask(method: str, url: str, *, as_owner: bool = False) -> int:
    headers = {"Content-Type": "application/json"} | ({"Authorization": "Bearer owner"} if as_owner else {})
    body = DOCUMENT if method == "PATCH" else None
    request = urllib.request.Request(url, data=body, method=method, headers=headers)  # noqa: S310  localhost
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_anybody_reads_what_is_pushed(documents: str) -> None:
    assert ask("GET", f"{documents}/live/market") == 200


@pytest.mark.parametrize("path", ["cache/one", "users/ann"])
def test_nobody_reads_anything_else(documents: str, path: str) -> None:
    assert ask("GET", f"{documents}/{path}") == 403


def test_nobody_lists_even_what_is_pushed(documents: str) -> None:
    assert ask("GET", f"{documents}/live") == 403


@pytest.mark.parametrize("path", ["live/market", "live/new", "users/ann"])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_nobody_writes(documents: str, path: str, method: str) -> None:
    assert ask(method, f"{documents}/{path}") == 403
