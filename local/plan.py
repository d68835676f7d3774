"""What a platform consists of, decided before anything is started: ports, addresses, programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tools.manifests import Manifest

from .child import Program
from .documents import Documents, choose_documents
from .functions import Surroundings, function_program
from .gateway import backends_of, gateway_program
from .options import Options
from .ports import HOST, free_ports, require_free
from .postgres import Postgres
from .schedule import Job
from .scheduler import jobs_of
from .upstreams import Upstreams, live_upstreams, replay_upstreams, sandbox_upstreams


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The programs of one platform, PostgreSQL apart, because others wait for it."""

    postgres: Postgres
    upstreams: Upstreams
    documents: Documents
    ports: Mapping[str, int]
    gateway_url: str
    programs: tuple[Program, ...]
    jobs: tuple[Job, ...]


def make_plan(
    options: Options,
    manifests: Mapping[str, Manifest],
    *,
    folder: Path,
    google_url: str,
    tasks_url: str,
    environ: Mapping[str, str],
    now: datetime,
) -> Plan:
    """Choose ports, write configurations and entry files.

    Raises:
        PortInUseError: somebody listens on the gateway's port.
        NoEmulatorError: Firestore is asked for and not to be had.
    """
    if options.port:
        require_free(options.port)
    logs = folder / "logs"
    free_port, upstream_port, documents_port, *function_ports = free_ports(3 + len(manifests))
    port = options.port or free_port
    ports = dict(zip(manifests, function_ports, strict=True))
    gateway_url = f"http://{HOST}:{port}"
    postgres = Postgres(folder / "postgres", logs / "postgres.log")
    upstreams = _upstreams(options, upstream_port, logs, environ)
    documents = choose_documents(
        options.documents,
        folder=folder / "documents",
        log=logs / "documents.log",
        port=documents_port,
        environ=environ,
    )
    around = Surroundings(
        folder=folder / "functions",
        logs=logs,
        ports=ports,
        gateway_url=gateway_url,
        google_url=google_url,
        tasks_url=tasks_url,
        socket=postgres.socket,
        documents=documents.environment,
        upstreams=upstreams,
        tokens=options.tokens,
        revision=now.strftime("%Y%m%d%H%M%S"),
    )
    servers = [program for program in (upstreams.program, documents.program) if program]
    functions = [function_program(manifest, manifests, around) for manifest in manifests.values()]
    gateway = gateway_program(
        backends_of(manifests, ports), port=port, folder=folder / "gateway", log=logs / "gateway.log"
    )
    return Plan(
        postgres=postgres,
        upstreams=upstreams,
        documents=documents,
        ports=ports,
        gateway_url=gateway_url,
        programs=(*servers, *functions, gateway),
        jobs=tuple(jobs_of(manifests, ports)),
    )


def _upstreams(options: Options, port: int, logs: Path, environ: Mapping[str, str]) -> Upstreams:
    if options.source == "live":
        return live_upstreams(environ)
    if options.replay is not None:
        return replay_upstreams(port=port, folder=options.replay, log=logs / "replay.log")
    return sandbox_upstreams(port=port, tokens=options.tokens, seed=options.seed, log=logs / "sandbox.log")
