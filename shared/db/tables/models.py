"""Models, what the serving one predicts, and what was predicted when."""

from sqlalchemy import BIGINT, DATE, DOUBLE_PRECISION, Column, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB

from .base import metadata, time

_numbers = ("probability", "expected_return_pct", "lower_pct", "upper_pct", "lower_95_pct", "upper_95_pct")

ml_models = Table(
    "ml_models",
    metadata,
    Column("model_id", Text, primary_key=True),
    Column("trained_at", time, nullable=False),
    # No price of a later day was seen in learning or calibrating.
    Column("trained_through", DATE, nullable=False),
    # Digest of what it was made of, to learn from and to be tested on.
    Column("data_digest", Text, nullable=False),
    Column("code_version", Text, nullable=False),
    Column("parameters", JSONB, nullable=False),
    Column("features", ARRAY(Text), nullable=False),
    Column("record", JSONB, nullable=False),
    Column("artifact", BYTEA, nullable=False),
    Column("artifact_digest", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_at", time, nullable=False),
    Column("decision", JSONB, nullable=False),
)

token_predictions = Table(
    "token_predictions",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("model_id", Text, nullable=False),
    Column("computed_at", time, nullable=False),
    # The last completed day that it is made of.
    Column("through", DATE, nullable=False),
    # Null throughout where nothing can be predicted; `reason` then says why.
    *(Column(name, DOUBLE_PRECISION) for name in _numbers),
    Column("contributions", JSONB),
    Column("reason", Text),
)

prediction_log = Table(
    "prediction_log",
    metadata,
    Column("entry", BIGINT, primary_key=True),
    Column("day", DATE, nullable=False),
    Column("token_id", Text, nullable=False),
    Column("model_id", Text, nullable=False),
    *(Column(name, DOUBLE_PRECISION, nullable=False) for name in _numbers),
    Column("known_at", time, nullable=False),
)
