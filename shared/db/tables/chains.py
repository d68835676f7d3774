"""Metrics of chains; a revised value is a row of its own, told apart by `known_at`."""

from sqlalchemy import Column, Numeric, Table, Text

from .base import metadata, time

chain_metrics = Table(
    "chain_metrics",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("metric", Text, primary_key=True),
    Column("resolution", Text, primary_key=True),
    Column("observed_at", time, primary_key=True),
    Column("known_at", time, primary_key=True),
    Column("value", Numeric, nullable=False),
    Column("source", Text, nullable=False),
)
