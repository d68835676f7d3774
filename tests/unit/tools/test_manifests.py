import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tools.manifests import ROOT, ManifestError, Pool, account_of, chosen, read_manifests

SMALL: dict[str, Any] = {
    "kind": "api",
    "description": "A function of a test.",
    "routes": ["/api/v1/thing"],
    "memory_mb": 512,
    "cpu": 1,
    "timeout_s": 30,
    "concurrency": 80,
    "instances": {name: {"min": 0, "max": 2} for name in ("dev", "staging", "prod")},
    "database": "read",
}
REFRESH: dict[str, Any] = {"kind": "refresh", "routes": None, "promise_s": 60, "database": "write"}
"""Changes that make a refresher of it; what is `None` is taken away."""


def tree_with(folder: Path, **functions: object) -> Path:
    (folder / "functions").mkdir()
    shutil.copy(ROOT / "functions/function.schema.json", folder / "functions")
    for name, manifest in functions.items():
        (folder / "functions" / name).mkdir()
        (folder / "functions" / name / "function.yaml").write_text(json.dumps(manifest))
    return folder


def test_a_manifest_is_read_with_its_defaults(tmp_path: Path) -> None:
    manifest = read_manifests(tree_with(tmp_path, thing=SMALL))["thing"]

    assert (manifest.name, manifest.pool, manifest.hot, manifest.schedule) == ("thing", Pool(5, 3), (), None)
    assert manifest.connections("prod") == 2 * 8


def test_a_function_without_database_opens_no_connections(tmp_path: Path) -> None:
    manifest = read_manifests(tree_with(tmp_path, thing=SMALL | {"database": "none"}))["thing"]

    assert manifest.connections("prod") == 0


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"memory_mb": 1}, "memory_mb: 1 is less than the minimum of 128"),
        ({"colour": "red"}, "'colour' was unexpected"),
        ({"kind": "refresh"}, "should not be valid|required property"),
        ({"schedule": "* * * * *"}, "should not be valid"),
        ({"warms": ["nobody"]}, "warms: no function nobody"),
        ({"warms": ["thing"], "after": ["thing"]}, "after: thing is of kind api, not refresh"),
        ({"cpu": 3}, "cpu: 3 is neither below 1 nor 1, 2, 4, 6 or 8"),
        ({"cpu": 0.01, "concurrency": 1}, "cpu: 0.01 is below 0.08"),
        ({"memory_mb": 8192}, "memory_mb: 8192 does not go with cpu 1, which takes 128 to 4096"),
        ({"cpu": 4, "memory_mb": 512}, "memory_mb: 512 does not go with cpu 4, which takes 2048 to 16384"),
        ({"cpu": 0.5, "memory_mb": 1024, "concurrency": 1}, "memory_mb: 1024 does not go with cpu 0.5"),
        ({"cpu": 0.5}, "concurrency: 80 needs a whole processor"),
        ({"instances": {"dev": {"min": 3, "max": 2}}}, "required property"),
        ({"instances": SMALL["instances"] | {"dev": {"min": 3, "max": 2}}}, "instances/dev: min 3 is above max 2"),
        ({"database": "write"}, "database: a function that answers callers only reads"),
        ({"routes": ["/api/v1/thing/"]}, "routes: /api/v1/thing/ is no plain path"),
        ({"hot": ["/api/v1/things"]}, "hot: /api/v1/things lies below none of the routes"),
        ({"private": ["/api/v1/things"]}, "private: /api/v1/things lies below none of the routes"),
        (
            {"hot": ["/api/v1/thing/a"], "private": ["/api/v1/thing"]},
            "hot: /api/v1/thing/a is private, so nobody may share it",
        ),
        (REFRESH | {"schedule": "61 * * * *"}, "schedule: '61 \\* \\* \\* \\*' is no cron expression"),
        (REFRESH | {"schedule": "* * * * *", "timeout_s": 60}, "timeout_s: 60 is not below the 60 s between runs"),
        (REFRESH | {"schedule": "0 0 * * *", "timeout_s": 1801}, "timeout_s: 1801 is longer than an attempt may take"),
    ],
)
def test_what_breaks_the_schema_is_named_with_its_file(tmp_path: Path, change: dict[str, Any], complaint: str) -> None:
    changed = {key: value for key, value in (SMALL | change).items() if value is not None}
    tree = tree_with(tmp_path, thing=changed)

    with pytest.raises(ManifestError, match=complaint) as refusal:
        read_manifests(tree)

    assert str(refusal.value).startswith("functions/thing/function.yaml: ")


