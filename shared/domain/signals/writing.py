"""Storing what a run says: one transaction, in which the log grows and whatever has come due is graded."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.core.settings import DataSource
from shared.db.copying import copy_lines, copy_rows
from shared.db.engine import Database
from shared.domain.datapoints.catalogue import VERSION
from shared.domain.datasets.stamping import stamp

from . import logbook, merging
from .showing import consensus_of, divergence_of, heat_of, verdict_of
from .statements import DATASET

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .numeric.deciding import Decided, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Which run it is that says something."""

    at: datetime
    day: datetime
    """When the last completed day began."""
    bars_at: Sequence[datetime]
    """When the data points of daily bars were made, token by token."""
    data_source: DataSource


class SignalWriter:
    """The tables of signals, for the refresher, over a writing `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(self, said: "Decided", run: Run) -> logbook.Logged:
        """Store a run and return what it added to the log; a second delivery adds nothing.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer; nothing was stored.
            SettingsError: the database holds another kind of data.
        """
        return await self._database.transaction(lambda connection: _store(connection, said, run))


def _store(connection: "Connection", said: "Decided", run: Run) -> logbook.Logged:
    from sqlalchemy import text

    at, day = run.at, run.day

    connection.execute(text(merging.ONE_AT_A_TIME))
    stamp(connection, DATASET, at=at, sources=[], data_source=run.data_source)
    since = _diverging_since(connection)
    for statement in merging.EMPTY:
        connection.execute(text(statement))
    arrays = list(_arrays(said))
    moments = f"{at.isoformat()}\t{day.isoformat()}\t{VERSION}"
    copy_lines(
        connection,
        "token_datapoints",
        merging.DATAPOINTS,
        (
            f"{_plain(verdict)}\t{moments}\t{verdict.digest}\t{made.isoformat()}\t{values}\t{parts}"
            for verdict, made, (values, parts) in zip(said.verdicts, run.bars_at, arrays, strict=True)
        ),
    )
    copy_rows(connection, "token_signals", merging.SIGNALS, _signals(said.verdicts, since, at))
    _keep_day(connection, said, arrays, day, at)
    return logbook.write(connection, said.verdicts, at=at)


def _diverging_since(connection: "Connection") -> Mapping[str, tuple[float, datetime]]:
    from sqlalchemy import text

    return {row[0]: (row[1], row[2]) for row in connection.execute(text(merging.DIVERGING))}


def _signals(
    verdicts: "Iterable[Verdict]", since: Mapping[str, tuple[float, datetime]], at: datetime
) -> Iterator[merging.Row]:
    for place, verdict in enumerate(verdicts, start=1):
        name = verdict.token.token_id
        before = since.get(name)
        # It goes on only where it points the same way.
        goes_on = before is not None and verdict.divergence is not None and before[0] * verdict.divergence > 0
        began = before[1] if before is not None and goes_on else at
        yield (
            name,
            place,
            at,
            sum(score is not None for score, *_ in verdict.heat.values()),
            len(verdict.agreeing),
            None if verdict.divergence is None else repr(verdict.divergence),
            None if verdict.divergence is None else began,
            heat_of(verdict),
            consensus_of(verdict),
            divergence_of(verdict, began),
            verdict_of(verdict),
        )


def _arrays(said: "Decided") -> Iterator[tuple[str, str]]:
    """Yield each token's values and contributions as PostgreSQL writes arrays."""
    for values, parts in zip(said.points.values.T.tolist(), said.contributions.T.tolist(), strict=True):
        yield _array(values), _array(parts)


def _array(values: Iterable[float]) -> str:
    return "{" + ",".join(map(repr, values)).replace("nan", "NULL") + "}"


def _keep_day(
    connection: "Connection", said: "Decided", arrays: list[tuple[str, str]], day: datetime, at: datetime
) -> None:
    """Keep what was known after the close of the day, unless an earlier run did."""
    from sqlalchemy import text

    closed = day + timedelta(days=1)
    if connection.execute(text(merging.DAY_KEPT), {"at": closed}).scalar_one():
        return
    connection.execute(text(merging.MONTH), {"at": closed})
    scores = said.scores.score.T.tolist()
    copy_lines(
        connection,
        "signal_history",
        merging.HISTORY,
        (
            f"{_plain(verdict)}\t{closed.isoformat()}\t{at.isoformat()}\t{VERSION}\t{_number(verdict.composite)}\t{_array(score)}\t{values}"
            for verdict, score, (values, _) in zip(said.verdicts, scores, arrays, strict=True)
        ),
    )


def _plain(verdict: "Verdict") -> str:
    return verdict.token.token_id.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _number(value: float | None) -> str:
    return r"\N" if value is None else repr(value)
