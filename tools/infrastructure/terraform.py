"""The Terraform program, run in a workplace with whichever providers can be had."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.manifests import ROOT, Environment

from .stand_in import cut_schemas, stand_in_folder, used_types

DEMO: Mapping[str, Any] = {
    "project_id": "demo-cryptoprism",
    "project_number": "123456789012",
    "alert_email": "operator@example.com",
    "billing_account": "0A0A0A-0B0B0B-0C0C0C",
    "hosting_site": "demo-cryptoprism",
    "github_repository_id": "123456",
    "pipeline_repository": {"owner": "example", "name": "cryptoprism"},
    "state_bucket": "demo-cryptoprism-state",
}
"""Values for a project that does not exist: everything that is optional is there, so that it is checked as well."""

_PROGRAM = "terraform"
_CACHE = ROOT / "build" / "terraform-schemas"
_SERVE = (sys.executable, str(Path(__file__).with_name("serve.py")))
_LONGEST_S = 300


class TerraformError(Exception):
    """Terraform refused; the message is what it said."""


class NoProvidersError(Exception):
    """There is no Terraform program, or neither the stand-in nor the registry can be reached."""


@dataclass(frozen=True, slots=True)
class Terraform:
    """Runs commands in one folder."""

    folder: Path

    @staticmethod
    def well_formatted(folder: Path) -> str:
        """Return the files that `terraform fmt` would change, one a line; needs no provider."""
        command = [_PROGRAM, "fmt", "-check", "-recursive", str(folder)]
        environment = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout

    def start(self) -> None:
        """Make the folder ready for the other commands.

        Raises:
            NoProvidersError: there is no Terraform, or no provider.
            TerraformError: the configuration cannot even be read.
        """
        if not shutil.which(_PROGRAM):
            raise NoProvidersError("there is no program named terraform")
        try:
            self.run("init", "-input=false")
        except TerraformError as error:
            if stand_in_folder() is None and "registry.terraform.io" in str(error):
                raise NoProvidersError("neither a stand-in nor the registry can be reached") from error
            raise

    def run(self, *arguments: str) -> str:
        """Return what a command printed.

        Raises:
            TerraformError: it failed.
        """
        return self._run([_PROGRAM, f"-chdir={self.folder}", *arguments])

    def plan(self, environment: Environment, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the plan of one environment, for an empty project, as Terraform's JSON.

        Raises:
            TerraformError: it cannot be planned.
        """
        (self.folder / "given.tfvars.json").write_text(json.dumps({**DEMO, **(variables or {})}))
        there = f'{_PROGRAM} -chdir="$0"'
        options = "-input=false -no-color -lock=false -refresh=false"
        files = f"-var-file=given.tfvars.json -var-file=environments/{environment}.tfvars -out={environment}.tfplan"
        # Both in one process of the stand-in: starting it takes as long as planning.
        commands = f"{there} plan {options} {files} >/dev/null && {there} show -json {environment}.tfplan"
        plan: dict[str, Any] = json.loads(self._run(["sh", "-ec", commands, str(self.folder)]))
        return plan

    def _run(self, command: Sequence[str]) -> str:
        environment = {
            **os.environ,
            "TF_CLI_CONFIG_FILE": os.devnull,
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
        }
        finished = subprocess.run(
            [*self._prefix(), *command],
            env=environment,
            capture_output=True,
            text=True,
            timeout=_LONGEST_S,
            check=False,
        )
        if finished.returncode:
            raise TerraformError(f"{finished.stdout}{finished.stderr}".strip())
        return finished.stdout

    def _prefix(self) -> Sequence[str]:
        stand_in = stand_in_folder()
        if stand_in is None:
            return ()
        schemas = cut_schemas(stand_in, used_types(self.folder), _CACHE)
        return (*_SERVE, str(stand_in / "tfstub.py"), *(str(schema) for schema in schemas), "--")
