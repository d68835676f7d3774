"""Data points and signals: the latest of every token ready for reading, a row a day of each, and the log that nobody can rewrite.

docs/decisions/0020-signals.md says what they mean.
"""

from alembic import op

revision = "0012"
down_revision = "0011"

STATEMENTS = (
    # Arrays lie in the order of the catalogue, which only grows at its end; contributions add up to the composite score.
    """
    CREATE TABLE token_datapoints (
        token_id text PRIMARY KEY,
        computed_at timestamptz NOT NULL,
        day timestamptz NOT NULL,
        bars_at timestamptz NOT NULL,
        version text NOT NULL,
        digest text NOT NULL,
        values double precision[] NOT NULL,
        contributions double precision[] NOT NULL
    )
    """,
    # Compressing what is replaced every five minutes would cost more than it saves.
    "ALTER TABLE token_datapoints ALTER COLUMN values SET STORAGE PLAIN, ALTER COLUMN contributions SET STORAGE PLAIN",
    """
    CREATE TABLE token_signals (
        token_id text PRIMARY KEY,
        place integer NOT NULL,
        computed_at timestamptz NOT NULL,
        known integer NOT NULL,
        agreeing integer NOT NULL,
        divergence double precision,
        diverging_since timestamptz,
        written_heat text NOT NULL,
        written_consensus text NOT NULL,
        written_divergence text,
        written_verdict text NOT NULL
    )
    """,
    "CREATE INDEX token_signals_place ON token_signals (place)",
    # What was known after the close of a day: written once, by the first run after it.
    """
    CREATE TABLE signal_history (
        token_id text NOT NULL,
        at timestamptz NOT NULL,
        known_at timestamptz NOT NULL,
        version text NOT NULL,
        composite real,
        scores real[] NOT NULL,
        values real[] NOT NULL,
        PRIMARY KEY (token_id, at)
    ) PARTITION BY RANGE (at)
    """,
    "CREATE TABLE signal_history_other PARTITION OF signal_history DEFAULT",
    """
    CREATE TABLE signal_log (
        position bigint PRIMARY KEY CHECK (position > 0),
        previous text NOT NULL,
        hash text NOT NULL UNIQUE,
        token_id text NOT NULL,
        emitted_at timestamptz NOT NULL,
        body text NOT NULL
    )
    """,
    "CREATE INDEX signal_log_token ON signal_log (token_id, position)",
    """
    CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END
    $body$
    """,
    """
    CREATE TRIGGER signal_log_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON signal_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()
    """,
    # Made of the log and of prices alone, so it can be made again.
    """
    CREATE TABLE signal_grades (
        position bigint PRIMARY KEY REFERENCES signal_log,
        graded_at timestamptz NOT NULL,
        price_usd numeric NOT NULL CHECK (price_usd > 0),
        priced_at timestamptz NOT NULL,
        lost boolean NOT NULL
    )
    """,
    """
    CREATE TABLE signal_record (
        name text PRIMARY KEY,
        made_at timestamptz NOT NULL,
        written text NOT NULL
    )
    """,
    """
    DO $body$
    BEGIN
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cryptoprism_writer') THEN
            REVOKE UPDATE, DELETE, TRUNCATE ON signal_log FROM cryptoprism_writer;
        END IF;
    END
    $body$
    """,
)


def upgrade() -> None:
    """Make the tables; other rights come from the default privileges of 0001."""
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
