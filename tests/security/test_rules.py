"""What a browser may do in Firestore, tried against the official emulator with the rules that Terraform deploys."""

import base64
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from local.child import Child
from local.documents import NoEmulatorError, choose_documents
from local.ports import HOST, free_ports
from local.web import Reply, ask
from tests.emulators import FirestoreEmulator
from tools.manifests import ROOT

pytestmark = pytest.mark.slow

RULES = ROOT / "terraform" / "firestore.rules"
OWNED = (
    "portfolios",
    "portfolio_transactions",
    "trading_accounts",
    "trading_orders",
    "trading_fills",
    "alert_deliveries",
)
CLOSED = (
    "alerts",
    "api_keys",
    "api_key_hashes",
    "api_key_uses",
    "api_usage",
    "idempotency",
    "last_made",
    "answers",
    "leases",
    "providers",
    "runs",
)
_PATIENCE_S = 30
"""Java loads most of the emulator with the first request."""
OPERATOR = {"Authorization": "Bearer owner"}
"""What the emulator takes for a server, whom rules do not hold."""


class Browser:
    """The emulator as browsers reach it, and a way past the rules to put documents there."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/v1/projects/{FirestoreEmulator.project}/databases/(default)/documents"

    def put(self, path: str, owner: str) -> None:
        assert self.write(path, OPERATOR, owner).status == 200

    def read(self, path: str, who: Mapping[str, str]) -> int:
        return got(ask(f"{self._url}/{path}", headers=who, timeout_s=_PATIENCE_S)).status

    def write(self, path: str, who: Mapping[str, str], owner: str) -> Reply:
        body = json.dumps({"fields": {"owner": {"stringValue": owner}}}).encode()
        headers = {**who, "Content-Type": "application/json"}
        return got(ask(f"{self._url}/{path}", method="PATCH", headers=headers, body=body, timeout_s=_PATIENCE_S))

    def delete(self, path: str, who: Mapping[str, str]) -> int:
        return got(ask(f"{self._url}/{path}", method="DELETE", headers=who, timeout_s=_PATIENCE_S)).status

    def listed(self, collection: str, who: Mapping[str, str], *, owner: str | None = None) -> tuple[int, int]:
        """Return the status of a query, as a page's listener makes it, and how many documents it found."""
        query: dict[str, object] = {"from": [{"collectionId": collection}]}
        if owner is not None:
            value = {"stringValue": owner}
            query["where"] = {"fieldFilter": {"field": {"fieldPath": "owner"}, "op": "EQUAL", "value": value}}
        body = json.dumps({"structuredQuery": query}).encode()
        headers = {**who, "Content-Type": "application/json"}
        reply = got(ask(f"{self._url}:runQuery", method="POST", headers=headers, body=body, timeout_s=_PATIENCE_S))
        found = json.loads(reply.body) if reply.status == 200 else []
        return reply.status, sum("document" in each for each in found)


def got(reply: Reply | None) -> Reply:
    assert reply is not None
    return reply


def signed_in(uid: str) -> dict[str, str]:
    """Return headers of somebody whom the emulator believes without a signature."""
    parts = ({"alg": "none", "typ": "JWT"}, {"sub": uid, "user_id": uid, "aud": FirestoreEmulator.project})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return {"Authorization": f"Bearer {'.'.join(encoded)}."}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder: Path = tmp_path_factory.mktemp("rules")
    port = free_ports(1)[0]
    try:
        environ = {name: value for name, value in os.environ.items() if name != "FIRESTORE_EMULATOR_HOST"}
        chosen = choose_documents("firestore", folder=folder, log=folder / "log", port=port, environ=environ)
    except NoEmulatorError:
        pytest.skip("no Firestore emulator on this machine")
    assert chosen.program is not None
    child = Child(replace(chosen.program, command=[*chosen.program.command, f"--rules={RULES}"]))
    child.start()
    try:
        child.wait_ready()
        yield Browser(f"http://{HOST}:{port}")
    finally:
        child.kill()


ANN, BOB = signed_in("ann"), signed_in("bob")
NOBODY: Mapping[str, str] = {}


def test_anybody_reads_a_public_document_and_nobody_lists_or_writes_them(browser: Browser) -> None:
    browser.put("live/prices", "the platform")

    assert [browser.read("live/prices", who) for who in (NOBODY, ANN)] == [200, 200]
    assert browser.listed("live", ANN)[0] == 403
    assert [browser.write("live/prices", who, "ann").status for who in (NOBODY, ANN)] == [403, 403]
    assert browser.delete("live/prices", ANN) == 403


@pytest.mark.parametrize("collection", OWNED)
def test_people_read_their_own_documents_and_nobody_elses(browser: Browser, collection: str) -> None:
    browser.put(f"{collection}/ann~1", "ann")

    assert [browser.read(f"{collection}/ann~1", who) for who in (ANN, BOB, NOBODY)] == [200, 403, 403]


@pytest.mark.parametrize("collection", OWNED)
def test_people_list_only_what_they_ask_for_as_their_own(browser: Browser, collection: str) -> None:
    browser.put(f"{collection}/ann~1", "ann")
    browser.put(f"{collection}/bob~1", "bob")

    assert browser.listed(collection, ANN, owner="ann") == (200, 1)
    assert browser.listed(collection, ANN, owner="bob")[0] == 403
    assert browser.listed(collection, ANN)[0] == 403
    assert browser.listed(collection, NOBODY, owner="ann")[0] == 403


@pytest.mark.parametrize("collection", OWNED)
def test_nobody_writes_even_their_own_documents(browser: Browser, collection: str) -> None:
    browser.put(f"{collection}/ann~1", "ann")

    assert [browser.write(f"{collection}/ann~1", who, "ann").status for who in (ANN, BOB, NOBODY)] == [403] * 3
    assert browser.write(f"{collection}/ann~new", ANN, "ann").status == 403
    assert browser.delete(f"{collection}/ann~1", ANN) == 403


@pytest.mark.parametrize("collection", CLOSED)
def test_everything_else_is_closed_to_its_owner_too(browser: Browser, collection: str) -> None:
    browser.put(f"{collection}/ann~1", "ann")

    assert browser.read(f"{collection}/ann~1", ANN) == 403
    assert browser.listed(collection, ANN, owner="ann")[0] == 403
    assert browser.write(f"{collection}/ann~1", ANN, "ann").status == 403


def test_a_document_without_an_owner_is_nobodys(browser: Browser) -> None:
    browser.put("portfolios/odd", "")

    assert browser.read("portfolios/odd", signed_in("x")) == 403
    assert browser.read("portfolios/missing", ANN) == 403
