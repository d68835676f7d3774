"""What was measured on order books, every minute, by month."""

from alembic import op

revision = "0006"
down_revision = "0005"

MEASURES = """
    best_bid numeric CHECK (best_bid > 0),
    best_ask numeric CHECK (best_ask > 0),
    mid numeric CHECK (mid > 0),
    spread_bps numeric CHECK (spread_bps > 0),
    usd_rate numeric CHECK (usd_rate > 0),
    bid_depth_1pct_usd numeric,
    ask_depth_1pct_usd numeric,
    bid_depth_2pct_usd numeric,
    ask_depth_2pct_usd numeric,
    imbalance numeric CHECK (imbalance BETWEEN -1 AND 1),
    buy_slippage_10k_bps numeric,
    buy_slippage_100k_bps numeric,
    sell_slippage_10k_bps numeric,
    sell_slippage_100k_bps numeric,
    bid_reach_pct numeric,
    ask_reach_pct numeric,
    bid_levels integer NOT NULL,
    ask_levels integer NOT NULL,
"""

# The key begins as it is read: one token's newest point at one exchange.
STATEMENTS = (
    f"""
    CREATE TABLE depth_points (
        token_id text NOT NULL,
        provider text NOT NULL,
        observed_at timestamptz NOT NULL,
        known_at timestamptz NOT NULL,
        market text NOT NULL,
        quote_currency text NOT NULL CHECK (quote_currency IN ('usd', 'usdt')),
        {MEASURES}
        PRIMARY KEY (token_id, provider, observed_at, known_at)
    ) PARTITION BY RANGE (observed_at)
    """,
    "CREATE TABLE depth_points_other PARTITION OF depth_points DEFAULT",
)


def upgrade() -> None:
    """Make the table; rights come from the default privileges of 0001."""
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
