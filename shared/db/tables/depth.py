"""What was measured on order books."""

from sqlalchemy import Column, Integer, Table, Text

from .base import metadata, numbers, time

MEASURED = (
    "best_bid",
    "best_ask",
    "mid",
    "spread_bps",
    "usd_rate",
    "bid_depth_1pct_usd",
    "ask_depth_1pct_usd",
    "bid_depth_2pct_usd",
    "ask_depth_2pct_usd",
    "imbalance",
    "buy_slippage_10k_bps",
    "buy_slippage_100k_bps",
    "sell_slippage_10k_bps",
    "sell_slippage_100k_bps",
    "bid_reach_pct",
    "ask_reach_pct",
)

depth_points = Table(
    "depth_points",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("observed_at", time, primary_key=True),
    Column("known_at", time, primary_key=True),
    Column("market", Text, nullable=False),
    Column("quote_currency", Text, nullable=False),
    *numbers(*MEASURED),
    Column("bid_levels", Integer, nullable=False),
    Column("ask_levels", Integer, nullable=False),
)
