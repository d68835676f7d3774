"""The log of predictions: what has come due is graded, and every model's record in service is made anew."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from shared.db.copying import copy_rows
from shared.db.engine import Database
from shared.domain.datapoints.kinds import Kind, follows_another
from shared.domain.panels.reading import CHUNK, PanelReader

from .horizon import KNOWN_AFTER_DAYS, MARKET_TOKENS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from shared.domain.panels.panel import FloatArray

    from .numeric.grading import Due, Grade

LATE_DAYS = 3
"""So long a close may be late; then a token is given up."""
_BEFORE_DAYS = 45
"""Of history before a prediction: the market's weights are made of the month before."""
_MOST_DAYS = 60
"""Of predictions graded at a time: after a long pause the rest follows an hour later."""
RECORD_DAYS = 365
EVERY_DAYS = 7
"""As `rows.EVERY_DAYS`: one cross-section a week makes the record, so that labels of one token do not overlap."""

_DUE = f"""
    SELECT entry, day, token_id FROM prediction_log AS log
    WHERE day <= :until AND NOT EXISTS (SELECT FROM prediction_grades AS held WHERE held.entry = log.entry)
        AND day < (SELECT min(day) FROM prediction_log AS log WHERE day <= :until
            AND NOT EXISTS (SELECT FROM prediction_grades AS held WHERE held.entry = log.entry)) + {_MOST_DAYS}
    ORDER BY token_id, day
"""  # noqa: S608  # a number of ours
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4203017)"
_STAGE = "CREATE TEMPORARY TABLE staged_grades (LIKE prediction_grades) ON COMMIT DROP"
_MERGE = "INSERT INTO prediction_grades SELECT * FROM staged_grades ON CONFLICT DO NOTHING"
_MODELS = "SELECT DISTINCT model_id FROM prediction_log JOIN staged_grades USING (entry) ORDER BY model_id"
_BASE = "SELECT CAST(record ->> 'base_rate' AS float8) FROM ml_models WHERE model_id = :model_id"
_WEEKLY = f"model_id = {{model}} AND day > CAST('{{since}}' AS date) AND mod(day - date '1970-01-01', {EVERY_DAYS}) = 0"
_SAID = """
    SELECT 1, array_agg(timezone('UTC', CAST(day AS timestamp)) ORDER BY entry), {numbers}
    FROM prediction_log JOIN prediction_grades USING (entry)
    WHERE {weekly} AND return_pct IS NOT NULL HAVING count(*) > 0
"""
_SAID_NUMBERS = (
    "probability",
    "expected_return_pct",
    "lower_pct",
    "upper_pct",
    "lower_95_pct",
    "upper_95_pct",
    "return_pct",
)
_LOST = "SELECT count(*) FROM prediction_log JOIN prediction_grades USING (entry) WHERE {weekly} AND return_pct IS NULL"
_KEEP = """
    INSERT INTO model_live_records (model_id, made_at, record) VALUES (:model_id, :made_at, CAST(:record AS jsonb))
    ON CONFLICT (model_id) DO UPDATE SET made_at = excluded.made_at, record = excluded.record
"""


class _Token(Protocol):
    @property
    def token_id(self) -> str: ...

    @property
    def kind(self) -> Kind: ...


@dataclass(frozen=True, slots=True)
class PredictionGrader:
    """Grades predictions, for the refresher, over a writing `database`; raises `DatabaseUnavailableError`."""

    database: Database

    async def grade(self, tokens: Sequence[_Token], *, now: datetime) -> int:
        """Grade what has come due and return how many predictions that were.

        Args:
            tokens: Every token with a quote, best ranked first: they tell what the market is.
            now: The time of the run.
        """
        today = now.date()
        due = await self._due(today - timedelta(days=KNOWN_AFTER_DAYS + 1))
        if not due:
            return 0
        days = (today - min(each.day for each in due)).days + _BEFORE_DAYS
        grades = await self._graded(due, tokens, now=now, days=days)
        if not grades:
            return 0
        return await self.database.transaction(lambda connection: _store(connection, grades, now))

    async def _due(self, until: date) -> "list[Due]":
        def read(connection: "Connection") -> "list[Due]":
            from sqlalchemy import text

            from .numeric.grading import Due

            rows = connection.execute(text(_DUE), {"until": until})
            return [Due(entry=entry, day=day, token_id=token_id) for entry, day, token_id in rows]

        return await self.database.transaction(read)

    async def _graded(
        self, due: "Sequence[Due]", tokens: Sequence[_Token], *, now: datetime, days: int
    ) -> "list[Grade]":
        from .numeric.grading import graded

        market = await self._market(tokens, now=now, days=days)
        given_up = now.date() - timedelta(days=KNOWN_AFTER_DAYS + 1 + LATE_DAYS)
        token_ids = list(dict.fromkeys(each.token_id for each in due))
        grades: list[Grade] = []
        async for panel in PanelReader(self.database).panels(token_ids, as_of=now, days=days, chunk=CHUNK):
            held = set(panel.token_ids)
            grades += graded([each for each in due if each.token_id in held], panel, market, given_up=given_up)
        return grades

    async def _market(self, tokens: Sequence[_Token], *, now: datetime, days: int) -> "FloatArray":
        from shared.domain.regime.numeric.market import market_of

        plain = [token.token_id for token in tokens if not follows_another(token.kind)][:MARKET_TOKENS]
        return market_of(await PanelReader(self.database).panel(plain, as_of=now, days=days)).log_return


def _store(connection: "Connection", grades: "Sequence[Grade]", now: datetime) -> int:
    from sqlalchemy import text

    connection.execute(text(_ONE_AT_A_TIME))
    connection.execute(text(_STAGE))
    rows = ((each.entry, now, None if each.return_pct is None else repr(each.return_pct)) for each in grades)
    copy_rows(connection, "staged_grades", ("entry", "graded_at", "return_pct"), rows)
    stored = connection.execute(text(_MERGE)).rowcount
    for model_id in connection.execute(text(_MODELS)).scalars().all():
        _keep_record(connection, model_id, now)
    return max(stored, 0)


def _keep_record(connection: "Connection", model_id: str, now: datetime) -> None:
    """Make a model's record in service, once something came of a day that counts."""
    from pg8000.native import literal
    from sqlalchemy import text

    from shared.domain.panels.copied import copied

    from .numeric.grading import Said, live_record

    weekly = _WEEKLY.format(model=literal(model_id), since=now.date() - timedelta(days=RECORD_DAYS))
    numbers = ", ".join(f"array_agg({name} ORDER BY entry)" for name in _SAID_NUMBERS)
    for _, times, (probability, expected, *ends, returned) in copied(
        connection, _SAID.format(numbers=numbers, weekly=weekly)
    ):
        said = Said(
            days=times.astype("datetime64[D]"),
            probability=probability,
            expected_pct=expected,
            ends_pct=[(ends[0], ends[1]), (ends[2], ends[3])],
            return_pct=returned,
        )
        base_rate = connection.execute(text(_BASE), {"model_id": model_id}).scalar_one()
        lost = connection.execute(text(_LOST.format(weekly=weekly))).scalar_one()
        record = json.dumps({**live_record(said, base_rate=base_rate), "lost": lost}, allow_nan=False)
        connection.execute(text(_KEEP), {"model_id": model_id, "made_at": now, "record": record})
