"""PostgreSQL refuses to run as root, as containers like to: then it gets a system user of its own."""

import os
import pwd
import stat
import subprocess
from pathlib import Path

from .child import Account

_NAME = "pgserver"
"""The name that the PostgreSQL package itself would choose."""


def unprivileged_account() -> Account | None:
    """Return the user that PostgreSQL must run as, made where there is none; `None` when we are not root."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(_NAME)
    except KeyError:
        entry = _made_user()
    return Account(entry.pw_uid, entry.pw_gid)


def _made_user() -> pwd.struct_passwd:
    try:
        subprocess.run(["useradd", "--system", "--no-create-home", _NAME], check=True, capture_output=True)
        return pwd.getpwnam(_NAME)
    except (OSError, subprocess.CalledProcessError):
        return pwd.getpwnam("nobody")  # images without the tools to make a user still have this one


def let_reach(folder: Path) -> None:
    """Let every user pass through the folders above one, and nothing more: neither list nor read them."""
    for parent in folder.resolve().parents:
        mode = stat.S_IMODE(parent.stat().st_mode)
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)


def let_read(folder: Path) -> None:
    """Let every user read and run what a package installed, where a strict umask forbade it."""
    if not folder.exists():
        return
    let_reach(folder)
    for path in [folder, *folder.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)
        if mode != wanted:
            path.chmod(wanted)
