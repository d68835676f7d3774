"""Candles of every interval, where they come from, what they were before a revision, and where sources have none.

docs/decisions/0006-candles.md says why there are two tables of them.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

# Fixed-width columns first, widest last, so that none is padded; numbers last.
COLUMNS = """
    series_id integer NOT NULL,
    source_id smallint NOT NULL,
    closed boolean NOT NULL,
    opened_at timestamptz NOT NULL,
    known_at timestamptz NOT NULL,
    open numeric NOT NULL,
    high numeric NOT NULL,
    low numeric NOT NULL,
    close numeric NOT NULL,
    volume numeric,
    turnover numeric,
    CHECK (low > 0 AND low <= open AND low <= close AND high >= open AND high >= close AND high < 'Infinity'),
    PRIMARY KEY (series_id, opened_at)
"""

STATEMENTS = (
    """
    CREATE TABLE candle_series (
        series_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        token_id text NOT NULL,
        interval_s integer NOT NULL CHECK (interval_s IN (60, 300, 900, 3600, 14400, 86400, 604800)),
        refreshed_at timestamptz NOT NULL,
        newest_at timestamptz,
        UNIQUE (token_id, interval_s)
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE TABLE candle_sources (
        source_id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        provider text NOT NULL,
        quote_currency text NOT NULL CHECK (quote_currency IN ('usd', 'usdt')),
        preference smallint NOT NULL,
        UNIQUE (provider, quote_currency)
    )
    """,
    f"CREATE TABLE candles ({COLUMNS})",
    f"CREATE TABLE intraday_candles ({COLUMNS}) PARTITION BY RANGE (opened_at)",
    "CREATE TABLE intraday_candles_other PARTITION OF intraday_candles DEFAULT",
    """
    CREATE TABLE candle_revisions (
        series_id integer NOT NULL,
        source_id smallint NOT NULL,
        opened_at timestamptz NOT NULL,
        known_at timestamptz NOT NULL,
        superseded_at timestamptz NOT NULL,
        open numeric NOT NULL,
        high numeric NOT NULL,
        low numeric NOT NULL,
        close numeric NOT NULL,
        volume numeric,
        turnover numeric,
        PRIMARY KEY (series_id, opened_at, superseded_at)
    )
    """,
    """
    CREATE TABLE candle_holes (
        series_id integer NOT NULL REFERENCES candle_series ON DELETE CASCADE,
        begins_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        asked_at timestamptz NOT NULL,
        PRIMARY KEY (series_id, begins_at)
    )
    """,
)


def upgrade() -> None:
    """Make the tables; rights come from the default privileges of 0001, months from `ensure_month_of` of 0003."""
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
