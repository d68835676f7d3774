"""The database brought up to date, by the role that owns it."""

import os
import subprocess
import sys
from pathlib import Path

from tools.manifests import ROOT

from .postgres import DATABASE, OWNER


class MigrationError(Exception):
    """The migrations did not run through; the message is what they said."""


def migrate(socket: str, log: Path) -> None:
    """Bring the database to the newest revision.

    Raises:
        MigrationError: it could not be brought there.
    """
    finished = subprocess.run(
        [sys.executable, "-m", "migrations", "upgrade"],
        cwd=ROOT,
        env={
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": str(ROOT),
            "DB_SOCKET": socket,
            "DB_NAME": DATABASE,
            "DB_USER": OWNER,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    log.write_bytes(finished.stdout)
    if finished.returncode:
        raise MigrationError(f"the migrations failed:\n{finished.stdout.decode(errors='replace')[-2000:]}")
