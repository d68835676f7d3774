"""Transfers and flows of exchanges."""

from sqlalchemy import Boolean, Column, Integer, Numeric, Table, Text

from .base import metadata, time

transfers = Table(
    "transfers",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("transfer_id", Text, primary_key=True),
    Column("known_at", time, primary_key=True),
    Column("latest", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("tx_hash", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("from_address", Text),
    Column("to_address", Text),
    Column("from_owner", Text),
    Column("to_owner", Text),
    Column("token_id", Text, nullable=False),
    Column("amount", Numeric, nullable=False),
    # By a price of the same minutes; without one it is unknown.
    Column("usd", Numeric),
    Column("at", time, nullable=False),
    Column("block_number", Integer),
    Column("block_hash", Text),
    Column("provider", Text, nullable=False),
)

flow_blocks = Table(
    "flow_blocks",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("block_number", Integer, primary_key=True),
    Column("block_hash", Text, nullable=False),
    Column("at", time, nullable=False),
)

exchange_flows = Table(
    "exchange_flows",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("token_id", Text, primary_key=True),
    Column("hour", time, primary_key=True),
    Column("known_at", time, primary_key=True),
    Column("latest", Boolean, nullable=False),
    Column("inflow", Numeric, nullable=False),
    Column("outflow", Numeric, nullable=False),
    Column("inflow_usd", Numeric, nullable=False),
    Column("outflow_usd", Numeric, nullable=False),
    Column("transfers", Integer, nullable=False),
    # Of them, those of which no price of the same minutes is known; the dollars are without them.
    Column("unpriced", Integer, nullable=False),
)
