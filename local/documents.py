"""The document store of the platform: the official Firestore emulator where it is installed, an embedded one elsewhere."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .child import Program
from .ports import HOST
from .web import ask

Choice = Literal["auto", "embedded", "firestore"]
PROJECT = "demo-cryptoprism"
"""Names that begin with demo- never reach a real project."""


_OLDEST_JAVA = 11
"""An older one, and macOS's placeholder for none, cannot run the emulator."""


class NoEmulatorError(Exception):
    """Firestore was asked for by name, and there is none on this machine."""

    def __init__(self) -> None:
        super().__init__(
            "no Firestore emulator: install it with 'gcloud components install cloud-firestore-emulator' and Java, "
            "set FIRESTORE_EMULATOR_HOST, or choose --documents embedded"
        )


@dataclass(frozen=True, slots=True)
class Documents:
    """What functions are told about the store, and the server to start, if it is ours."""

    kind: str
    environment: Mapping[str, str]
    program: Program | None


def choose_documents(choice: Choice, *, folder: Path, log: Path, port: int, environ: Mapping[str, str]) -> Documents:
    """Return the store for a choice.

    Raises:
        NoEmulatorError: Firestore is asked for and not to be had.
    """
    running = environ.get("FIRESTORE_EMULATOR_HOST")
    if choice != "embedded" and running:
        return Documents("firestore", _emulator_environment(running), None)
    emulator = None if choice == "embedded" else _installed()
    if emulator is not None:
        return Documents("firestore", _emulator_environment(f"{HOST}:{port}"), _program(emulator, port, log, environ))
    if choice == "firestore":
        raise NoEmulatorError
    folder.mkdir(parents=True, exist_ok=True)
    return Documents("embedded", {"DOCUMENTS_FILE": str(folder / "documents.sqlite")}, None)


def _emulator_environment(host: str) -> dict[str, str]:
    return {"FIRESTORE_EMULATOR_HOST": host, "GOOGLE_CLOUD_PROJECT": PROJECT}


def _installed() -> Path | None:
    """Return the emulator's jar; a gcloud without that component, or without Java, counts as none."""
    gcloud, java = shutil.which("gcloud"), shutil.which("java")
    if not gcloud or not java or _java_release(java) < _OLDEST_JAVA:
        return None
    jar = Path(gcloud).resolve().parents[1] / "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
    return jar if jar.exists() else None


def _java_release(java: str) -> int:
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found.group(1)) if found else 0


def _program(jar: Path, port: int, log: Path, environ: Mapping[str, str]) -> Program:
    # What gcloud's wrapper would start: a wrapper that is killed leaves its Java child behind.
    # Compiled lightly and without threads for collecting: it lives for minutes, and takes half of the processor time like this.
    light = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    main = ["-cp", str(jar), "com.google.cloud.datastore.emulator.firestore.CloudFirestore"]

    def ready() -> bool:
        reply = ask(f"http://{HOST}:{port}/", timeout_s=1)
        return reply is not None and reply.status == 200

    return Program(
        name="documents",
        command=["java", *light, "-Duser.language=en", *main, "start", f"--host={HOST}", f"--port={port}"],
        environment={name: environ[name] for name in ("PATH", "HOME", "JAVA_HOME") if name in environ},
        log=log,
        ready=ready,
        stop_within_s=3,
    )
