"""What the screener filters: generations of rows that never change, so that pages come from one ranking."""

from sqlalchemy import Column, Integer, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, DOUBLE_PRECISION

from .base import metadata, time

SLOTS = 6
"""Generations that there are at most: half an hour, in which further pages may be asked for."""
QUOTE_FIELDS = (
    "price",
    "market_cap",
    "volume_24h",
    "change_1h",
    "change_24h",
    "change_7d",
    "change_30d",
    "high_24h",
    "low_24h",
    "circulating_supply",
    "total_supply",
    "max_supply",
    "ath",
    "ath_distance",
    "spread_pct",
    "volume_to_cap",
    "supply_issued",
    "rank",
    "age_days",
)
SCORE_FIELDS = ("crypto_score", "durability", "momentum", "valuation", "score_place")

screener_generations = Table(
    "screener_generations",
    metadata,
    Column("made_at", time, primary_key=True),
    # The partition that its rows lie in.
    Column("slot", SmallInteger, nullable=False),
    Column("tokens", Integer, nullable=False),
    # When what it was made of was refreshed; null for what was never there.
    Column("quotes_at", time),
    Column("scores_at", time),
    Column("datapoints_at", time),
)

screener_rows = Table(
    "screener_rows",
    metadata,
    Column("slot", SmallInteger, primary_key=True),
    # By rank, from 1.
    Column("position", Integer, primary_key=True),
    Column("kind", Text),
    *(Column(name, DOUBLE_PRECISION) for name in QUOTE_FIELDS + SCORE_FIELDS),
)

screener_details = Table(
    "screener_details",
    metadata,
    Column("slot", SmallInteger, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("token_id", Text, nullable=False),
    # Of the quote.
    Column("as_of", time, nullable=False),
    Column("chains", ARRAY(Text), nullable=False),
    Column("categories", ARRAY(Text), nullable=False),
    # In the order of the catalogue of data points.
    Column("datapoints", ARRAY(DOUBLE_PRECISION)),
    # Members of a JSON object.
    Column("written", Text, nullable=False),
)
