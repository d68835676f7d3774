"""The official Firestore emulator, where the machine has it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.child import Child
from local.documents import NoEmulatorError, choose_documents
from local.ports import HOST, free_ports


class FirestoreEmulator:
    """A server on a port of its own; started again it keeps the port and has lost its documents.

    Raises:
        NoEmulatorError: there is none on this machine.
    """

    project = "demo-tests"

    def __init__(self) -> None:
        port = free_ports(1)[0]
        self.host = f"{HOST}:{port}"
        self._folder = folder = Path(tempfile.mkdtemp(prefix="emulator-"))
        environ = {name: value for name, value in os.environ.items() if name != "FIRESTORE_EMULATOR_HOST"}
        chosen = choose_documents("firestore", folder=folder, log=folder / "emulator.log", port=port, environ=environ)
        assert chosen.program is not None
        self._child = Child(chosen.program)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._child.start()
        self._child.wait_ready()

    def stop(self) -> None:
        """Kill it and its children, and remove its log."""
        self._child.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def running_emulator() -> Iterator[str]:
    """Yield the address of an emulator: the one the environment names, or one started for as long as the block lasts.

    Raises:
        NoEmulatorError: there is none on this machine.
    """
    named = os.environ.get("FIRESTORE_EMULATOR_HOST")
    if named:
        yield named
        return
    emulator = FirestoreEmulator()
    try:
        emulator.start()
        yield emulator.host
    finally:
        emulator.stop()


@pytest.fixture(scope="session")
def emulator() -> Iterator[str]:
    """Address of a running emulator, where each test has a project of its own."""
    try:
        with running_emulator() as host:
            yield host
    except NoEmulatorError as missing:
        pytest.skip(str(missing))
