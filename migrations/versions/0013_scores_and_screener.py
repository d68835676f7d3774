"""Scores with their history, and what the screener filters."""

from alembic import op

revision = "0013"
down_revision = "0012"

FIELDS = (
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
    "crypto_score",
    "durability",
    "momentum",
    "valuation",
    "score_place",
)
SCORES = "durability float8, momentum float8, valuation float8, crypto_score float8"

STATEMENTS = (
    f"""
    CREATE TABLE token_scores (
        token_id text PRIMARY KEY,
        at timestamptz NOT NULL,
        known_at timestamptz NOT NULL,
        kind text NOT NULL,
        place integer,
        {SCORES},
        written text NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX token_scores_place ON token_scores (place) WHERE place IS NOT NULL",
    "CREATE INDEX token_scores_kind ON token_scores (kind, token_id) WHERE kind <> 'plain'",
    # A value that was revised is a new row.
    f"""
    CREATE TABLE score_history (
        token_id text NOT NULL,
        at timestamptz NOT NULL,
        known_at timestamptz NOT NULL,
        {SCORES},
        version text NOT NULL,
        PRIMARY KEY (token_id, at, known_at)
    )
    """,
    "CREATE INDEX score_history_at ON score_history USING brin (at)",
    """
    CREATE TABLE score_runs (
        known_at timestamptz PRIMARY KEY,
        at timestamptz NOT NULL,
        version text NOT NULL,
        inputs text NOT NULL,
        scored integer NOT NULL,
        excluded integer NOT NULL,
        unscored integer NOT NULL,
        token_ids text[] NOT NULL
    )
    """,
    """
    CREATE TABLE screener_generations (
        made_at timestamptz PRIMARY KEY,
        slot smallint NOT NULL UNIQUE,
        tokens integer NOT NULL,
        quotes_at timestamptz,
        scores_at timestamptz,
        datapoints_at timestamptz
    )
    """,
    # A generation lies in a partition of its own, so that reading one passes over the others; six take turns.
    # Narrow, so that filtering reads little; doubles compare five times faster than numerics.
    f"""
    CREATE TABLE screener_rows (
        slot smallint NOT NULL,
        position integer NOT NULL,
        kind text,
        {", ".join(f"{name} float8" for name in FIELDS)},
        PRIMARY KEY (slot, position)
    ) PARTITION BY LIST (slot)
    """,
    """
    CREATE TABLE screener_details (
        slot smallint NOT NULL,
        position integer NOT NULL,
        token_id text NOT NULL,
        as_of timestamptz NOT NULL,
        chains text[] NOT NULL,
        categories text[] NOT NULL,
        datapoints float8[],
        written text NOT NULL,
        PRIMARY KEY (slot, position)
    ) PARTITION BY LIST (slot)
    """,
    *(
        f"CREATE TABLE {table}_{slot} PARTITION OF {table} FOR VALUES IN ({slot})"
        for table in ("screener_rows", "screener_details")
        for slot in range(6)
    ),
)


def upgrade() -> None:
    """Make the tables; rights come from the default privileges of 0001."""
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
