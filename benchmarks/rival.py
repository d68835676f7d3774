"""The yardstick's folder: found where it lies, copied, and given an environment from its own lock."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.manifests import ROOT

VARIABLE = "CRYPTOPRISM_RIVAL"
_DEFAULT = ROOT.parent / "shared" / "rival"


@dataclass(frozen=True, slots=True)
class RivalFolder:
    """A copy that may be written to, ready to run."""

    root: Path

    @property
    def python(self) -> Path:
        """Return the interpreter with what the rival's lock lists."""
        return self.root / ".venv-rival" / "bin" / "python"

    @property
    def application(self) -> Path:
        """Return the folder of its modules."""
        return self.root / "rival"

    @property
    def bench(self) -> Path:
        """Return the folder of its measuring scripts."""
        return self.root / "bench"


def find_rival(environ: Mapping[str, str]) -> Path | None:
    """Return where the yardstick lies, `None` when it is nowhere."""
    folder = Path(environ[VARIABLE]) if environ.get(VARIABLE) else _DEFAULT
    return folder if (folder / "rival" / "app.py").exists() and (folder / "bench" / "load.py").exists() else None


def missing_programs(which: Callable[[str], str | None] = shutil.which) -> list[str]:
    """Return the programs of the system that measuring beside the rival needs and this machine lacks."""
    return [program for program in ("wrk", "redis-server", "taskset") if which(program) is None]


def prepare(source: Path, target: Path) -> RivalFolder:
    """Copy the yardstick, anew each time, and install its lock, once until it changes."""
    folder = RivalFolder(target)
    kept = target / ".venv-rival"
    for part in ("rival", "bench"):
        shutil.rmtree(target / part, ignore_errors=True)
        shutil.copytree(source / part, target / part, ignore=shutil.ignore_patterns("__pycache__"))
        _writable(target / part)
    lock = folder.application / "requirements.lock.txt"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = kept / "installed"
    if not stamp.exists() or stamp.read_text() != wanted:
        print("installing what the rival needs, once until its lock changes", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(kept)], check=True)
        pip = [str(folder.python), "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(lock)], check=True)
        stamp.write_text(wanted)
    return folder


def _writable(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode | 0o200)
