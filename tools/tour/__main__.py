"""`python -m tools.tour`: walk every documented operation of a running platform as a signed-in user."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx2
from rich.console import Console
from rich.table import Table

from local.documents import PROJECT
from local.identity import KeyPair, id_claims
from tools.manifests import ROOT

from .itinerary import tour_of
from .visiting import Visit, Visitor

_GATEWAY = "http://127.0.0.1:8080"
_TIMEOUT_S = 30


def main(arguments: Sequence[str]) -> int:
    """Walk, print the table, and return 1 when anything answered otherwise than documented."""
    parser = argparse.ArgumentParser(prog="python -m tools.tour", description="Walk every documented operation.")
    parser.add_argument("--url", default=_GATEWAY, help=f"the gateway (default {_GATEWAY})")
    parser.add_argument(
        "--token", help="ID token of the user who walks; without it one of this machine's sandbox is made"
    )
    parser.add_argument("--data", type=Path, default=ROOT / ".cryptoprism", help="where that sandbox keeps its data")
    parser.add_argument(
        "--record", type=Path, metavar="FILE", help="write the answers down as examples of the document"
    )
    given = parser.parse_args(arguments)
    token = given.token or local_token(given.data / "sandbox")
    with httpx2.Client(base_url=given.url, timeout=_TIMEOUT_S) as client:
        document = client.get("/api/v1/openapi.json").raise_for_status().json()
        visits = list(Visitor(client, document, token=token).visit(tour_of(document)))
    _print(visits)
    if given.record:
        given.record.write_text(recorded(visits), encoding="utf-8")
    return 0 if all(visit.as_documented for visit in visits) else 1


def local_token(folder: Path, *, uid: str = "tourist") -> str:
    """Return a token that the platform whose data is in a folder believes."""
    claims = id_claims(uid, PROJECT, datetime.now(UTC), email=f"{uid}@example.org")
    return KeyPair(folder.absolute() / "identity").mint(claims)


def recorded(visits: Sequence[Visit]) -> str:
    """Return the good answers as JSON, by method and path."""
    answers = {
        f"{visit.stop.method} {visit.stop.path}": visit.answer
        for visit in visits
        if visit.status < 300 and visit.as_documented and visit.answer is not None
    }
    return json.dumps(answers, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _print(visits: Sequence[Visit]) -> None:
    console = Console(width=200 if not sys.stdout.isatty() else None)
    table = Table("operation", "status", "ms", "cache", "sources", "as documented")
    for visit in visits:
        said = "yes" if visit.as_documented else "; ".join(visit.complaints)
        operation = f"{visit.stop.method} {visit.stop.path}"
        table.add_row(operation, str(visit.status), f"{visit.took_ms:.1f}", visit.cache, visit.source, said)
    console.print(table)
    good = sum(visit.as_documented for visit in visits)
    console.print(f"{good} of {len(visits)} operations answer as documented")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
