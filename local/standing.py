"""What a running platform leaves for other commands to find: where its database and its functions are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_NAME = "running.json"


@dataclass(frozen=True, slots=True)
class Standing:
    """A platform that runs."""

    socket: str
    """Of PostgreSQL."""
    functions: Mapping[str, str]
    """Addresses by name."""
    upstreams: str | None = None
    """Where the stand-in for the providers is; `None` with real ones."""


def tell(folder: Path, standing: Standing) -> None:
    """Leave word in a data folder."""
    told = {"socket": standing.socket, "functions": dict(standing.functions), "upstreams": standing.upstreams}
    text = json.dumps(told, indent=1)
    (folder / _NAME).write_text(text + "\n", encoding="utf-8")


def forget(folder: Path) -> None:
    """Take it away again."""
    (folder / _NAME).unlink(missing_ok=True)


def heard(folder: Path) -> Standing | None:
    """Return what the platform over a data folder said, `None` when it has not come so far yet.

    Whether it runs is what the folder's lock says: one that was killed leaves its word behind.
    """
    try:
        told = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        return Standing(told["socket"], dict(told["functions"]), told.get("upstreams"))
    except (OSError, ValueError, KeyError, TypeError):
        return None
