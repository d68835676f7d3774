"""Temporary folders in which PostgreSQL may live.

Not pytest's own: as root PostgreSQL runs as another user, and whenever a second pytest starts on the machine it takes
away from everybody else the right to enter the folder above.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_folder() -> Iterator[Path]:
    """Give a folder for as long as the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="prism-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
