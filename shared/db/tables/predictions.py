"""What came of predictions, how models do in service, and what the newest predictions were made of."""

from sqlalchemy import BIGINT, DATE, DOUBLE_PRECISION, Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from .base import metadata, time

prediction_grades = Table(
    "prediction_grades",
    metadata,
    Column("entry", BIGINT, primary_key=True),
    Column("graded_at", time, nullable=False),
    # Relative to the market's; null when the token had no price any more.
    Column("return_pct", DOUBLE_PRECISION),
)

model_live_records = Table(
    "model_live_records",
    metadata,
    Column("model_id", Text, primary_key=True),
    Column("made_at", time, nullable=False),
    Column("record", JSONB, nullable=False),
)

prediction_runs = Table(
    "prediction_runs",
    metadata,
    Column("name", Text, primary_key=True),
    Column("model_id", Text, nullable=False),
    Column("through", DATE, nullable=False),
    Column("computed_at", time, nullable=False),
    Column("inputs", Text, nullable=False),
    Column("predicted", Integer, nullable=False),
    Column("unpredicted", Integer, nullable=False),
)
