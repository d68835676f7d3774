"""Each mistake is found, by the check that is there for it, and without it nothing is found."""

import shutil
from pathlib import Path

import pytest

from tools.infrastructure.terraform import TerraformError
from tools.infrastructure.workplace import make_workplace
from tools.manifests import ManifestError, read_manifests

from .mistakes import IN_MANIFESTS, IN_TERRAFORM, Mistake
from .plans import Workplace


@pytest.mark.parametrize("mistake", IN_MANIFESTS, ids=lambda mistake: mistake.name)
def test_a_mistake_in_a_manifest_is_told_with_its_file_before_anything_is_planned(
    mistake: Mistake, tmp_path: Path
) -> None:
    make_workplace(tmp_path / "copy")
    place = Workplace(tmp_path / "copy")
    place.edit(mistake.file, mistake.old, mistake.new)

    with pytest.raises(ManifestError) as refusal:
        read_manifests(place.folder)

    assert "/function.yaml: " in str(refusal.value)
    assert mistake.caught in str(refusal.value)


@pytest.mark.terraform
@pytest.mark.parametrize("mistake", IN_TERRAFORM, ids=lambda mistake: mistake.name)
def test_a_mistake_in_terraform_is_found(mistake: Mistake, workplace: Workplace, tmp_path: Path) -> None:
    place = workplace.copied(tmp_path / "copy")
    place.edit(mistake.file, mistake.old, mistake.new)

    if mistake.by == "check":
        assert mistake.caught in place.failed_checks(mistake.environment, workplace.manifests)
    else:
        with pytest.raises(TerraformError, match=mistake.caught):
            _run(place, mistake)
    shutil.rmtree(place.folder)


def _run(place: Workplace, mistake: Mistake) -> None:
    if mistake.by == "validate":
        place.terraform.run("validate", "-no-color")
    else:
        place.planned(mistake.environment, place.manifests)


@pytest.mark.terraform
@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_without_mistakes_no_check_fails(environment: str, workplace: Workplace) -> None:
    assert workplace.failed_checks(environment, workplace.manifests) == {}  # type: ignore[arg-type]  # of the list above
