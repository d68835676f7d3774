"""What a release changed: enough to undo it in one step, without a build."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal

from tools.manifests import Manifest

Outcome = Literal["started", "released", "rolled back"]


@dataclass(frozen=True, slots=True)
class Moved:
    """One function's revisions: the one that served before, and the one that this release made, if it made one."""

    service: str
    url: str
    kind: str
    old: str
    new: str | None = None

    @property
    def changed(self) -> bool:
        """Return whether there is a new revision."""
        return self.new is not None and self.new != self.old


@dataclass(frozen=True, slots=True)
class Record:
    """One release, kept in the releases bucket as release.json."""

    id: str
    project: str
    region: str
    functions: Mapping[str, Moved]
    old_gateway_config: str | None
    new_gateway_config: str | None = None
    outcome: Outcome = "started"
    log: tuple[str, ...] = field(default=())

    @property
    def changed(self) -> dict[str, Moved]:
        """Return the functions that have a new revision."""
        return {name: moved for name, moved in self.functions.items() if moved.changed}

    def told(self, line: str) -> "Record":
        """Return the record with one more line of what happened."""
        return replace(self, log=(*self.log, line))

    def write(self, file: Path) -> None:
        """Write it as JSON."""
        file.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> "Record":
        """Read what `write` wrote."""
        fields = json.loads(file.read_text(encoding="utf-8"))
        functions = {name: Moved(**moved) for name, moved in fields.pop("functions").items()}
        return cls(**{**fields, "functions": functions, "log": tuple(fields["log"])})


def service_name(manifest: Manifest) -> str:
    """Return the name of a function's Cloud Run service, as terraform/manifests.tf makes it."""
    return manifest.name.replace("_", "-")
