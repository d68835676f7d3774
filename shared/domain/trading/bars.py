"""What has happened to prices since resting orders were last looked at: closed minutes, else the last price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.db.engine import Database
from shared.domain.market.service import STALE_AFTER

from . import bar_statements
from .matching import Bar, Conditions
from .money import priced, quotient
from .prices import LastPrice

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)
_MINUTES_A_DAY = Decimal(1440)
MOST_MINUTES = 720
"""Of one token in one pass: half a day; what is left comes in the next ones."""
WAITED_FOR = timedelta(hours=1)
"""A token whose minutes came within this time has no other price: they will tell what happened meanwhile."""


@dataclass(frozen=True, slots=True)
class Past:
    """One token's past since it was last looked at."""

    bars: Sequence[Bar]
    """Oldest first."""
    conditions: Conditions
    last: LastPrice | None


_NOTHING = Past((), Conditions(), None)


class PastPrices:
    """Reads over a `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self, moments: Mapping[str, datetime], *, now: datetime) -> Mapping[str, Past]:
        """Return each token's past since its moment.

        A token whose minutes are kept has those that are over; another one its last price, as a moment with a minute's share
        of the day's volume. Prices in tethers count only while tether has a price.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        token_ids = sorted(moments)
        asked = {"token_ids": token_ids, "told": now - WAITED_FOR}
        known = await self._database.fetch("trading.known", bar_statements.known, asked)
        since = {"since": [moments[token_id] for token_id in token_ids], "until": now, "size": MOST_MINUTES}
        recent = {"recent": now - STALE_AFTER}
        rows = await self._database.fetch("trading.minutes", bar_statements.minutes, asked | since | recent)
        minutes: dict[str, list[Bar]] = {}
        for token_id, opened, *numbers, volume, provider in rows:
            minutes.setdefault(token_id, []).append(_minute(opened, numbers, volume, provider))
        return dict.fromkeys(token_ids, _NOTHING) | {
            token_id: _past(_last(facts), minutes.get(token_id, ()), has_minutes=has_minutes)
            for token_id, *facts, has_minutes in known
        }


def _past(last: LastPrice, minutes: Sequence[Bar], *, has_minutes: bool) -> Past:
    bars = minutes if has_minutes else [_moment(last)]
    return Past(bars, Conditions(rank=last.rank, volume_24h_usd=last.volume_24h_usd), last)


def _last(facts: Sequence[Any]) -> LastPrice:
    price, as_of, sources, rank, volume = facts
    return LastPrice(
        price_usd=Decimal(price),
        priced_at=_EPOCH + as_of * _MICROSECOND,
        providers=tuple(sources.split(",")) if sources else (),
        rank=rank,
        volume_24h_usd=None if volume is None else Decimal(volume),
    )


def _moment(last: LastPrice) -> Bar:
    price = priced(last.price_usd)
    volume = None if last.volume_24h_usd is None else quotient(last.volume_24h_usd, price * _MINUTES_A_DAY)
    at = last.priced_at
    return Bar(begins_at=at, ends_at=at, open=price, high=price, low=price, volume=volume, providers=last.providers)


def _minute(opened_us: int, numbers: Sequence[str], volume: str | None, provider: str) -> Bar:
    opened_at = _EPOCH + opened_us * _MICROSECOND
    opened, high, low = (priced(Decimal(number)) for number in numbers)
    return Bar(
        begins_at=opened_at,
        ends_at=opened_at + _MINUTE,
        open=opened,
        high=high,
        low=low,
        volume=None if volume is None else Decimal(volume),
        providers=(provider,),
    )
