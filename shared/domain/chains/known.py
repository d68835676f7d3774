"""What was known before a run: the newest values of the last days, to judge new ones by, and what is still missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from shared.db.engine import Database
from shared.records.chains import Metric, Resolution

from . import recall_statements
from .catalogue import CHAINS

LOOKED_BACK = timedelta(days=10)
DAYS = "refresh_onchain.days"
"""The dataset of whole days; `refresh_onchain` are the readings of the moment."""

TOKENS = sorted({token for chain in CHAINS.values() for token in (chain.coin_id, chain.token_id) if token})
"""Those whose price is wanted."""

Pair = tuple[str, Metric]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it was last known."""

    observed_at: datetime
    value: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Prices:
    """What our own quotes say of a token."""

    price_usd: Decimal | None = None
    supply: Decimal | None = None
    priced_at: datetime | None = None
    closing_usd: Decimal | None = None
    """The last price of yesterday."""


@dataclass(frozen=True, slots=True)
class Known:
    """The newest values of the last ten days by pair, each series oldest first, our own prices by token, and the last close."""

    now: Mapping[Pair, tuple[Value, ...]] = field(default_factory=dict)
    days: Mapping[Pair, tuple[Value, ...]] = field(default_factory=dict)
    prices: Mapping[str, Prices] = field(default_factory=dict)
    closed_at: datetime | None = None

    def last_day(self, pair: Pair) -> Value | None:
        """Return the newest day known of a pair."""
        found = self.days.get(pair)
        return found[-1] if found else None


async def load_known(database: Database, *, now: datetime) -> Known:
    """Return what was known at `now`.

    Raises:
        DatabaseUnavailableError: PostgreSQL does not answer.
    """
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = await database.fetch("chains.recall", recall_statements.recent, {"since": midnight - LOOKED_BACK})
    quotes = await database.fetch(
        "chains.prices", recall_statements.prices, {"midnight": midnight, "now": now, "tokens": TOKENS}
    )
    stamps = await database.fetch("chains.closed", recall_statements.closed, {"dataset": DAYS})
    found: dict[Resolution, dict[Pair, list[Value]]] = {"now": {}, "day": {}}
    for chain, metric, resolution, observed_us, value, source in rows:
        found[resolution].setdefault((chain, metric), []).append(Value(_moment(observed_us), value, source))
    return Known(
        now={pair: tuple(values) for pair, values in found["now"].items()},
        days={pair: tuple(values) for pair, values in found["day"].items()},
        prices={row[0]: Prices(row[1], row[2], _moment(row[3]), row[4]) for row in quotes},
        closed_at=_moment(stamps[0][0]) if stamps else None,
    )


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
