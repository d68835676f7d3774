"""What was refreshed when, and monthly partitions of any table."""

from alembic import op

revision = "0003"
down_revision = "0002"

DATASETS = """
CREATE TABLE datasets (
    dataset text PRIMARY KEY,
    refreshed_at timestamptz NOT NULL,
    sources text[] NOT NULL,
    data_source text NOT NULL CHECK (data_source IN ('live', 'sandbox', 'replay'))
)
"""

# As `ensure_month_partition` of 0001, for any table of ours that has a default partition named <table>_other. Attaching locks
# that one wholly, and whoever comes meanwhile queues up behind: so it does not wait long for a reader.
ENSURE_MONTH = """
CREATE FUNCTION ensure_month_of(parent text, time_column text, moment timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '5s' AS $body$
DECLARE
    month timestamptz := date_trunc('month', moment, 'UTC');
    next_month timestamptz := date_trunc('month', moment, 'UTC') + interval '1 month';
    part text := parent || '_' || to_char(month, 'YYYY_MM');
BEGIN
    IF to_regclass(part) IS NOT NULL THEN
        RETURN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_class WHERE relname = parent AND relkind = 'p' AND relnamespace = 'public'::regnamespace) THEN
        RAISE EXCEPTION '% is no partitioned table', parent;
    END IF;
    PERFORM pg_advisory_xact_lock(4203002);
    -- Not to_regclass again: it would answer from a cache that waiting for the lock has not renewed.
    IF EXISTS (SELECT FROM pg_class WHERE relname = part AND relnamespace = 'public'::regnamespace) THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
    -- Attaching refuses while the default partition holds rows of the month.
    EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %I >= %L AND %I < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
                   parent || '_other', time_column, month, time_column, next_month, part);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, month, next_month);
END
$body$
"""

GRANTS = """
DO $body$
BEGIN
    REVOKE EXECUTE ON FUNCTION ensure_month_of(text, text, timestamptz) FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cryptoprism_writer') THEN
        GRANT EXECUTE ON FUNCTION ensure_month_of(text, text, timestamptz) TO cryptoprism_writer;
    END IF;
END
$body$
"""


def upgrade() -> None:
    """Make the table and the function; rights on tables come from the default privileges of 0001."""
    for statement in (DATASETS, ENSURE_MONTH, GRANTS):
        op.get_bind().exec_driver_sql(statement)
