"""What was refreshed when."""

from sqlalchemy import Column, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from .base import metadata, time

datasets = Table(
    "datasets",
    metadata,
    Column("dataset", Text, primary_key=True),
    Column("refreshed_at", time, nullable=False),
    Column("sources", ARRAY(Text), nullable=False),
    Column("data_source", Text, nullable=False),
)
