"""`python -m tools.release`: begin, run, gateway, rollback, prune, notes; each reads and writes the release's record."""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tools.manifests import ROOT, ManifestError, read_manifests

from .cloud import CloudError, Gcloud
from .notes import release_notes
from .prune import outdated
from .record import Moved, Record, service_name
from .rollout import Rollout


def main() -> int:
    """Do what is asked; return the exit status, 1 when the release was rolled back."""
    parser = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__)
    parser.add_argument("command", choices=_COMMANDS)
    parser.add_argument("--record", type=Path, default=ROOT / "build" / "release.json", help="the release's record")
    parser.add_argument(
        "--project", help="project id, for `begin`; `rollback` takes the last release's record from there"
    )
    parser.add_argument("--project-number", help="project number, for `begin`")
    parser.add_argument("--region", default="us-central1")
    parser.add_argument("--id", help="name of the release, for `begin`")
    asked = parser.parse_args()
    if asked.command == "begin" and not (asked.project and asked.project_number and asked.id):
        parser.error("begin: --project, --project-number and --id are needed")
    try:
        return _COMMANDS[asked.command](asked)
    except (CloudError, ManifestError) as error:
        print(error, file=sys.stderr)
    except FileNotFoundError as error:
        print(f"there is no release record {error.filename}: `begin` writes it", file=sys.stderr)
    return 1


def _begin(asked: argparse.Namespace) -> int:
    functions = {
        name: Moved(
            service=service_name(manifest),
            url=f"https://{service_name(manifest)}-{asked.project_number}.{asked.region}.run.app",
            kind=manifest.kind,
            old="",
        )
        for name, manifest in read_manifests().items()
    }
    record = Record(asked.id, asked.project, asked.region, functions, old_gateway_config=None)
    _rollout(record).begin(record).write(asked.record)
    return 0


def _run(asked: argparse.Namespace) -> int:
    record = Record.read(asked.record)
    finished = _rollout(record).run(record)
    finished.write(asked.record)
    return 0 if finished.outcome == "released" else 1


def _rollback(asked: argparse.Namespace) -> int:
    if asked.project:
        asked.record.parent.mkdir(parents=True, exist_ok=True)
        Gcloud(asked.project, asked.region).fetch_last_record(asked.record)
    record = Record.read(asked.record)
    _rollout(record).undo(record.told("asked for by an operator")).write(asked.record)
    return 0


def _gateway(asked: argparse.Namespace) -> int:
    """Note the config that the last apply made the gateway serve, and ask through it."""
    record = Record.read(asked.record)
    config = Gcloud(record.project, record.region).gateway_config()
    replace(record, new_gateway_config=config).write(asked.record)
    return 0


def _prune(asked: argparse.Namespace) -> int:
    record = Record.read(asked.record)
    cloud = Gcloud(record.project, record.region)
    for config in outdated(cloud.configs(), serving=cloud.gateway_config()):
        cloud.delete_config(config)
        print(f"deleted gateway config {config}")
    return 0


def _notes(asked: argparse.Namespace) -> int:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    print(release_notes(Record.read(asked.record), changelog), end="")
    return 0


def _rollout(record: Record) -> Rollout:
    return Rollout(
        Gcloud(record.project, record.region),
        read_manifests(),
        now=lambda: datetime.now(UTC),
        pause=lambda span: time.sleep(span.total_seconds()),
        tell=print,
    )


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "begin": _begin,
    "run": _run,
    "gateway": _gateway,
    "rollback": _rollback,
    "prune": _prune,
    "notes": _notes,
}


if __name__ == "__main__":
    sys.exit(main())
