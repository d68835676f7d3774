"""`python -m tools.infrastructure`: format, initialise, validate, test and plan the configuration; hold the plans against the manifests."""

import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from tools.manifests import ROOT, Environment, Manifest, ManifestError, read_manifests

from .checks import CHECKS, problems_of
from .plan import Planned
from .stand_in import stand_in_folder
from .terraform import NoProvidersError, Terraform, TerraformError
from .workplace import make_workplace


def main() -> int:
    """Check everything; return the exit status."""
    try:
        manifests = read_manifests()
        with tempfile.TemporaryDirectory(prefix="infrastructure-") as place:
            return _check(Terraform(make_workplace(Path(place) / "copy")), manifests)
    except NoProvidersError as reason:
        print(f"skipped: {reason}")
        return 0
    except (ManifestError, TerraformError) as error:
        print(error, file=sys.stderr)
        return 1


def _check(terraform: Terraform, manifests: Mapping[str, Manifest]) -> int:
    began = time.monotonic()
    terraform.start()
    if badly := terraform.well_formatted(ROOT / "terraform"):
        print(f"terraform fmt would change:\n{badly}", file=sys.stderr)
        return 1
    print(f"providers: {'the stand-in with the real schemas' if stand_in_folder() else 'the real ones'}")
    terraform.run("validate", "-no-color")
    print(f"fmt, init, validate: {time.monotonic() - began:.1f} s")
    status = max([_check_plan(terraform, environment, manifests) for environment in get_args(Environment)])
    began = time.monotonic()
    tested = terraform.run("test", "-no-color").strip().splitlines()[-1]
    print(f"test: {tested} {time.monotonic() - began:.1f} s")
    return status


def _check_plan(terraform: Terraform, environment: Environment, manifests: Mapping[str, Manifest]) -> int:
    began = time.monotonic()
    planned = Planned.read(terraform.plan(environment, every_secret(manifests)), manifests, environment)
    failed = problems_of(planned)
    for name, problems in failed.items():
        for problem in problems:
            print(f"{environment}: {name}: {problem}", file=sys.stderr)
    held = len(CHECKS) - len(failed)
    print(f"{environment}: {len(planned.resources)} resources, {held} of {len(CHECKS)} checks held, ", end="")
    print(f"{time.monotonic() - began:.1f} s")
    return 1 if failed else 0


def every_secret(manifests: Mapping[str, Manifest]) -> dict[str, Any]:
    """Return variables with a counter for each secret that a manifest names, so that each is bound."""
    names = {secret for manifest in manifests.values() for secret in manifest.secrets}
    return {"secret_versions": dict.fromkeys(sorted(names), "1")}


if __name__ == "__main__":
    sys.exit(main())
