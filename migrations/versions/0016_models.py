"""Models with their records, the newest predictions of the serving one, and the log of predictions that is graded later."""

from alembic import op

revision = "0016"
down_revision = "0015"

STATEMENTS = (
    # One row for each model that was ever made, whether it came to serve or not.
    """
    CREATE TABLE ml_models (
        model_id text PRIMARY KEY CHECK (model_id ~ '^[a-z0-9][a-z0-9.-]{0,79}$'),
        trained_at timestamptz NOT NULL,
        trained_through date NOT NULL,
        data_digest text NOT NULL CHECK (length(data_digest) = 64),
        code_version text NOT NULL,
        parameters jsonb NOT NULL,
        features text[] NOT NULL,
        record jsonb NOT NULL,
        artifact bytea NOT NULL,
        artifact_digest text NOT NULL CHECK (length(artifact_digest) = 64),
        state text NOT NULL CHECK (state IN ('serving', 'retired', 'refused')),
        decided_at timestamptz NOT NULL,
        decision jsonb NOT NULL
    )
    """,
    # At most one serves.
    "CREATE UNIQUE INDEX ml_models_serving ON ml_models (state) WHERE state = 'serving'",
    "CREATE INDEX ml_models_newest ON ml_models (trained_at DESC, model_id)",
    """
    CREATE TABLE token_predictions (
        token_id text PRIMARY KEY,
        model_id text NOT NULL REFERENCES ml_models,
        computed_at timestamptz NOT NULL,
        through date NOT NULL,
        probability double precision CHECK (probability BETWEEN 0 AND 1),
        expected_return_pct double precision,
        lower_pct double precision,
        upper_pct double precision,
        lower_95_pct double precision,
        upper_95_pct double precision,
        contributions jsonb,
        reason text,
        CHECK ((probability IS NULL) = (reason IS NOT NULL)),
        CHECK (num_nulls(probability, expected_return_pct, lower_pct, upper_pct, lower_95_pct, upper_95_pct) IN (0, 6)),
        CHECK (lower_95_pct <= lower_pct AND lower_pct <= expected_return_pct
            AND expected_return_pct <= upper_pct AND upper_pct <= upper_95_pct)
    )
    """,
    "CREATE INDEX token_predictions_probability ON token_predictions (probability DESC NULLS LAST, token_id)",
    # Written once for each day, token and model; retention deletes from the old end, nothing is ever changed.
    """
    CREATE TABLE prediction_log (
        entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        day date NOT NULL,
        token_id text NOT NULL,
        model_id text NOT NULL REFERENCES ml_models,
        probability double precision NOT NULL CHECK (probability BETWEEN 0 AND 1),
        expected_return_pct double precision NOT NULL,
        lower_pct double precision NOT NULL,
        upper_pct double precision NOT NULL,
        lower_95_pct double precision NOT NULL,
        upper_95_pct double precision NOT NULL,
        known_at timestamptz NOT NULL,
        UNIQUE (token_id, day, model_id)
    )
    """,
    "CREATE INDEX prediction_log_day ON prediction_log (day, model_id)",
    """
    CREATE TRIGGER prediction_log_stands BEFORE UPDATE OR TRUNCATE ON prediction_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
)


def upgrade() -> None:
    """Make the tables; rights come from the default privileges of 0001."""
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
