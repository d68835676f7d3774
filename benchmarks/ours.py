"""Our side: the real local platform over a fresh folder, filled by a real refresh, placed on its cores."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from local.child import Child, Program
from local.delivery import Delivered
from local.options import Options
from local.platform import Platform
from local.ports import HOST
from local.web import ask

from .asking import get
from .errors import MeasurementError
from .plan import LOAD_CORE, SERVER_CORE
from .processes import pin
from .scenarios import LIVE

_LONGEST_PAGE = 250
_NEARLY_ALL = 0.999
"""Of thousands, one or two were delisted since the sandbox began."""


MEASURED = ("prices", "market", "system", "refresh_market")
"""Other functions would only take the machine's attention."""


@contextmanager
def running_platform(folder: Path, *, tokens: int, only: tuple[str, ...] = MEASURED) -> Iterator[Platform]:
    """Keep a platform running while the block runs: functions on one core, everything else on the other.

    The scheduler stands still, so that no refresh falls into a measurement.

    Raises:
        ChildFailedError: a server did not start.
        MeasurementError: the refresh that fills the database failed.
    """
    shutil.rmtree(folder, ignore_errors=True)
    with Platform(Options(tokens=tokens, folder=folder, port=0, scheduled=False, only=only)) as platform:
        for name in ("gateway", "postgres", "documents", "sandbox", *platform.manifests):
            place(platform, name)
        yield platform


def place(platform: Platform, name: str) -> None:
    """Keep a server of the platform on its core; the embedded document store has none."""
    if name == "documents" and platform.documents_kind == "embedded":
        return
    pin(pid_of(platform.child(name)), SERVER_CORE if name in platform.manifests else LOAD_CORE)


def pid_of(child: Child) -> int:
    """Return the id of a server's process.

    Raises:
        MeasurementError: it does not run.
    """
    if child.pid is None:
        raise MeasurementError(f"{child.name} does not run")
    return child.pid


def fill(platform: Platform, tokens: int) -> None:
    """Refresh once and check that the tokens arrived.

    Raises:
        MeasurementError: it did not.
    """
    check_stored(platform.run_refresh("refresh_market"), tokens)
    found = len(token_ids(platform, tokens))
    if not tokens * _NEARLY_ALL <= found <= tokens:
        raise MeasurementError(f"the API lists {found} tokens, not {tokens}")


def check_stored(delivered: Delivered, tokens: int) -> None:
    """Check that a refresh went well; it counts the rows of all tables, of which each token has one at least.

    Raises:
        MeasurementError: it did not.
    """
    if not delivered.succeeded or delivered.report.get("rows", 0) < tokens:
        raise MeasurementError(f"the refresh stored too little: {delivered.status} {dict(delivered.report)}")


def token_ids(platform: Platform, tokens: int) -> list[str]:
    """Return the ids of all tokens, largest first, as the API lists them."""
    url = platform.function_url("prices")
    pages = (f"{LIVE}?limit={_LONGEST_PAGE}&offset={offset}" for offset in range(0, tokens, _LONGEST_PAGE))
    return [row["id"] for page in pages for row in json.loads(get(url, page).body)["data"]]


def another(program: Program, port: int, name: str, **environment: str) -> Program:
    """Return one more worker of a function on a port of its own."""

    def ready() -> bool:
        reply = ask(f"http://{HOST}:{port}/", method="OPTIONS", timeout_s=2)
        return reply is not None and reply.status < 500

    told = {**program.environment, "PORT": str(port), **environment}
    if "DOCUMENTS_FILE" in environment:
        told.pop("FIRESTORE_EMULATOR_HOST", None)
    return replace(program, name=name, environment=told, log=program.log.with_name(f"{name}.log"), ready=ready)
