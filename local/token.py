"""`python -m local.token --uid ann`: print an ID token for the platform that `nox -s up` runs; with `--revoke` take all back."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from shared.core.clock import Clock, SystemClock
from shared.records.caller import Plan
from tools.manifests import ROOT

from .documents import PROJECT
from .identity import Accounts, KeyPair, id_claims


def main(arguments: Sequence[str], *, clock: Clock | None = None) -> int:
    """Print a token that the local functions believe for an hour; return the exit status."""
    now = (clock or SystemClock()).now()
    given = _parser().parse_args(arguments)
    folder = (given.data / given.source / "identity").absolute()
    if given.revoke:
        Accounts(folder).revoke(given.uid, now)
        print(f"the tokens of {given.uid} are revoked", file=sys.stderr)
        return 0
    print(KeyPair(folder).mint(id_claims(given.uid, PROJECT, now, email=given.email, plan=given.plan)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.token", description="Sign in on this machine.")
    parser.add_argument("--uid", required=True, help="whose token")
    parser.add_argument("--email", help="of that person")
    parser.add_argument("--plan", choices=get_args(Plan), default="free", help="how much they may ask for")
    parser.add_argument("--revoke", action="store_true", help="print none: revoke all that were printed")
    parser.add_argument("--source", choices=["sandbox", "live", "replay"], default="sandbox", help="which platform")
    parser.add_argument("--data", type=Path, default=ROOT / ".cryptoprism", metavar="FOLDER", help="where data is kept")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
