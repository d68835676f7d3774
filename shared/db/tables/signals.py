"""Data points, signals made of them, and the log of signals with what came of each."""

from sqlalchemy import BIGINT, Boolean, Column, Integer, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, DOUBLE_PRECISION, REAL

from .base import metadata, time

token_datapoints = Table(
    "token_datapoints",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("computed_at", time, nullable=False),
    # When the last completed day began.
    Column("day", time, nullable=False),
    # When the data points of daily bars were made; until they are made anew, later runs take them over.
    Column("bars_at", time, nullable=False),
    Column("version", Text, nullable=False),
    Column("digest", Text, nullable=False),
    # In the order of the catalogue of data points.
    Column("values", ARRAY(DOUBLE_PRECISION), nullable=False),
    # What each adds to the composite score.
    Column("contributions", ARRAY(DOUBLE_PRECISION), nullable=False),
)

token_signals = Table(
    "token_signals",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("computed_at", time, nullable=False),
    # Categories of which anything is known, and those that agree.
    Column("known", Integer, nullable=False),
    Column("agreeing", Integer, nullable=False),
    Column("divergence", DOUBLE_PRECISION),
    Column("diverging_since", time),
    # JSON objects.
    Column("written_heat", Text, nullable=False),
    Column("written_consensus", Text, nullable=False),
    Column("written_divergence", Text),
    Column("written_verdict", Text, nullable=False),
)

signal_history = Table(
    "signal_history",
    metadata,
    Column("token_id", Text, primary_key=True),
    # The end of the day whose close it is made of.
    Column("at", time, primary_key=True),
    Column("known_at", time, nullable=False),
    Column("version", Text, nullable=False),
    Column("composite", REAL),
    Column("scores", ARRAY(REAL), nullable=False),
    Column("values", ARRAY(REAL), nullable=False),
)

signal_log = Table(
    "signal_log",
    metadata,
    Column("position", BIGINT, primary_key=True),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("token_id", Text, nullable=False),
    Column("emitted_at", time, nullable=False),
    # Canonical JSON, as it was hashed.
    Column("body", Text, nullable=False),
)

signal_grades = Table(
    "signal_grades",
    metadata,
    Column("position", BIGINT, primary_key=True),
    Column("graded_at", time, nullable=False),
    Column("price_usd", Numeric, nullable=False),
    Column("priced_at", time, nullable=False),
    # Whether nobody told a price at the horizon, so that the last one before it counts.
    Column("lost", Boolean, nullable=False),
)

signal_record = Table(
    "signal_record",
    metadata,
    Column("name", Text, primary_key=True),
    Column("made_at", time, nullable=False),
    Column("written", Text, nullable=False),
)
