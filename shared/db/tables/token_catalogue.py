"""The catalogue of tokens, their categories and the trending lists; what is held now has no `held_until`."""

from sqlalchemy import Boolean, Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from .base import metadata, numbers, time

token_catalogue = Table(
    "token_catalogue",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("known_at", time, primary_key=True),
    Column("held_until", time),
    Column("symbol", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("provider", Text, nullable=False),
    # Case-folded, compared by bytes.
    Column("folded_id", Text, nullable=False),
    Column("folded_symbol", Text, nullable=False),
    Column("folded_name", Text, nullable=False),
)

token_contracts = Table(
    "token_contracts",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("chain", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("known_at", time, primary_key=True),
    Column("held_until", time),
    Column("decimals", Integer),
    Column("provider", Text, nullable=False),
)

token_details = Table(
    "token_details",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("known_at", time, primary_key=True),
    Column("held_until", time),
    Column("provider", Text, nullable=False),
    Column("observed_at", time, nullable=False),
    Column("description", Text),
    Column("links", JSONB, nullable=False),
    Column("categories", ARRAY(Text), nullable=False),
    Column("genesis_date", Text),
    Column("hashing_algorithm", Text),
    Column("image_url", Text),
)

token_checks = Table(
    "token_checks",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("checked_at", time, nullable=False),
)

token_places = Table(
    "token_places",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("place", Integer, nullable=False),
)

categories = Table(
    "categories",
    metadata,
    Column("category_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("provider", Text, nullable=False),
    Column("known_at", time, nullable=False),
    *numbers("told_market_cap_usd", "told_volume_24h_usd", "told_change_24h_pct"),
    Column("told_at", time),
    *numbers("own_market_cap_usd", "own_volume_24h_usd", "own_change_24h_pct"),
    # The oldest quote that was counted.
    Column("own_as_of", time),
    # What is shown: our own sum or what the provider tells.
    Column("basis", Text),
    *numbers("market_cap_usd", "volume_24h_usd", "change_24h_pct"),
    Column("as_of", time),
    Column("members", Integer, nullable=False),
    Column("members_counted", Integer, nullable=False),
    # Whether all tokens of the category are known; details of single tokens tell of some.
    Column("members_whole", Boolean, nullable=False),
    Column("members_checked_at", time),
)

category_members = Table(
    "category_members",
    metadata,
    Column("category_id", Text, primary_key=True),
    Column("token_id", Text, primary_key=True),
    Column("known_at", time, primary_key=True),
    Column("held_until", time),
    Column("provider", Text, nullable=False),
)

category_points = Table(
    "category_points",
    metadata,
    Column("category_id", Text, primary_key=True),
    Column("known_at", time, primary_key=True),
    Column("basis", Text, nullable=False),
    *numbers("market_cap_usd", "volume_24h_usd", "change_24h_pct"),
)

trending = Table(
    "trending",
    metadata,
    Column("known_at", time, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("token_id", Text, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("image_url", Text),
    Column("provider", Text, nullable=False),
    *numbers("told_price_usd", "told_market_cap_usd", "told_volume_24h_usd", "told_change_24h_pct"),
    *numbers("score", "turnover_score", "movement_score"),
)
