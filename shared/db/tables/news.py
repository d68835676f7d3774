"""Articles with all their revisions, and the addresses under which they were seen."""

from sqlalchemy import Boolean, Column, Integer, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from .base import metadata, time

news_revisions = Table(
    "news_revisions",
    metadata,
    Column("article_id", Text, primary_key=True),
    Column("known_at", time, primary_key=True),
    # Null for the revision that holds; values of a revision never change otherwise.
    Column("replaced_at", time),
    Column("published_at", time, nullable=False),
    Column("dated", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text),
    Column("url", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("aggregated", Boolean, nullable=False),
    Column("sources", JSONB, nullable=False),
    Column("carriers", ARRAY(Text), nullable=False),
    Column("tokens", JSONB, nullable=False),
    Column("token_ids", ARRAY(Text), nullable=False),
    Column("sentiment", Integer),
    Column("sentiment_score", Numeric),
    Column("sentiment_method", Text),
)

news_addresses = Table(
    "news_addresses",
    metadata,
    Column("address", Text, primary_key=True),
    Column("article_id", Text, nullable=False),
    Column("known_at", time, nullable=False),
)
