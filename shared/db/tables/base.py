"""What all table definitions share."""

from sqlalchemy import Column, DateTime, MetaData, Numeric

metadata = MetaData()

time = DateTime(timezone=True)


def numbers(*names: str) -> list[Column[object]]:
    """Return numeric columns without precision: what a provider said is kept digit for digit."""
    return [Column(name, Numeric) for name in names]
