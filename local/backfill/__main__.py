"""`nox -s backfill`: history from the providers or from files."""

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from local.child import ChildFailedError
from local.display import Display, suitable_display
from local.lock import AlreadyRunningError
from local.migrations import MigrationError
from local.postgres import PostgresError
from shared.core.errors import PrismError

from .importing import import_files
from .loading import StuckError, load
from .options import Options, read_options
from .places import NoDatabaseError, asking_at, database_of
from .showing import suitable_bar

_EXPECTED = (
    AlreadyRunningError,
    ChildFailedError,
    MigrationError,
    NoDatabaseError,
    PostgresError,
    PrismError,
    StuckError,
)
_INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """Do what is asked for; return the exit status."""
    options = read_options(arguments, now=datetime.now(UTC))
    display = suitable_display()
    try:
        done = _load(options, display) if options.order else _import(options, display)
    except KeyboardInterrupt:
        display.say("stopped; the same command goes on from here")
        return _INTERRUPTED
    except _EXPECTED as error:
        display.say(f"error: {error}", loud=True)
        return 1
    finally:
        display.close()
    return 0 if done else 1


def _load(options: Options, display: Display) -> bool:
    order = options.order or {}
    with asking_at(options, display) as asks:
        display.close()
        bar = suitable_bar("history")
        try:
            progress = load(asks, order, bar, say=display.say, pause=time.sleep)
        finally:
            bar.close()
    display.say(
        f"done: {progress['rows']:,} new or changed rows from {progress['asked']:,} answers; {progress['complete']:,} "
        f"stretches were there already, {progress['without']:,} of {progress['units']:,} parts nobody has"
    )
    if progress["failures"]:
        display.say(f"{progress['failures']:,} parts were given up: {', '.join(progress['failed'])}", loud=True)
    return not progress["failures"]


def _import(options: Options, display: Display) -> bool:
    with database_of(options, display) as place:
        display.close()
        if place.data_source == "sandbox":
            display.say(
                "note: this database holds a made-up market; what is imported is told as its data (--live for a real one)"
            )
        display.say(f"importing into {place.words}")
        return import_files(options, place, display.say)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
