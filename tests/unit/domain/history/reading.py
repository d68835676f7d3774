"""Files of history read without a database."""

import gzip
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from shared.domain.history.asking import Ask
from shared.domain.history.files import head_of, opened
from shared.domain.history.formats import FORMATS, Fact, Source, detected
from shared.domain.history.refusals import Tally
from tests.clocks import NOON

DAILY = Ask(known_at=NOON, token="bitcoin", interval="1d")
HEADER = "time,open,high,low,close,volume"
GOOD = ["2024-01-01,10,12,9,11,5", "2024-01-02,11,13,10,12,6", "2024-01-03,12,14,11,13,7"]


def written(folder: Path, text: "str | bytes", name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def table(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


def read(
    path: Path, ask: Ask = DAILY, *, format_name: str | None = None, skip_bad: bool = False, limit: int = 2**31
) -> tuple[Sequence[Fact], Tally]:
    """Return the facts of a file and what became of its rows."""
    form = FORMATS[format_name] if format_name else detected(head_of(path), path.name)
    tally = Tally(path.name, skip_bad=skip_bad)
    with opened(path, limit=limit) as (stream, _):
        return list(form.read(Source(path, stream), ask, tally)), tally


def zipped(text: str) -> bytes:
    return gzip.compress(text.encode())


def later(ask: Ask, days: int) -> Ask:
    return replace(ask, known_at=ask.known_at + timedelta(days=days))
