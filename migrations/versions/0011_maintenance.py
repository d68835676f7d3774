"""Stored prices in partitions that can be dropped by age, and what the daily maintenance may do."""

from alembic import op

revision = "0011"
down_revision = "0010"

# Five-minute prices are dropped after weeks, hourly ones after years, daily ones never: in common months no partition
# could ever be dropped, and deleting 1.7 million rows a day leaves as many dead ones.
PRICE_POINTS = (
    "ALTER TABLE price_points RENAME TO price_points_before",
    "ALTER TABLE price_points_other RENAME TO price_points_before_other",
    """
    CREATE TABLE price_points (
        resolution_s integer NOT NULL,
        token_id text NOT NULL,
        bucket timestamptz NOT NULL,
        observed_at timestamptz NOT NULL,
        price_usd numeric NOT NULL,
        market_cap_usd numeric,
        volume_24h_usd numeric,
        PRIMARY KEY (resolution_s, token_id, bucket)
    ) PARTITION BY LIST (resolution_s)
    """,
    "CREATE TABLE price_points_300 PARTITION OF price_points FOR VALUES IN (300) PARTITION BY RANGE (bucket)",
    "CREATE TABLE price_points_300_other PARTITION OF price_points_300 DEFAULT",
    "CREATE TABLE price_points_3600 PARTITION OF price_points FOR VALUES IN (3600) PARTITION BY RANGE (bucket)",
    "CREATE TABLE price_points_3600_other PARTITION OF price_points_3600 DEFAULT",
    "CREATE TABLE price_points_86400 PARTITION OF price_points FOR VALUES IN (86400)",
)

ENSURE_MONTH = """
CREATE OR REPLACE FUNCTION ensure_month_partition(moment timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $body$
BEGIN
    PERFORM ensure_month_of('price_points_300', 'bucket', moment);
    PERFORM ensure_month_of('price_points_3600', 'bucket', moment);
END
$body$
"""

MOVE = (
    "SELECT ensure_month_partition(month) FROM (SELECT DISTINCT date_trunc('month', bucket, 'UTC') FROM price_points_before) AS m (month)",
    "INSERT INTO price_points SELECT * FROM price_points_before",
    "DROP TABLE price_points_before",
)

# A month is told by its partition's name, which `ensure_month_of` gave it.
DROP_MONTHS = """
CREATE FUNCTION drop_months_before(parent text, moment timestamptz) RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '5s' AS $body$
DECLARE
    part text;
    dropped text[] := '{}';
BEGIN
    FOR part IN
        SELECT child.relname FROM pg_inherits
        JOIN pg_class AS child ON child.oid = inhrelid
        JOIN pg_class AS above ON above.oid = inhparent
        WHERE above.relname = parent AND above.relnamespace = 'public'::regnamespace
            AND child.relname ~ ('^' || parent || '_[0-9]{4}_[0-9]{2}$')
        ORDER BY child.relname
    LOOP
        IF to_timestamp(right(part, 7), 'YYYY_MM') + interval '1 month' <= moment THEN
            EXECUTE format('DROP TABLE %I', part);
            dropped := dropped || part;
        END IF;
    END LOOP;
    RETURN dropped;
END
$body$
"""

GRANTS = """
DO $body$
BEGIN
    REVOKE EXECUTE ON FUNCTION drop_months_before(text, timestamptz) FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cryptoprism_writer') THEN
        GRANT EXECUTE ON FUNCTION drop_months_before(text, timestamptz) TO cryptoprism_writer;
        -- ANALYZE is the owner's alone before PostgreSQL 17; there the planner lives with what autovacuum knows.
        IF current_setting('server_version_num')::integer >= 170000 THEN
            GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO cryptoprism_writer;
            ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT MAINTAIN ON TABLES TO cryptoprism_writer;
        END IF;
    END IF;
END
$body$
"""


def upgrade() -> None:
    """Move the stored prices into the new partitions and make the functions."""
    for statement in (*PRICE_POINTS, ENSURE_MONTH, *MOVE, DROP_MONTHS, GRANTS):
        op.get_bind().exec_driver_sql(statement)
