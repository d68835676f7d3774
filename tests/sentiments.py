"""Makes values of sentiment with everything that a test does not care about filled in, and stores them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from shared.core.settings import DataSource
from shared.db.engine import Database
from shared.domain.sentiment.composing import composed
from shared.domain.sentiment.writing import SentimentSnapshot, SentimentWriter
from shared.records.sentiment import ComponentName, NewsMood, SentimentRecord
from tests.clocks import NOON
from tests.databases import Place


def quoted(value: int, at: datetime, *, known: datetime | None = None) -> SentimentRecord:
    """Return Alternative.me's value of a day."""
    return SentimentRecord(
        index="alternative_me", at=at, value=Decimal(value), provider="alternative_me", fetched_at=known or at
    )


def own(scores: dict[ComponentName, float | None], at: datetime) -> SentimentRecord:
    """Return our value of an hour."""
    made = composed(scores)
    assert made is not None
    return SentimentRecord(
        index="cryptoprism",
        at=at,
        value=made.value,
        provider="cryptoprism",
        fetched_at=at,
        components=made.components,
    )


async def store(
    place: Place,
    records: Sequence[SentimentRecord],
    *,
    moods: Sequence[NewsMood] = (),
    at: datetime = NOON,
    data_source: DataSource = "live",
) -> int:
    database = Database(place.writer, read_only=False)
    try:
        return await SentimentWriter(database).store(
            SentimentSnapshot(records=records, moods=moods, refreshed_at=at, data_source=data_source)
        )
    finally:
        await database.close()
