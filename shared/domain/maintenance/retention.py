"""How long facts are kept, table by table; what is not named here is kept for ever."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from shared.core.errors import SettingsError

SETTING = "RETENTION_DAYS"
"""For an operator who keeps more or less: `price_points_300=30,candles_1m=400`."""


@dataclass(frozen=True, slots=True)
class Months:
    """A table in monthly partitions, and how long a month is kept after its end; `None` is for ever."""

    table: str
    time_column: str
    kept: timedelta | None

    @property
    def name(self) -> str:
        """Return what it is called in `RETENTION_DAYS`."""
        return self.table


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that go one by one, because others of their table stay."""

    name: str
    table: str
    time_column: str
    kept: timedelta | None
    only: str = "true"
    """Which rows, as a condition on the table."""


MONTHLY: tuple[Months, ...] = (
    Months("price_points_300", "bucket", timedelta(days=62)),
    Months("price_points_3600", "bucket", timedelta(days=731)),
    Months("intraday_candles", "opened_at", None),
    Months("depth_points", "observed_at", timedelta(days=62)),
    Months("signal_history", "at", timedelta(days=1_462)),
)
"""Every table that has a default partition named `<table>_other`."""

SINGLE: tuple[Rows, ...] = (
    *(
        Rows(
            f"candles_{interval}",
            "intraday_candles",
            "opened_at",
            timedelta(days=days),
            f"series_id IN (SELECT series_id FROM candle_series WHERE interval_s = {seconds})",  # noqa: S608
        )
        for interval, seconds, days in (("1m", 60, 62), ("5m", 300, 184), ("15m", 900, 366))
    ),
    Rows("transfers", "transfers", "at", timedelta(days=400)),
    Rows("flow_blocks", "flow_blocks", "at", timedelta(days=31)),
    # A change within a quarter is taken from them; after that the days say the same.
    Rows("chain_readings", "chain_metrics", "observed_at", timedelta(days=184), "resolution = 'now'"),
    Rows("category_points", "category_points", "known_at", timedelta(days=400)),
    Rows("trending", "trending", "known_at", timedelta(days=400)),
    # By then nobody tells the article again; the article itself stays.
    Rows("news_addresses", "news_addresses", "known_at", timedelta(days=400)),
    Rows("score_history", "score_history", "at", timedelta(days=1_096)),
    Rows("prediction_log", "prediction_log", "known_at", timedelta(days=1_096)),
    # What never served is kept for its reason, not for its trees.
    Rows("refused_models", "ml_models", "trained_at", timedelta(days=366), "state = 'refused'"),
)
"""Candles of an hour and more, daily prices, news, days of chains and exchanges' flows are small, and history is what they are for."""

Policy = TypeVar("Policy", Months, Rows)


def configured(environment: Mapping[str, str]) -> tuple[tuple[Months, ...], tuple[Rows, ...]]:
    """Return the policies, changed as the operator says.

    Raises:
        SettingsError: an entry is not `name=days`, names nothing of ours, or keeps less than a day.
    """
    stated = dict(_stated(entry) for entry in environment.get(SETTING, "").split(",") if entry.strip())
    unknown = stated.keys() - {each.name for each in MONTHLY} - {each.name for each in SINGLE}
    if unknown:
        raise SettingsError(SETTING, f"nothing is called {', '.join(sorted(unknown))} here")
    return _changed(MONTHLY, stated), _changed(SINGLE, stated)


def _changed(policies: tuple[Policy, ...], stated: Mapping[str, timedelta]) -> tuple[Policy, ...]:
    return tuple(replace(each, kept=stated.get(each.name, each.kept)) for each in policies)


def _stated(entry: str) -> tuple[str, timedelta]:
    name, _, days = entry.strip().partition("=")
    if not (days.isascii() and days.isdigit() and 0 < int(days) <= 36_500):
        raise SettingsError(SETTING, f"'{entry.strip()}' is not name=days, with 1 to 36,500 days")
    return name, timedelta(days=int(days))
