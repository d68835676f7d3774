"""Months of candles that are over, rewritten so that a series lies together.

Candles arrive hour by hour for all series, so each row of a series lies on a page of its own: 8,760 pages for a year of hours.
CLUSTER would keep readers out while it writes; here they read the old partition until the new one takes its place.
"""

from alembic import op

revision = "0018"
down_revision = "0017"

# Writers of candles wait for 4203004 (`candles/merging.py`), so none can be kept from the parent by the swap, nor keep it from us.
# The check makes attaching trust the rows instead of reading them again under the parent's lock.
ORDER_MONTH = """
CREATE FUNCTION order_candles_of(moment timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '5s'
SET work_mem = '64MB' AS $body$
DECLARE
    month timestamptz := date_trunc('month', moment, 'UTC');
    next_month timestamptz := date_trunc('month', moment, 'UTC') + interval '1 month';
    part text := 'intraday_candles_' || to_char(month, 'YYYY_MM');
    anew text := part || '_anew';
    written bigint;
BEGIN
    IF next_month > now() THEN
        RAISE EXCEPTION '% is not over', part;
    END IF;
    PERFORM pg_advisory_xact_lock(4203004);
    EXECUTE format('LOCK TABLE %I IN SHARE MODE', part);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL EXCLUDING INDEXES)', anew, part);
    EXECUTE format('INSERT INTO %I SELECT * FROM %I ORDER BY series_id, opened_at', anew, part);
    GET DIAGNOSTICS written = ROW_COUNT;
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (series_id, opened_at), ADD CONSTRAINT of_month CHECK (opened_at >= %L AND opened_at < %L)',
                   anew, month, next_month);
    EXECUTE format('ANALYZE %I', anew);
    EXECUTE format('ALTER TABLE intraday_candles DETACH PARTITION %I', part);
    EXECUTE format('ALTER TABLE intraday_candles ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', anew, month, next_month);
    EXECUTE format('DROP TABLE %I', part);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT of_month', anew);
    EXECUTE format('ALTER TABLE %I RENAME TO %I', anew, part);
    EXECUTE format('ALTER INDEX %I RENAME TO %I', anew || '_pkey', part || '_pkey');
    RETURN written;
END
$body$
"""

GRANTS = """
DO $body$
BEGIN
    REVOKE EXECUTE ON FUNCTION order_candles_of(timestamptz) FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cryptoprism_writer') THEN
        GRANT EXECUTE ON FUNCTION order_candles_of(timestamptz) TO cryptoprism_writer;
    END IF;
END
$body$
"""


def upgrade() -> None:
    """Make the function; months are put in order by the daily maintenance."""
    for statement in (ORDER_MONTH, GRANTS):
        op.get_bind().exec_driver_sql(statement)
