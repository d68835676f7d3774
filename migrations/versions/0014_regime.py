"""The market's regime: each day's judgement with when it was known, and never changed."""

from alembic import op

revision = "0014"
down_revision = "0013"

STATEMENTS = (
    # Append-only: another version's judgement of the same day is another row.
    """
    CREATE TABLE regime_days (
        day date NOT NULL,
        known_at timestamptz NOT NULL,
        version text NOT NULL,
        inputs text NOT NULL,
        gauge text CHECK (gauge IN ('strong_bearish', 'bearish', 'neutral', 'bullish', 'strong_bullish')),
        reason text,
        bull double precision,
        neutral double precision,
        bear double precision,
        evidence double precision,
        confluence double precision,
        lean double precision,
        carried double precision,
        explanation jsonb,
        PRIMARY KEY (day, known_at),
        UNIQUE (day, version),
        CHECK ((gauge IS NULL) = (reason IS NOT NULL)),
        CHECK (gauge IS NULL OR abs(bull + neutral + bear - 1) < 1e-6)
    )
    """,
    """
    CREATE FUNCTION regime_days_stand() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'what was said of a day stands'; END $$
    """,
    "CREATE TRIGGER regime_days_stand BEFORE UPDATE OR DELETE ON regime_days EXECUTE FUNCTION regime_days_stand()",
)


def upgrade() -> None:
    """Make the table; rights come from the default privileges of 0001."""
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
