"""Manifests of the functions, read once and typed; everything that needs one asks here."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parent.parent

Environment = Literal["dev", "staging", "prod"]


class ManifestError(Exception):
    """A function.yaml cannot be read or breaks the schema."""


@dataclass(frozen=True, slots=True)
class Instances:
    """How many instances one environment keeps and allows."""

    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Pool:
    """Connections to PostgreSQL that one instance holds, and may add under load."""

    size: int = 5
    overflow: int = 3

    @property
    def connections(self) -> int:
        """Return the most that one instance opens."""
        return self.size + self.overflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One function.yaml; the fields are described in functions/function.schema.json."""

    name: str
    kind: Literal["api", "refresh", "job"]
    description: str
    routes: tuple[str, ...]
    hot: tuple[str, ...]
    private: tuple[str, ...]
    schedule: str | None
    after: tuple[str, ...]
    enqueues: tuple[str, ...]
    promise_s: int | None
    warms: tuple[str, ...]
    memory_mb: int
    cpu: float
    timeout_s: int
    concurrency: int
    instances: Mapping[Environment, Instances]
    database: Literal["none", "read", "write"]
    pool: Pool
    secrets: tuple[str, ...]

    @property
    def asked_on_trial(self) -> Mapping[str, int]:
        """Return the paths that show whether a new revision works, with the status that nobody in particular is answered."""
        if self.hot:
            return dict.fromkeys(self.hot, 200)
        if self.private:
            return {self.private[0]: 401}
        return {self.routes[0]: 200}

    def connections(self, environment: Environment) -> int:
        """Return the most connections that all instances of one revision open."""
        return 0 if self.database == "none" else self.instances[environment].maximum * self.pool.connections


def account_of(name: str) -> str:
    """Return the id of a function's account; Google wants six characters at least, so a name of two gets a longer one."""
    return f"fn-{name}-function" if len(name) < 3 else f"fn-{name.replace('_', '-')}"


def manifest_path(name: str) -> str:
    """Return where a function's manifest lies, as errors name it."""
    return f"functions/{name}/function.yaml"


def read_manifests(root: Path = ROOT) -> dict[str, Manifest]:
    """Return the manifests by function name, in the order of the names.

    Raises:
        ManifestError: one cannot be read, breaks the schema, or says what the platform could not do.
    """
    from .manifest_rules import problems_of

    schema = json.loads((root / "functions/function.schema.json").read_text(encoding="utf-8"))
    validator = Draft202012Validator(schema)
    files = sorted(root.glob("functions/*/function.yaml"))
    manifests = {file.parent.name: _read(file, validator) for file in files}
    for problem in problems_of(manifests):
        raise ManifestError(problem)
    return manifests


def chosen(manifests: Mapping[str, Manifest], names: Collection[str]) -> dict[str, Manifest]:
    """Return the manifests of some functions, which then warm and wait for none but each other; no names mean all.

    Raises:
        ManifestError: there is no such function.
    """
    unknown = set(names) - set(manifests)
    if unknown:
        raise ManifestError(f"there is no function {', '.join(sorted(unknown))}; there are {', '.join(manifests)}")
    kept = {name: manifest for name, manifest in manifests.items() if name in names or not names}
    return {
        name: replace(
            each,
            warms=_among(each.warms, kept),
            after=_among(each.after, kept),
            enqueues=_among(each.enqueues, kept),
        )
        for name, each in kept.items()
    }


def _among(names: Iterable[str], kept: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name in kept)


def _read(file: Path, validator: Draft202012Validator) -> Manifest:
    place = manifest_path(file.parent.name)
    try:
        fields = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise ManifestError(f"{place}: {error}") from error
    for problem in validator.iter_errors(fields):
        where = "/".join(str(part) for part in problem.absolute_path) or "manifest"
        raise ManifestError(f"{place}: {where}: {problem.message}")
    return _typed(file.parent.name, fields)


def _typed(name: str, fields: Mapping[str, Any]) -> Manifest:
    return Manifest(
        name=name,
        kind=fields["kind"],
        description=fields["description"],
        routes=tuple(fields.get("routes", ())),
        hot=tuple(fields.get("hot", ())),
        private=tuple(fields.get("private", ())),
        schedule=fields.get("schedule"),
        after=tuple(fields.get("after", ())),
        enqueues=tuple(fields.get("enqueues", ())),
        promise_s=fields.get("promise_s"),
        warms=tuple(fields.get("warms", ())),
        memory_mb=fields["memory_mb"],
        cpu=fields["cpu"],
        timeout_s=fields["timeout_s"],
        concurrency=fields["concurrency"],
        instances={key: Instances(value["min"], value["max"]) for key, value in fields["instances"].items()},
        database=fields["database"],
        pool=Pool(**fields.get("pool", {})),
        secrets=tuple(fields.get("secrets", ())),
    )
