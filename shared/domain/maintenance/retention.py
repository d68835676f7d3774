"""How long facts are kept, table by table; what is not named here is kept for ever."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.core.errors import SettingsError

SETTING = "RETENTION_DAYS"
"""For an operator who keeps more or less: `price_points_300=30,price_points_3600=3650`."""


@dataclass(frozen=True, slots=True)
class Months:
    """A table in monthly partitions, and how long a month is kept after its end; `None` is for ever."""

    table: str
    time_column: str
    kept: timedelta | None


MONTHLY: tuple[Months, ...] = (
    Months("price_points_300", "bucket", timedelta(days=62)),
    Months("price_points_3600", "bucket", timedelta(days=731)),
)
"""Every table that has a default partition named `<table>_other`."""


def configured(environment: Mapping[str, str], policies: Iterable[Months] = MONTHLY) -> tuple[Months, ...]:
    """Return the policies, changed as the operator says.

    Raises:
        SettingsError: an entry is not `table=days`, names no table of ours, or keeps less than a day.
    """
    stated = dict(_stated(entry) for entry in environment.get(SETTING, "").split(",") if entry.strip())
    known = tuple(policies)
    unknown = stated.keys() - {each.table for each in known}
    if unknown:
        raise SettingsError(SETTING, f"there is no table {', '.join(sorted(unknown))} with months to drop")
    return tuple(replace(each, kept=stated.get(each.table, each.kept)) for each in known)


def _stated(entry: str) -> tuple[str, timedelta]:
    table, _, days = entry.strip().partition("=")
    if not (days.isascii() and days.isdigit() and 0 < int(days) <= 36_500):
        raise SettingsError(SETTING, f"'{entry.strip()}' is not table=days, with 1 to 36,500 days")
    return table, timedelta(days=int(days))