def test_a_job_has_neither_schedule_nor_routes(tmp_path: Path) -> None:
    job = {name: value for name, value in SMALL.items() if name != "routes"} | {"kind": "job"}
    tree = tree_with(tmp_path, thing=job)

    assert (read_manifests(tree)["thing"].schedule, read_manifests(tree)["thing"].routes) == (None, ())
    for change in ({"schedule": "* * * * *"}, {"routes": ["/api/v1/thing"]}, {"promise_s": 5}, {"hot": ["/x"]}):
        (tree / "functions/thing/function.yaml").write_text(json.dumps(job | change))
        with pytest.raises(ManifestError):
            read_manifests(tree)


def test_a_file_that_is_no_yaml_is_named(tmp_path: Path) -> None:
    tree = tree_with(tmp_path, thing=SMALL)
    (tree / "functions/thing/function.yaml").write_text("a: [")

    with pytest.raises(ManifestError, match=r"^functions/thing/function\.yaml: "):
        read_manifests(tree)


def test_some_functions_neither_warm_nor_wait_for_others(tmp_path: Path) -> None:
    refresh = {name: value for name, value in SMALL.items() if name != "routes"}
    refresh |= {"kind": "refresh", "schedule": "* * * * *", "promise_s": 60, "timeout_s": 30}
    late = refresh | {"warms": ["thing", "other"], "after": ["early"]}
    manifests = read_manifests(
        tree_with(tmp_path, thing=SMALL, other=SMALL | {"routes": ["/api/v1/other"]}, early=refresh, late=late)
    )

    some = chosen(manifests, ["late", "thing"])

    assert set(some) == {"late", "thing"}
    assert (some["late"].warms, some["late"].after) == (("thing",), ())
    assert chosen(manifests, []) == manifests


def test_a_function_that_is_not_there_cannot_be_chosen(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="there is no function nobody; there are thing"):
        chosen(read_manifests(tree_with(tmp_path, thing=SMALL)), ["nobody"])


def test_a_prefix_that_two_functions_claim_names_both(tmp_path: Path) -> None:
    tree = tree_with(tmp_path, thing=SMALL, other=SMALL)

    with pytest.raises(
        ManifestError, match=r"^functions/other/function\.yaml: routes: /api/v1/thing is claimed by thing"
    ):
        read_manifests(tree)


def test_a_folder_whose_account_id_would_be_too_long_is_refused(tmp_path: Path) -> None:
    tree = tree_with(tmp_path, a_function_with_a_very_long_name=SMALL)

    with pytest.raises(ManifestError, match="folder: makes the account id fn-a-function-with-a-very-long-name"):
        read_manifests(tree)


def test_a_folder_of_two_letters_gets_an_account_id_that_is_long_enough() -> None:
    assert (account_of("ml"), account_of("news")) == ("fn-ml-function", "fn-news")


def test_a_private_function_is_tried_by_being_refused() -> None:
    manifests = read_manifests()

    assert manifests["auth"].asked_on_trial == {"/api/v1/auth/me": 401}
    assert manifests["prices"].asked_on_trial == dict.fromkeys(manifests["prices"].hot, 200)
    assert manifests["system"].asked_on_trial == {"/health": 200}
