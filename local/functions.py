"""Each function as its own functions-framework process, told by its environment what the cloud would tell it."""

import os
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.entry import entry_file
from tools.manifests import ROOT, Manifest

from .child import Program
from .identity import ISSUER, SCHEDULER_ACCOUNT
from .ports import HOST
from .postgres import DATABASE, READER, WRITER
from .tasks import QUEUES
from .upstreams import Upstreams
from .web import ask

_INHERITED = (
    "PATH",
    "HOME",
    "LANG",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTPS_PROXY",
    "https_proxy",
    "WEBHOOKS_ALLOWED",
)
"""What a process needs of the caller's environment; the rest could only mislead a function."""

_NO_LIMITS = "anonymous=1000000000,free=1000000000,pro=1000000000,operator=1000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all functions of a platform share."""

    folder: Path
    logs: Path
    ports: Mapping[str, int]
    gateway_url: str
    google_url: str
    """Where the keys and accounts are that stand in for Google's."""
    socket: str
    documents: Mapping[str, str]
    upstreams: Upstreams
    tokens: int
    revision: str
    tasks_url: str = ""
    """What stands in for Cloud Tasks."""


def function_environment(manifest: Manifest, manifests: Mapping[str, Manifest], around: Surroundings) -> dict[str, str]:
    """Return the whole environment of one function."""
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    environment |= _framework(manifest, around)
    environment |= around.documents
    environment |= _database(manifest, around.socket)
    environment |= {"DATA_SOURCE": around.upstreams.source, "HOT_PATHS": ",".join(manifest.hot)}
    environment |= {"PRIVATE_PATHS": ",".join(manifest.private)}
    if manifest.kind == "api":
        environment |= {"BEHIND_GATEWAY": "true", "FIREBASE_STAND_IN_URL": around.google_url}
        # Everybody here has one address; limits are told and nobody is refused unless the caller's environment wants it.
        environment |= {"TRUSTED_PROXIES": "0", "RATE_LIMITS": os.environ.get("RATE_LIMITS", _NO_LIMITS)}
    if manifest.enqueues:
        environment |= _queues(manifest, around)
    # All of them know where the providers stand: what asks one on demand must not leave a sandbox either.
    environment |= around.upstreams.addresses
    environment |= {name: value for name, value in around.upstreams.keys.items() if name in manifest.secrets}
    if manifest.kind == "refresh":
        environment["ROTATING_SECRETS"] = ""  # they come from a file here
    if manifest.kind != "api":
        environment |= _refresh(manifest, manifests, around)
    return environment


def _framework(manifest: Manifest, around: Surroundings) -> dict[str, str]:
    return {
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "FUNCTION_TARGET": manifest.name,
        "FUNCTION_USE_ASGI": "true",
        "HOST": HOST,
        "PORT": str(around.ports[manifest.name]),
        "LOG_EXECUTION_ID": "false",
        "CLOUD_RUN_TIMEOUT_SECONDS": str(manifest.timeout_s),
        "K_SERVICE": manifest.name,
        "K_REVISION": f"{manifest.name}-{around.revision}",
        "NO_PROXY": f"{HOST},localhost",
    }


def _database(manifest: Manifest, socket: str) -> dict[str, str]:
    if manifest.database == "none":
        return {}
    return {
        "DB_SOCKET": socket,
        "DB_NAME": DATABASE,
        "DB_USER": READER if manifest.database == "read" else WRITER,
        "DB_POOL_SIZE": str(manifest.pool.size),
        "DB_MAX_OVERFLOW": str(manifest.pool.overflow),
    }


def _queues(manifest: Manifest, around: Surroundings) -> dict[str, str]:
    return {
        "JOB_QUEUES": ",".join(f"{name}={QUEUES}/{name}" for name in manifest.enqueues),
        "JOB_URLS": ",".join(f"{name}=http://{HOST}:{around.ports[name]}" for name in manifest.enqueues),
        "CLOUD_TASKS_URL": around.tasks_url,
    }


def _refresh(manifest: Manifest, manifests: Mapping[str, Manifest], around: Surroundings) -> dict[str, str]:
    warm = [around.gateway_url + path for name in manifest.warms for path in manifests[name].hot]
    return {
        "WARM_URLS": ",".join(warm),
        "MARKET_TOKENS": str(around.tokens),
        "SCHEDULER_ACCOUNT": SCHEDULER_ACCOUNT,
        "SCHEDULER_AUDIENCE": f"http://{HOST}:{around.ports[manifest.name]}",
        "OIDC_ISSUER": ISSUER,
        "OIDC_JWKS_URL": f"{around.google_url}/jwks",
    }


def function_program(manifest: Manifest, manifests: Mapping[str, Manifest], around: Surroundings) -> Program:
    """Write a function's entry file and return how the framework is started over it."""
    folder = around.folder / manifest.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "main.py").write_text(entry_file(manifest.name), encoding="utf-8")
    url = f"http://{HOST}:{around.ports[manifest.name]}/"

    def ready() -> bool:
        # gunicorn listens before its worker can answer; an OPTIONS builds nothing inside the function.
        reply = ask(url, method="OPTIONS", timeout_s=2)
        return reply is not None and reply.status < 500

    return Program(
        name=manifest.name,
        command=[str(Path(sysconfig.get_path("scripts")) / "functions-framework")],
        environment=function_environment(manifest, manifests, around),
        log=around.logs / f"{manifest.name}.log",
        ready=ready,
        folder=folder,
        stop_within_s=3,
    )
