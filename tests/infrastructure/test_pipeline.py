"""Both pipelines do the same steps in the same order, and those exist."""

import re
import subprocess
from typing import Any

import yaml

from tools.manifests import ROOT

PIPELINE = ROOT / "tools" / "release" / "pipeline"
IN_ORDER = ["begin", "serving", "plan", "keep-plan", "migrate", "apply", "grant", "roll-out", "gateway", "finish"]


def steps_called(file: str) -> list[str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return [
        step for step in re.findall(r"tools/release/pipeline ([a-z-]+)", text) if step not in ("image", "take-plan")
    ]


def build_steps() -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = yaml.safe_load((ROOT / "cloudbuild.yaml").read_text(encoding="utf-8"))["steps"]
    return steps


def test_cloud_build_releases_in_this_order() -> None:
    called = steps_called("cloudbuild.yaml")

    assert list(dict.fromkeys(called)) == IN_ORDER


def test_github_releases_in_the_same_order() -> None:
    assert steps_called(".github/workflows/release.yaml") == IN_ORDER


def test_every_step_that_is_called_exists() -> None:
    known = set(re.findall(r"^([a-z-]+)\)", PIPELINE.read_text(encoding="utf-8"), re.MULTILINE))

    assert set(IN_ORDER) | {"image", "take-plan"} == known


def test_the_script_can_be_read() -> None:
    assert subprocess.run(["bash", "-n", str(PIPELINE)], check=False).returncode == 0


def test_each_step_of_cloud_build_waits_for_the_one_before() -> None:
    steps = build_steps()
    names = [step["id"] for step in steps]

    for step in steps[1:]:
        assert set(step["waitFor"]) <= set(names[: names.index(step["id"])])


def test_a_plan_stage_changes_nothing_and_a_release_stage_makes_no_new_plan() -> None:
    scripts = {step["id"]: step["args"][1] for step in build_steps()}

    for changing in ("image", "migrate", "apply", "roll-out", "gateway", "finish"):
        assert '[ "$$STAGE" = plan ] && exit 0' in scripts[changing], changing
    for planning in ("checks", "plan", "keep-plan"):
        assert '[ "$$STAGE" = release ] && exit 0' in scripts[planning], planning


def test_actions_are_pinned_by_commit() -> None:
    text = (ROOT / ".github/workflows/release.yaml").read_text(encoding="utf-8")
    used = re.findall(r"uses: \S+@(\S+)", text)

    assert used
    assert [version for version in used if not re.fullmatch(r"[0-9a-f]{40}", version)] == []
