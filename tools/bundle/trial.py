"""A bundle started as the cloud starts it, with nothing installed but its own requirements."""

import json
import tempfile
import zipfile
from pathlib import Path

from local.child import Child, Program
from local.ports import HOST, free_ports
from local.web import Reply, ask
from tools.manifests import Manifest


class TrialError(Exception):
    """The function did not answer as it should."""


def try_bundle(bundle: Path, manifest: Manifest, programs: Path) -> None:
    """Start a bundle with the programs of an environment and ask it what needs neither database nor internet.

    Raises:
        ChildFailedError: it does not start.
        TrialError: it answers something else than expected.
    """
    with tempfile.TemporaryDirectory(prefix="bundle-") as place:
        folder = Path(place)
        zipfile.ZipFile(bundle).extractall(folder / "code")
        (port,) = free_ports(1)
        child = Child(_program(manifest, programs, folder, port))
        child.start()
        try:
            child.wait_ready()
            _check(manifest, f"http://{HOST}:{port}")
        finally:
            child.stop()


def _program(manifest: Manifest, programs: Path, folder: Path, port: int) -> Program:
    environment = {
        "PATH": str(programs),
        "HOME": str(folder),
        "FUNCTION_TARGET": manifest.name,
        "FUNCTION_USE_ASGI": "true",
        "HOST": HOST,
        "PORT": str(port),
        "LOG_EXECUTION_ID": "false",
        "DOCUMENTS_FILE": str(folder / "documents.sqlite"),
        "DB_SOCKET": str(folder / "nobody-listens"),
        "DB_USER": "nobody",
        "SCHEDULER_ACCOUNT": "scheduler@example.com",
        "SCHEDULER_AUDIENCE": f"http://{HOST}:{port}",
    }

    def ready() -> bool:
        return ask(f"http://{HOST}:{port}/", method="OPTIONS", timeout_s=2) is not None

    return Program(
        name=manifest.name,
        command=[str(programs / "functions-framework")],
        environment=environment,
        log=folder / "log",
        ready=ready,
        folder=folder / "code",
    )


def _check(manifest: Manifest, url: str) -> None:
    if manifest.kind == "api":
        _expect(404, ask(f"{url}/no/such/path", timeout_s=20))
        for path, status in manifest.asked_on_trial.items():
            _expect(status, ask(f"{url}{path}", timeout_s=20), or_status=503 if status == 200 else None)
    else:
        _expect(401, ask(url, method="POST", timeout_s=20))


def _expect(status: int, reply: Reply | None, *, or_status: int | None = None) -> None:
    if reply is None or reply.status not in (status, or_status):
        raise TrialError(f"expected {status}, got {reply}")
    body = json.loads(reply.body)
    if reply.status >= 400 and "detail" not in body:
        raise TrialError(f"no detail in {body}")
