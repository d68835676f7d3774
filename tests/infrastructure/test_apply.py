"""What an apply leaves behind, applied to nothing but state: planned again, it changes only what was changed."""

import re
from typing import Any

import pytest

from tools.infrastructure.__main__ import every_secret
from tools.manifests import ROOT, read_manifests

from .plans import Workplace

pytestmark = [pytest.mark.terraform, pytest.mark.xdist_group("applied")]

VARIABLES = every_secret(read_manifests())


@pytest.fixture(scope="module")
def applied(workplace: Workplace, tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    place = workplace.copied(tmp_path_factory.mktemp("applied") / "copy")
    place.terraform.plan("prod", VARIABLES)
    place.terraform.run("apply", "-input=false", "-no-color", "prod.tfplan")
    return place


def changes(place: Workplace, **variables: Any) -> dict[str, list[str]]:
    """Return what another plan would do, by address."""
    plan = place.terraform.plan("prod", VARIABLES | variables)
    found = {each["address"]: each["change"]["actions"] for each in plan["resource_changes"]}
    return {address: actions for address, actions in found.items() if actions != ["no-op"]}


def test_applied_and_planned_again_nothing_changes(applied: Workplace) -> None:
    assert changes(applied) == {}


def test_a_function_whose_bundle_changed_is_the_only_one_deployed(applied: Workplace) -> None:
    build = applied.folder / "build"
    (old,) = build.glob("prices-*.zip")
    new = old.rename(build / f"prices-{'0' * 64}.zip")
    try:
        changed = changes(applied)
    finally:
        new.rename(old)

    assert set(changed) == {
        'google_storage_bucket_object.bundle["prices"]',
        'module.function["prices"].google_cloudfunctions2_function.this',
    }


def test_another_gateway_config_touches_no_function_and_waits_where_it_is_told(applied: Workplace) -> None:
    spec = applied.folder / "gateway" / "api-gateway.yaml"
    text = spec.read_text(encoding="utf-8")
    spec.write_text(text.replace("title: cryptoprism", "title: another"), encoding="utf-8")
    try:
        plan = applied.terraform.plan("prod", VARIABLES | {"gateway_config": "cryptoprism-0123456789ab"})
    finally:
        spec.write_text(text, encoding="utf-8")
    after = {each["address"]: each["change"] for each in plan["resource_changes"]}

    touched = {address for address, change in after.items() if change["actions"] != ["no-op"]}
    assert touched == {f"{_CONFIG}.main", f"{_GATEWAY}.main"}
    # The stand-in does not know that a config is replaced; that the gateway keeps what it is told, Terraform knows.
    assert after[f"{_GATEWAY}.main"]["after"]["api_config"].endswith("/configs/cryptoprism-0123456789ab")


def test_a_raised_counter_gives_new_revisions_to_readers_and_is_refused_by_the_pipeline(applied: Workplace) -> None:
    raised = VARIABLES["secret_versions"] | {"COINCAP_KEYS": "2"}

    changed = changes(applied, secret_versions=raised)

    assert 'google_secret_manager_secret_version.key["COINCAP_KEYS"]' in changed
    assert not [address for address in changed if "google_cloudfunctions2" in address and "refresh" not in address]

    guard = re.search(r"grep -E '(.+)' build/functions.txt", (ROOT / "tools/release/pipeline").read_text())
    shown = applied.terraform.run("show", "-no-color", "prod.tfplan")
    assert guard is not None
    assert [line for line in shown.splitlines() if re.search(guard.group(1), line)]


_CONFIG = "google_api_gateway_api_config"
_GATEWAY = "google_api_gateway_gateway"
