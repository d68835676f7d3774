"""The market's regime, day by day, as it was said."""

from sqlalchemy import DATE, DOUBLE_PRECISION, Column, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from .base import metadata, time

regime_days = Table(
    "regime_days",
    metadata,
    Column("day", DATE, primary_key=True),
    Column("known_at", time, primary_key=True),
    Column("version", Text, nullable=False),
    Column("inputs", Text, nullable=False),
    # Null where the day is unknown; `reason` then says why.
    Column("gauge", Text),
    Column("reason", Text),
    *(
        Column(name, DOUBLE_PRECISION)
        for name in ("bull", "neutral", "bear", "evidence", "confluence", "lean", "carried")
    ),
    # Contributions, values and flips of the features, and the model that judged.
    Column("explanation", JSONB),
)
