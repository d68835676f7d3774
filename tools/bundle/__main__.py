"""`python -m tools.bundle`: write the bundles into build/, and try one with `--programs`."""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.manifests import ROOT, Manifest, read_manifests

from .archive import write_bundle
from .trial import TrialError, try_bundle

AT_ONCE = 2
"""Bundles tried at a time: one waits for its function while the other is packed."""


def main() -> int:
    """Write what is asked for; return the exit status."""
    manifests = read_manifests()
    parser = argparse.ArgumentParser(prog="python -m tools.bundle")
    parser.add_argument("functions", nargs="*", choices=[*manifests, []], help="all of them without a name")
    parser.add_argument("--programs", type=Path, help="start each with the programs of this environment")
    parser.add_argument("--folder", type=Path, default=ROOT / "build", help="where the zips go")
    asked = parser.parse_args()
    chosen = [manifests[function] for function in asked.functions or manifests]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for line in pool.map(lambda manifest: _made(manifest, asked.folder, asked.programs), chosen):
            print(line)
    return 0


def _made(manifest: Manifest, folder: Path, programs: Path | None) -> str:
    bundle = write_bundle(manifest.name, folder)
    if programs:
        try:
            try_bundle(bundle, manifest, programs.absolute())
        except TrialError as error:
            raise TrialError(f"{manifest.name}: {error}") from error
    return f"{bundle.name} {bundle.stat().st_size:,} bytes{', answers' if programs else ''}"


if __name__ == "__main__":
    sys.exit(main())
