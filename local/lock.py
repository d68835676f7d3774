"""One platform at a time in one data folder."""

import fcntl
import os
from pathlib import Path
from types import TracebackType


class AlreadyRunningError(Exception):
    """Another platform uses the data folder."""

    def __init__(self, folder: Path, owner: str) -> None:
        super().__init__(f"{folder} is in use by a platform that already runs (process {owner or 'unknown'})")


class FolderLock:
    """Held for as long as the process lives; the system lets go of it even after kill -9."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor: int | None = None

    def __enter__(self) -> "FolderLock":
        """Take the lock and write our process id into it.

        Raises:
            AlreadyRunningError: somebody else holds it.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._folder / "platform.pid", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.read(descriptor, 20).decode(errors="replace").strip()
            os.close(descriptor)
            raise AlreadyRunningError(self._folder, owner) from error
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Let go."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
