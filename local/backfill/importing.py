"""Imports files and says what became of them."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from shared.core.errors import PrismError
from shared.db.engine import Database
from shared.domain.history.importing import STATEMENT_WITHIN, FileImport, Imported
from shared.domain.history.reading import Progress
from shared.domain.history.refusals import MEANING

from .options import Options
from .places import Place
from .showing import Bar, suitable_bar


def import_files(options: Options, place: Place, say: Callable[..., None]) -> bool:
    """Import the files one after the other; return whether all could be. One that is refused does not keep others out."""
    return asyncio.run(_import_all(options, place, say))


async def _import_all(options: Options, place: Place, say: Callable[..., None]) -> bool:
    database = Database(place.database, read_only=False, statement_within=STATEMENT_WITHIN)
    importer = FileImport(database, data_source=place.data_source)
    done = True
    try:
        for path in options.files:
            done = await _one(importer, path, options, say) and done
    finally:
        await database.close()
    return done


async def _one(importer: FileImport, path: Path, options: Options, say: Callable[..., None]) -> bool:
    assert options.ask is not None  # noqa: S101  files come with one
    bar = suitable_bar(path.name)
    try:
        imported = await importer.run(
            path,
            options.ask,
            format_name=options.format_name,
            skip_bad=options.skip_bad,
            on_progress=lambda progress: _show(bar, progress),
        )
    except PrismError as error:
        bar.close()
        say(f"{error}\n  nothing of {path.name} was kept", loud=True)
        return False
    bar.close()
    say(report(path, imported))
    return True


def report(path: Path, imported: Imported) -> str:
    """Return what is to be said about a file."""
    tally = imported.tally
    first = f"{path.name} ({imported.format}): {tally.read:,} rows read, {imported.facts:,} facts"
    lines = [f"{first}, {imported.stored:,} new or changed in the database"]
    told = {
        "said once more what the row before had said": tally.repeated,
        "left out: perhaps not over when they were written (--finished keeps the newest candle)": tally.unfinished,
        "of tokens that were not asked for": tally.passed_over,
        "not stored: what is stored comes from a source that is preferred": imported.kept,
    }
    lines += [f"  {count:,} {words}" for words, count in told.items() if count]
    for reason, count in tally.bad.most_common():
        lines.append(f"  {count:,} skipped: {MEANING[reason]}")
        lines += [f"    {example}" for example in tally.examples[reason]]
    return "\n".join(lines)


def _show(bar: Bar, progress: Progress) -> None:
    bar.show(progress.read_bytes / max(progress.total_bytes, 1), f"{progress.facts:,} facts")
