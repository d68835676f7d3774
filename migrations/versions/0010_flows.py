"""Transfers, the blocks that were scanned for them, and what flowed to and from exchanges hour by hour."""

from alembic import op

revision = "0010"
down_revision = "0009"

STATEMENTS = (
    # One row for each thing learnt of a movement: that it happened, in which block, that the block is gone. `latest` marks the
    # last one, so that reading need not look for it; rows are never taken out.
    """
    CREATE TABLE transfers (
        chain text NOT NULL,
        transfer_id text NOT NULL,
        known_at timestamptz NOT NULL,
        latest boolean NOT NULL,
        status text NOT NULL CHECK (status IN ('confirmed', 'reorged')),
        tx_hash text NOT NULL,
        position integer NOT NULL,
        from_address text,
        to_address text,
        from_owner text,
        to_owner text,
        token_id text NOT NULL,
        amount numeric NOT NULL CHECK (amount > 0 AND amount < 'Infinity'),
        usd numeric CHECK (usd >= 0),
        at timestamptz NOT NULL,
        block_number integer,
        block_hash text,
        provider text NOT NULL,
        PRIMARY KEY (chain, transfer_id, known_at)
    )
    """,
    "CREATE INDEX transfers_newest ON transfers (chain, at DESC, transfer_id DESC) INCLUDE (usd) WHERE latest",
    "CREATE INDEX transfers_blocks ON transfers (chain, block_number) WHERE latest",
    """
    CREATE TABLE flow_blocks (
        chain text NOT NULL,
        block_number integer NOT NULL,
        block_hash text NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (chain, block_number)
    )
    """,
    """
    CREATE TABLE exchange_flows (
        chain text NOT NULL,
        token_id text NOT NULL,
        hour timestamptz NOT NULL,
        known_at timestamptz NOT NULL,
        latest boolean NOT NULL,
        inflow numeric NOT NULL,
        outflow numeric NOT NULL,
        inflow_usd numeric NOT NULL,
        outflow_usd numeric NOT NULL,
        transfers integer NOT NULL,
        unpriced integer NOT NULL,
        PRIMARY KEY (chain, token_id, hour, known_at)
    )
    """,
    # Whole, so that the thousands of hours behind a score are read from the index alone.
    """
    CREATE INDEX exchange_flows_latest ON exchange_flows (chain, hour)
        INCLUDE (inflow_usd, outflow_usd, transfers, unpriced) WHERE latest
    """,
)


def upgrade() -> None:
    """Make the tables; rights come from the default privileges of 0001."""
    for statement in STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
