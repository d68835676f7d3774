"""`python -m tools.cost --requests 10e6`: the bill of each environment, line by line, and of a million more calls."""

import argparse
import re
import sys
from dataclasses import fields
from typing import get_args

from tools.manifests import ROOT, Environment, read_manifests

from . import prices
from .model import Assumptions, Lines, Place, by_calls, fixed


def main() -> int:
    """Print the bills; return the exit status."""
    parser = argparse.ArgumentParser(prog="nox -s cost --", description=__doc__)
    parser.add_argument("--requests", type=float, default=1e6, metavar="N", help="calls a month, such as 10e6")
    calls = parser.parse_args().requests
    if calls < 0:
        parser.error("--requests: not below 0")
    manifests, assumed = read_manifests(), Assumptions()
    secrets = len({secret for manifest in manifests.values() for secret in manifest.secrets})
    print(f"US dollars a month, list prices of {prices.DATED} in us-central1, {calls:,.0f} calls a month in each\n")
    for environment in get_args(Environment):
        place = _place(environment, secrets)
        _print(environment, fixed(manifests, place, assumed) | by_calls(calls, assumed))
    dearer = sum(by_calls(1e9 + 1e6, assumed).values()) - sum(by_calls(1e9, assumed).values())
    print(f"one million calls more, beyond the free tiers: {dearer:.2f}\n")
    print("assumed:", ", ".join(f"{field.name} {getattr(assumed, field.name)}" for field in fields(assumed)))
    known = {name: price.known for name, price in vars(prices).items() if isinstance(price, prices.Price)}
    known |= {tier: price.known for tier, price in prices.SQL_SHARED.items()}
    doubtful = sorted(name for name, how in known.items() if how == "remembered")
    print("prices not checked against a page:", ", ".join(doubtful))
    print("not counted: taxes, support, alert conditions, network between zones, what browsers listen to")
    return 0


def _place(environment: Environment, secrets: int) -> Place:
    text = (ROOT / "terraform" / "environments" / f"{environment}.tfvars").read_text(encoding="utf-8")
    values = dict(re.findall(r'^(\w+)\s*=\s*"?([^"\n]+)"?$', text, re.MULTILINE))
    return Place(environment, values["database_tier"], values["database_standby"] == "true", secrets)


def _print(environment: str, lines: Lines) -> None:
    print(f"{environment:<24}{sum(lines.values()):>10.2f}")
    for name, usd in lines.items():
        if usd:
            print(f"  {name:<22}{usd:>10.2f}")
    print()


if __name__ == "__main__":
    sys.exit(main())
