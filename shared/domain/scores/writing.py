"""Storing scores: one transaction, COPY to staging, merge. What was made of the same inputs is not written again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.settings import DataSource
from shared.db.copying import Field, copy_rows
from shared.db.engine import Database
from shared.db.statements import array_of
from shared.domain.datasets.stamping import stamp
from shared.records.scores import TokenScore

from .methodology import VERSION
from .written import written_score

if TYPE_CHECKING:
    from sqlalchemy import Connection

DATASET = "refresh_scores"
RUNS_KEPT = 8
"""Rankings that pages may still be asked of: four hours."""
REVISED_BY = 0.1
"""Points; a score of a day that moves less, because somebody else's late candle moved the median, is no revision."""

_COLUMNS = ("token_id", "at", "known_at", "kind", "place", "durability", "momentum", "valuation", "crypto_score")
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4203013)"
_NEWEST = "SELECT inputs FROM score_runs ORDER BY known_at DESC LIMIT 1"
_STAGE = "CREATE TEMPORARY TABLE staged_scores (LIKE token_scores) ON COMMIT DROP"
_CLEAR = "DELETE FROM token_scores"
_FILL = "INSERT INTO token_scores SELECT * FROM staged_scores"
_HISTORY = f"""
    INSERT INTO score_history
    SELECT new.token_id, new.at, new.known_at, new.durability, new.momentum, new.valuation, new.crypto_score, :version
    FROM staged_scores AS new
    LEFT JOIN LATERAL (
        SELECT * FROM score_history AS held
        WHERE held.token_id = new.token_id AND held.at = new.at
        ORDER BY held.known_at DESC LIMIT 1
    ) AS held ON true
    WHERE num_nonnulls(new.durability, new.momentum, new.valuation) > 0
        AND (held.token_id IS NULL OR held.version <> :version OR {
    " OR ".join(
        f"abs(coalesce(new.{name}, -1) - coalesce(held.{name}, -1)) >= {REVISED_BY}"
        for name in ("durability", "momentum", "valuation", "crypto_score")
    )
})
    ON CONFLICT DO NOTHING
"""  # noqa: S608  # names and numbers of ours
_RUN = """
    INSERT INTO score_runs (known_at, at, version, inputs, scored, excluded, unscored, token_ids)
    VALUES (:known_at, :at, :version, :inputs, :scored, :excluded, :unscored, CAST(:token_ids AS text[]))
    ON CONFLICT DO NOTHING
"""
_FORGET_RUNS = """
    DELETE FROM score_runs
    WHERE known_at < (SELECT min(known_at) FROM (SELECT known_at FROM score_runs ORDER BY known_at DESC LIMIT :kept) AS kept)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSnapshot:
    """What one run computed."""

    scores: Sequence[TokenScore]
    at: datetime
    """The end of the last day that counts."""
    inputs: str
    """Digest of what the scores were made of."""
    refreshed_at: datetime
    data_source: DataSource


class ScoreWriter:
    """The score tables, for the refresher, over a writing `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(self, snapshot: ScoreSnapshot) -> int:
        """Store a run and return how many tokens' scores were written; none when the newest run had the same inputs.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
            SettingsError: the database holds another kind of data: sandbox, replay and live never mix.
        """
        return await self._database.transaction(lambda connection: _store(connection, snapshot))


def _store(connection: "Connection", snapshot: ScoreSnapshot) -> int:
    from sqlalchemy import text

    connection.execute(text(_ONE_AT_A_TIME))
    stamp(connection, DATASET, at=snapshot.refreshed_at, sources=["cryptoprism"], data_source=snapshot.data_source)
    if connection.execute(text(_NEWEST)).scalar() == snapshot.inputs:
        return 0
    ranked = ranking(snapshot.scores)
    places = {each.token_id: place for place, each in enumerate(ranked, 1)}
    connection.execute(text(_STAGE))
    columns = (*_COLUMNS, "written")
    copy_rows(connection, "staged_scores", columns, (_row(each, places, snapshot) for each in snapshot.scores))
    connection.execute(text(_CLEAR))
    rows = connection.execute(text(_FILL)).rowcount
    connection.execute(text(_HISTORY), {"version": VERSION})
    connection.execute(text(_RUN), _run(snapshot, [each.token_id for each in ranked]))
    connection.execute(text(_FORGET_RUNS), {"kept": RUNS_KEPT})
    return max(rows, 0)


def ranking(scores: Sequence[TokenScore]) -> list[TokenScore]:
    """Return those that have a CryptoScore, best first; of equals the one that comes first in the list."""
    return sorted(
        (each for each in scores if each.crypto_score is not None), key=lambda each: -(each.crypto_score or 0)
    )


def _row(score: TokenScore, places: dict[str, int], snapshot: ScoreSnapshot) -> tuple[Field, ...]:
    place = places.get(score.token_id)
    values = (score.value("durability"), score.value("momentum"), score.value("valuation"), score.crypto_score)
    return (
        score.token_id,
        snapshot.at,
        snapshot.refreshed_at,
        score.kind,
        place,
        *(None if value is None else repr(value) for value in values),
        written_score(score, place, snapshot.at),
    )


def _run(snapshot: ScoreSnapshot, token_ids: list[str]) -> dict[str, object]:
    excluded = sum(each.reason == "excluded" for each in snapshot.scores)
    return {
        "known_at": snapshot.refreshed_at,
        "at": snapshot.at,
        "version": VERSION,
        "inputs": snapshot.inputs,
        "scored": len(token_ids),
        "excluded": excluded,
        "unscored": len(snapshot.scores) - len(token_ids) - excluded,
        "token_ids": array_of(token_ids),
    }
