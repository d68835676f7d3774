"""`python -m tools.bundle`: write the bundles into build/, and try one with `--programs`."""

import argparse
import sys
from pathlib import Path

from tools.manifests import ROOT, read_manifests

from .archive import write_bundle
from .trial import try_bundle


def main() -> int:
    """Write what is asked for; return the exit status."""
    manifests = read_manifests()
    parser = argparse.ArgumentParser(prog="python -m tools.bundle")
    parser.add_argument("functions", nargs="*", choices=[*manifests, []], help="all of them without a name")
    parser.add_argument("--programs", type=Path, help="start each with the programs of this environment")
    parser.add_argument("--folder", type=Path, default=ROOT / "build", help="where the zips go")
    asked = parser.parse_args()
    for function in asked.functions or manifests:
        bundle = write_bundle(function, asked.folder)
        if asked.programs:
            try_bundle(bundle, manifests[function], asked.programs.absolute())
        print(f"{bundle.name} {bundle.stat().st_size:,} bytes{', answers' if asked.programs else ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
