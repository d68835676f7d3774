"""Metrics of chains: what each source said of a day or of a moment, and when we learned it."""

from alembic import op

revision = "0009"
down_revision = "0008"

# Read newest first within a metric, and one series at a time: the key has both orders.
CHAIN_METRICS = """
CREATE TABLE chain_metrics (
    chain text NOT NULL,
    metric text NOT NULL,
    resolution text NOT NULL CHECK (resolution IN ('day', 'now')),
    observed_at timestamptz NOT NULL,
    known_at timestamptz NOT NULL,
    value numeric NOT NULL CHECK (value >= 0 AND value < 'Infinity'),
    source text NOT NULL,
    PRIMARY KEY (chain, metric, resolution, observed_at, known_at)
)
"""


def upgrade() -> None:
    """Make the table; rights on it come from the default privileges of 0001."""
    op.get_bind().exec_driver_sql(CHAIN_METRICS)
