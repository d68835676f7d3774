"""A workplace that Terraform is ready in, copied for each test, and what is planned there."""

import shutil
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from tools.infrastructure.__main__ import every_secret
from tools.infrastructure.checks import problems_of
from tools.infrastructure.plan import Planned
from tools.infrastructure.terraform import Terraform
from tools.manifests import Environment, Manifest, read_manifests


class Workplace:
    """A copy of the configuration and the manifests, to be broken and planned."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.terraform = Terraform(folder / "terraform")

    def copied(self, target: Path) -> "Workplace":
        """Return a copy that is as ready as this one."""
        shutil.copytree(self.folder, target, symlinks=True)
        return Workplace(target)

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text that must be there once."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} holds {text.count(old)} times {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    @cached_property
    def manifests(self) -> Mapping[str, Manifest]:
        """Return the manifests as they are."""
        return read_manifests(self.folder)

    def planned(self, environment: Environment, manifests: Mapping[str, Manifest] | None = None) -> Planned:
        """Return the plan of an environment, beside given manifests or those of the folder."""
        beside = manifests or self.manifests
        variables: dict[str, Any] = every_secret(beside)
        return Planned.read(self.terraform.plan(environment, variables), beside, environment)

    def failed_checks(self, environment: Environment, manifests: Mapping[str, Manifest]) -> dict[str, list[str]]:
        """Return what the checks find."""
        return problems_of(self.planned(environment, manifests))
