"""Indices: days, log, holdings, states."""

from sqlalchemy import BIGINT, DATE, DOUBLE_PRECISION, Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from .base import metadata, time

index_days = Table(
    "index_days",
    metadata,
    Column("index_id", Text, primary_key=True),
    Column("day", DATE, primary_key=True),
    Column("value", DOUBLE_PRECISION, nullable=False),
    Column("invested", DOUBLE_PRECISION, nullable=False),
    Column("traded", DOUBLE_PRECISION, nullable=False),
    Column("costs", DOUBLE_PRECISION, nullable=False),
    Column("known_at", time, nullable=False),
)

index_transactions = Table(
    "index_transactions",
    metadata,
    Column("index_id", Text, primary_key=True),
    Column("sequence", BIGINT, primary_key=True),
    Column("at", time, nullable=False),
    Column("token_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # The canonical JSON that the hash is of.
    Column("body", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

index_holdings = Table(
    "index_holdings",
    metadata,
    Column("index_id", Text, primary_key=True),
    Column("day", DATE, primary_key=True),
    Column("holdings", Text, nullable=False),
    Column("known_at", time, nullable=False),
)

index_states = Table(
    "index_states",
    metadata,
    Column("index_id", Text, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("day", DATE, nullable=False),
    Column("state", JSONB, nullable=False),
    Column("summary", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("code_version", Text, nullable=False),
    Column("inputs_digest", Text, nullable=False),
    Column("known_at", time, nullable=False),
)
