"""The stamp of a dataset, as answers need it: selected by `statements.stamp_of` beside the facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.cursors import from_microseconds


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a dataset was refreshed, from whom, and which kind of data it is."""

    refreshed_at: datetime
    sources: tuple[str, ...]
    data_source: str


def read_stamp(refreshed_us: int, sources: Sequence[str] | None, data_source: str) -> Stamp:
    """Return the stamp of a row's last three columns; a dataset that was never refreshed has no row."""
    return Stamp(from_microseconds(refreshed_us), tuple(sources or ()), data_source)
