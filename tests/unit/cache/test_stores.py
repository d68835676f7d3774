"""Which store is opened, and what that costs."""

import subprocess
import sys
from pathlib import Path

import pytest

from shared.cache.embedded import EmbeddedDocuments
from shared.cache.firestore import FirestoreDocuments
from shared.cache.stores import open_documents
from shared.core.settings import Settings
from tests.clocks import SteppingClock

OPENED = """
import asyncio, os, sys
from shared.cache.stores import open_documents
from shared.core.settings import Settings

store = open_documents(Settings.from_environment())
if sys.argv[1] == "used":
    asyncio.run(store.set("cache/a", {"value": 1}))
print(sorted({"google.cloud.firestore_v1", "google.api_core", "google.auth", "grpc", "sqlite3"} & set(sys.modules)))
"""


def modules_after(use: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", OPENED, use], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def test_file_in_the_settings_chooses_the_embedded_store(tmp_path: Path) -> None:
    settings = Settings.from_environment({"DOCUMENTS_FILE": str(tmp_path / "documents.db")})

    assert isinstance(open_documents(settings, clock=SteppingClock()), EmbeddedDocuments)
    assert list(tmp_path.iterdir()) == []


def test_firestore_is_the_default() -> None:
    assert isinstance(open_documents(Settings.from_environment({}), clock=SteppingClock()), FirestoreDocuments)


@pytest.mark.parametrize("use", ["opened", "used"])
def test_embedded_store_imports_nothing_of_google(use: str, tmp_path: Path) -> None:
    assert modules_after(use, {"DOCUMENTS_FILE": str(tmp_path / "documents.db")}) == "['sqlite3']"


def test_firestore_is_not_imported_before_its_first_use() -> None:
    assert modules_after("opened", {}) == "[]"
