"""Tokens, quotes, rankings and stored prices."""

from sqlalchemy import Boolean, Column, Computed, Integer, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from .base import metadata, numbers
from .base import time as _time

_FACTS = ("high_24h_usd", "low_24h_usd", "change_1h_pct", "change_24h_pct", "change_7d_pct", "change_30d_pct")
_SUPPLY = ("circulating_supply", "total_supply", "max_supply", "ath_usd")


_BY_MIGRATION = "''"
"""Stands for the expression by which PostgreSQL makes a column of others, members of a JSON object; a migration has it."""


tokens = Table(
    "tokens",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("symbol", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("image_url", Text),
    Column("provisional", Boolean, nullable=False),
    Column("first_seen_at", _time, nullable=False),
    Column("last_seen_at", _time, nullable=False),
    Column("written", Text, Computed(_BY_MIGRATION)),
)

provider_ids = Table(
    "provider_ids",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("provider_id", Text, primary_key=True),
    Column("token_id", Text, nullable=False),
    Column("matched_by", Text, nullable=False),
    Column("matched_at", _time, nullable=False),
)

quotes = Table(
    "quotes",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("price_usd", Numeric, nullable=False),
    *numbers("market_cap_usd", "volume_24h_usd", *_FACTS, *_SUPPLY),
    Column("ath_at", _time),
    *numbers("spread_pct"),
    Column("rank", Integer),
    # Of the observations that made the price, the oldest and the newest.
    Column("as_of", _time, nullable=False),
    Column("priced_at", _time, nullable=False),
    Column("facts_provider", Text, nullable=False),
    Column("sources", ARRAY(Text), nullable=False),
    Column("source_prices", JSONB, nullable=False),
    Column("data_source", Text, nullable=False),
    Column("refreshed_at", _time, nullable=False),
    Column("written", Text, Computed(_BY_MIGRATION)),
    Column("written_details", Text, Computed(_BY_MIGRATION)),
)

source_quotes = Table(
    "source_quotes",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("provider_id", Text, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("name", Text),
    Column("price", Numeric, nullable=False),
    Column("quote_currency", Text, nullable=False),
    Column("observed_at", _time, nullable=False),
    Column("fetched_at", _time, nullable=False),
    *numbers("market_cap_usd", "volume_24h_usd", *_FACTS, *_SUPPLY),
    Column("ath_at", _time),
    Column("image_url", Text),
    Column("rank", Integer),
)

rankings = Table(
    "rankings",
    metadata,
    Column("ranked_at", _time, primary_key=True),
    Column("token_ids", ARRAY(Text), nullable=False),
    Column("token_count", Integer, nullable=False),
    Column("data_source", Text, nullable=False),
)

move_rankings = Table(
    "move_rankings",
    metadata,
    Column("period", Text, primary_key=True),
    Column("direction", Text, primary_key=True),
    # Those that moved most come first, each with its volume.
    Column("token_ids", ARRAY(Text), nullable=False),
    Column("volumes", ARRAY(Numeric), nullable=False),
    # The same volumes below zero, ascending: `width_bucket` counts by halving how many are at least so large.
    Column("negated_volumes", ARRAY(Numeric), nullable=False),
)

market_totals = Table(
    "market_totals",
    metadata,
    Column("bucket", _time, primary_key=True),
    Column("observed_at", _time, nullable=False),
    *numbers("market_cap_usd", "volume_24h_usd", "btc_market_cap_usd", "eth_market_cap_usd"),
    Column("active_tokens", Integer, nullable=False),
)

price_points = Table(
    "price_points",
    metadata,
    Column("resolution_s", Integer, primary_key=True),
    Column("token_id", Text, primary_key=True),
    Column("bucket", _time, primary_key=True),
    Column("observed_at", _time, nullable=False),
    Column("price_usd", Numeric, nullable=False),
    *numbers("market_cap_usd", "volume_24h_usd"),
)
