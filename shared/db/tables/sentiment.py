"""Values of fear and greed indices, and what the news sound like."""

from sqlalchemy import Column, Integer, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from .base import metadata, time

sentiment_values = Table(
    "sentiment_values",
    metadata,
    Column("index_name", Text, primary_key=True),
    Column("at", time, primary_key=True),
    Column("known_at", time, primary_key=True),
    Column("value", Numeric, nullable=False),
    Column("mood", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("components", JSONB),
    Column("missing", ARRAY(Text)),
)

news_moods = Table(
    "news_moods",
    metadata,
    # A token's id; empty for the market as a whole.
    Column("scope", Text, primary_key=True),
    Column("score", Numeric, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("known_at", time, nullable=False),
)
