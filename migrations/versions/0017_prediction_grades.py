"""What came of predictions, how models do in service, and what the newest predictions were made of.

docs/decisions/0026-predictions.md says what they mean.
"""

from alembic import op

revision = "0017"
down_revision = "0016"

STATEMENTS = (
    # Made of the log and of prices alone, so it can be made again. Null: the token had no price any more.
    """
    CREATE TABLE prediction_grades (
        entry bigint PRIMARY KEY REFERENCES prediction_log ON DELETE CASCADE,
        graded_at timestamptz NOT NULL,
        return_pct double precision CHECK (return_pct >= -100 AND return_pct < 'Infinity')
    )
    """,
    """
    CREATE TABLE model_live_records (
        model_id text PRIMARY KEY REFERENCES ml_models,
        made_at timestamptz NOT NULL,
        record jsonb NOT NULL
    )
    """,
    # One row: what was made of the same is not made again.
    """
    CREATE TABLE prediction_runs (
        name text PRIMARY KEY CHECK (name = 'newest'),
        model_id text NOT NULL REFERENCES ml_models,
        through date NOT NULL,
        computed_at timestamptz NOT NULL,
        inputs text NOT NULL CHECK (length(inputs) = 64),
        predicted integer NOT NULL,
        unpredicted integer NOT NULL
    )
    """,
)


def upgrade() -> None:
    """Make the tables; rights come from the default privileges of 0001."""
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
