"""`python -m tools.outage`: stop every source of a running sandbox platform in turn, and print what it answers meanwhile.

Nothing waits for promises to pass: what a dead source told a moment ago is `kept` until it is old. That others take over then is
shown by tests/integration/test_one_source_dead.py, which has a clock of its own.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from local.documents import PROJECT
from local.identity import KeyPair, id_claims
from local.standing import heard
from tools.manifests import ROOT, read_manifests

from .answers import ORDER, Seen, Verdict, by_group, verdicts
from .sources import by_stand, refreshes_asking
from .upstream import UnreachableError, Upstream
from .walk import Refreshes, Walk

_GATEWAY = "http://127.0.0.1:8080"
_ALL = "all of them"
_INTERRUPTED = 130

Line = Mapping[str, Verdict]
"""What became of each operation in one outage."""


def main(arguments: Sequence[str]) -> int:
    """Stop, ask, print; return 1 when an operation failed that had answered before."""
    given = _read(arguments)
    data = (given.data / "sandbox").absolute()
    standing = heard(data)
    if standing is None or standing.upstreams is None:
        sys.exit(f"no sandbox platform runs over {given.data}: start one with `nox -s up`")
    walk = Walk(given.url, _token(data))
    console, lines = Console(width=None if sys.stdout.isatty() else 200), dict[str, Line]()
    refreshes = Refreshes(read_manifests(), standing.functions, data)
    try:
        before = walk.answers()
        _stop_each(_chosen(given.only), Upstream(standing.upstreams), refreshes, walk, before, lines, console)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except UnreachableError as error:
        sys.exit(str(error))
    finally:
        walk.close()
        console.print(_table(lines))
    failed = sum(each == "failed" for line in lines.values() for each in line.values())
    console.print(f"{len(lines)} outages, {failed} failed answers; everything is back")
    return 1 if failed else 0


def _stop_each(
    stands: Mapping[str, frozenset[str]],
    upstream: Upstream,
    refreshes: Refreshes,
    walk: Walk,
    before: Mapping[str, Seen],
    lines: dict[str, Line],
    console: Console,
) -> None:
    """Fill a line for each outage; in the end everybody is asked again, so that those that failed are not left out of turn."""
    everybody = frozenset[str]().union(*stands.values())
    outages = [(stand, [stand], gone) for stand, gone in stands.items()]
    for name, stopped, gone in [*outages, (_ALL, list(stands), everybody)]:
        began = time.monotonic()
        with upstream.without(stopped):
            went = refreshes.run(refreshes_asking(gone))
            lines[name] = verdicts(before, walk.answers(), gone)
        told = ", ".join(f"{refresh} {outcome}" for refresh, outcome in went.items()) or "asked on demand"
        console.print(f"{name}: {told}; {time.monotonic() - began:.0f} s", highlight=False)
        for path, each in lines[name].items():
            if each in ("failed", "stale"):
                console.print(f"  {each}: GET {path}", highlight=False)
    refreshes.run(refreshes_asking(everybody))


def _table(lines: Mapping[str, Line]) -> Table:
    """Return a row for every group of which something became of an answer, and one for all the others."""
    table = Table("without", "operations of", *ORDER)
    for name, found in lines.items():
        line = by_group(found)
        touched = {group: counts for group, counts in sorted(line.items()) if counts.keys() - {"answered"}}
        others: Counter[Verdict] = Counter()
        for counts in (counts for group, counts in line.items() if group not in touched):
            others += counts
        rows = [*touched.items(), ("all others" if touched else "all", others)]
        table.add_section()
        for group, counts in rows:
            table.add_row(name, group, *(str(counts[each] or "") for each in ORDER))
    return table


def _chosen(only: Sequence[str]) -> Mapping[str, frozenset[str]]:
    stands = by_stand()
    unknown = set(only) - set(stands)
    if unknown:
        sys.exit(f"no stand-in is called {', '.join(sorted(unknown))}; there are {', '.join(stands)}")
    return {stand: gone for stand, gone in stands.items() if not only or stand in only}


def _token(data: Path) -> str:
    """Return a token of somebody who may ask more often than this tool does."""
    claims = id_claims("outage", PROJECT, datetime.now(UTC), email="outage@example.org", plan="operator")
    return KeyPair(data / "identity").mint(claims)


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.outage", description="Stop every source in turn.")
    parser.add_argument(
        "--url", type=_local, default=_GATEWAY, help=f"the gateway on this machine (default {_GATEWAY})"
    )
    parser.add_argument("--data", type=Path, default=ROOT / ".cryptoprism", help="where the platform keeps its data")
    parser.add_argument("--only", type=lambda text: text.split(","), default=(), metavar="A,B", help="stop only these")
    return parser.parse_args(arguments)


def _local(text: str) -> str:
    if urlsplit(text).hostname not in ("127.0.0.1", "localhost"):
        raise argparse.ArgumentTypeError("only a platform on this machine is put out of order")
    return text.rstrip("/")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
