import io
import zipfile

import pytest

from tools.bundle.archive import bundle_of, zipped
from tools.bundle.closure import files_of
from tools.manifests import read_manifests

MANIFESTS = read_manifests()


def test_equal_content_makes_equal_bytes_in_any_order() -> None:
    assert zipped({"b": b"2", "a": b"1"}) == zipped({"a": b"1", "b": b"2"})


def test_nothing_of_the_machine_is_in_a_zip() -> None:
    entries = zipfile.ZipFile(io.BytesIO(zipped({"a": b"1"}))).infolist()

    assert [(entry.date_time, entry.external_attr, entry.create_system) for entry in entries] == [
        ((1980, 1, 1, 0, 0, 0), 0o100644 << 16, 3)
    ]


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_bundle_holds_entry_requirements_and_manifest(name: str) -> None:
    held = set(zipfile.ZipFile(io.BytesIO(bundle_of(name))).namelist())

    assert {"main.py", "requirements.txt", f"functions/{name}/main.py", f"functions/{name}/function.yaml"} <= held


API = [name for name, manifest in MANIFESTS.items() if manifest.kind == "api"]
ON_DEMAND = ("market", "on_chain", "trading")
"""What asks a provider while its caller waits: docs/decisions/0009-answers-on-demand.md."""


@pytest.mark.parametrize("name", [name for name in API if name not in ON_DEMAND])
def test_what_answers_callers_carries_no_provider(name: str) -> None:
    assert [path for path in files_of(name) if path.startswith("shared/providers/")] == []


@pytest.mark.parametrize("name", API)
def test_what_answers_callers_carries_no_other_function(name: str) -> None:
    held = [path for path in files_of(name) if path.startswith("functions/") and path != "functions/__init__.py"]

    assert [path for path in held if not path.startswith(f"functions/{name}/")] == []


def test_data_beside_the_code_comes_along() -> None:
    held = files_of("system")

    assert {"functions/system/changelog.json", "functions/system/docs/page.html"} <= set(held)


def test_packages_above_a_module_come_along() -> None:
    held = files_of("refresh_market")

    assert {"functions/__init__.py", "shared/__init__.py", "shared/providers/__init__.py"} <= set(held)
    assert len(held) == len(set(held))
