"""Zips whose bytes depend on nothing but their content."""

import hashlib
import io
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

from tools.entry import entry_file
from tools.manifests import ROOT

from .closure import files_of

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = (stat.S_IFREG | 0o644) << 16
_UNIX = 3


def bundle_of(function: str, root: Path = ROOT) -> bytes:
    """Return the zip of a function: its files, `main.py` for the framework, `requirements.txt` with hashes."""
    files = {path: (root / path).read_bytes() for path in files_of(function, root)}
    files["main.py"] = entry_file(function).encode()
    files["requirements.txt"] = (root / "requirements" / f"{function}.txt").read_bytes()
    return zipped(files)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip with these files in the order of their names, with one time and one mode for all."""
    target = io.BytesIO()
    # Stored, not compressed: what zlib makes of the same bytes differs between its versions.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr, entry.create_system = _MODE, _UNIX
            archive.writestr(entry, files[name])
    return target.getvalue()


def write_bundle(function: str, folder: Path) -> Path:
    """Write a function's zip under a name that carries its hash, and return the path."""
    content = bundle_of(function)
    target = folder / f"{function}-{hashlib.sha256(content).hexdigest()}.zip"
    folder.mkdir(parents=True, exist_ok=True)
    for outdated in folder.glob(f"{function}-*.zip"):
        outdated.unlink()
    target.write_bytes(content)
    return target
