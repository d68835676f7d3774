"""Scores: the latest of every token, what they were, and the runs that made them."""

from sqlalchemy import Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, DOUBLE_PRECISION

from .base import metadata, time


def _scores() -> list[Column[object]]:
    return [Column(name, DOUBLE_PRECISION) for name in ("durability", "momentum", "valuation", "crypto_score")]


token_scores = Table(
    "token_scores",
    metadata,
    Column("token_id", Text, primary_key=True),
    # The end of the last day that counts.
    Column("at", time, nullable=False),
    Column("known_at", time, nullable=False),
    Column("kind", Text, nullable=False),
    # By CryptoScore, 1 is the best; null without one.
    Column("place", Integer),
    *_scores(),
    # Members of a JSON object: everything that is told of the token's scores.
    Column("written", Text, nullable=False),
)

score_history = Table(
    "score_history",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("at", time, primary_key=True),
    Column("known_at", time, primary_key=True),
    *_scores(),
    Column("version", Text, nullable=False),
)

score_runs = Table(
    "score_runs",
    metadata,
    Column("known_at", time, primary_key=True),
    Column("at", time, nullable=False),
    Column("version", Text, nullable=False),
    # Digest of everything that the scores were made of.
    Column("inputs", Text, nullable=False),
    Column("scored", Integer, nullable=False),
    Column("excluded", Integer, nullable=False),
    Column("unscored", Integer, nullable=False),
    # By CryptoScore, best first.
    Column("token_ids", ARRAY(Text), nullable=False),
)
