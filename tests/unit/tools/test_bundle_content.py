"""A bundle's name is its content's: nothing else may change it, and what changes it changes no other."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from tools.bundle.archive import bundle_of
from tools.bundle.closure import files_of
from tools.manifests import ROOT, read_manifests

MANIFESTS = read_manifests()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's code on another machine: other folder, other times, other rights."""
    target = tmp_path_factory.mktemp("elsewhere")
    for folder in ("functions", "shared", "requirements"):
        shutil.copytree(ROOT / folder, target / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in target.rglob("*"):
        if file.is_file():
            file.chmod(0o600)
            os.utime(file, (1, 1))
    return target


@pytest.fixture(scope="module")
def unchanged(copy: Path) -> dict[str, str]:
    """What the bundles of the copy are as long as nobody changes it; each test that does puts it right again."""
    return hashes(copy)


def hashes(root: Path) -> dict[str, str]:
    return {name: hashlib.sha256(bundle_of(name, root)).hexdigest() for name in MANIFESTS}


def changed_by(path: str, root: Path, before: dict[str, str]) -> set[str]:
    """Return the functions whose bundle is another one when a file has one more line."""
    file = root / path
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}\n# One more line.\n", encoding="utf-8")
    try:
        after = hashes(root)
    finally:
        file.write_text(text, encoding="utf-8")
    return {name for name in MANIFESTS if before[name] != after[name]}


def test_equal_content_makes_equal_bytes_on_another_machine(unchanged: dict[str, str]) -> None:
    assert unchanged == hashes(ROOT)


@pytest.mark.parametrize(
    "path",
    ["shared/core/settings.py", "shared/http/app.py", "shared/providers/quotes.py", "shared/domain/market/history.py"],
)
def test_a_change_in_a_shared_module_changes_the_bundles_that_import_it_and_no_other(
    path: str, copy: Path, unchanged: dict[str, str]
) -> None:
    importers = {name for name in MANIFESTS if path in files_of(name)}

    assert importers
    assert changed_by(path, copy, unchanged) == importers


def test_what_starts_work_leaves_what_answers_callers_alone(copy: Path, unchanged: dict[str, str]) -> None:
    changed = changed_by("shared/http/started.py", copy, unchanged)

    assert changed == {name for name, manifest in MANIFESTS.items() if manifest.kind != "api"}


def test_a_function_of_its_own_changes_alone(copy: Path, unchanged: dict[str, str]) -> None:
    assert changed_by("functions/prices/function.yaml", copy, unchanged) == {"prices"}


def test_a_lock_changes_the_bundle_of_its_function_alone(copy: Path, unchanged: dict[str, str]) -> None:
    assert changed_by("requirements/prices.txt", copy, unchanged) == {"prices"}
