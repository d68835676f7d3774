"""Indices: their days, their log that nobody can change, what they hold, where they stand, and their reports ready to read."""

from alembic import op

revision = "0015"
down_revision = "0014"

STATEMENTS = (
    # One row for each index and day, written once: a later correction of a price does not change what the index did.
    """
    CREATE TABLE index_days (
        index_id text NOT NULL,
        day date NOT NULL,
        value double precision NOT NULL CHECK (value >= 0),
        invested double precision NOT NULL CHECK (invested BETWEEN 0 AND 1.000001),
        traded double precision NOT NULL,
        costs double precision NOT NULL,
        known_at timestamptz NOT NULL,
        PRIMARY KEY (index_id, day)
    )
    """,
    # `body` is the canonical JSON that `hash` is of, together with `previous`.
    """
    CREATE TABLE index_transactions (
        index_id text NOT NULL,
        sequence bigint NOT NULL CHECK (sequence > 0),
        at timestamptz NOT NULL,
        token_id text NOT NULL,
        reason text NOT NULL CHECK (reason IN ('rebalance', 'exposure', 'delayed', 'delisting', 'redenomination')),
        body text NOT NULL,
        previous text NOT NULL CHECK (length(previous) = 64),
        hash text NOT NULL CHECK (length(hash) = 64),
        PRIMARY KEY (index_id, sequence)
    )
    """,
    "CREATE INDEX index_transactions_token ON index_transactions (index_id, token_id, sequence DESC)",
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END
    $body$
    """,
    """
    CREATE TRIGGER index_transactions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON index_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TABLE index_holdings (
        index_id text NOT NULL,
        day date NOT NULL,
        holdings text NOT NULL,
        known_at timestamptz NOT NULL,
        PRIMARY KEY (index_id, day)
    )
    """,
    # `state` is what the next run goes on from; `summary` and `report` are JSON as it is told.
    """
    CREATE TABLE index_states (
        index_id text PRIMARY KEY,
        place integer NOT NULL,
        day date NOT NULL,
        state jsonb NOT NULL,
        summary text NOT NULL,
        report text NOT NULL,
        code_version text NOT NULL,
        inputs_digest text NOT NULL,
        known_at timestamptz NOT NULL
    )
    """,
)


def upgrade() -> None:
    """Make the tables; rights come from the default privileges of 0001."""
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
