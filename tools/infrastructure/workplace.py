"""A copy of what Terraform reads, in which it may write, and in which a test may break things."""

import hashlib
import shutil
from pathlib import Path

from tools.manifests import ROOT

_OVERRIDE = 'terraform {\n  backend "local" {}\n}\n'
_LEFT = shutil.ignore_patterns(".terraform", ".terraform.lock.hcl", "*.tfstate*", "*.local.tfvars")


def make_workplace(target: Path, root: Path = ROOT) -> Path:
    """Copy configuration, manifests and gateway spec; return the folder that Terraform runs in.

    State is kept beside the copy instead of in the cloud. Bundles are stand-ins with one hash for all: what is in
    them is checked elsewhere, and building them takes longer than a plan.
    """
    terraform = target / "terraform"
    shutil.copytree(root / "terraform", terraform, ignore=_LEFT)
    (terraform / "backend_override.tf").write_text(_OVERRIDE)
    shutil.copytree(root / "gateway", target / "gateway")
    (target / "build").mkdir()
    for manifest in sorted((root / "functions").glob("*/function.yaml")):
        folder = target / "functions" / manifest.parent.name
        folder.mkdir(parents=True)
        shutil.copy(manifest, folder)
        name = f"{folder.name}-{hashlib.sha256(folder.name.encode()).hexdigest()}.zip"
        (target / "build" / name).write_bytes(b"")
    shutil.copy(root / "functions/function.schema.json", target / "functions")
    return terraform
