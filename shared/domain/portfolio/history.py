"""A portfolio day by day: what it was worth at each midnight (UTC), what came in and out, and the return of each day.

A day's return is (worth at its end + what went out) ÷ (worth at its beginning + what came in) − 1: what comes in works for the whole
day, and what goes out did. So a return never hangs on a small denominator, and a day on which all is sold counts at what was paid.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from shared.records.portfolio import Transaction

from .ledger import in_order
from .legs import Leg, legs_of
from .money import dollars, exactly

CARRIED_FOR = timedelta(days=7)
"""A price stands for the days after it that have none, for so long."""
_NOTHING = Decimal(0)

DayPrices = Mapping[str, Mapping[date, Decimal]]


@dataclass(frozen=True, slots=True)
class Point:
    """What a portfolio was worth at a moment, and what came of the time since the point before."""

    at: datetime
    value: Decimal
    inflow: Decimal
    outflow: Decimal
    gain: float | None
    """The return since the point before; `None` where nothing was there to bring one."""


@dataclass(frozen=True, slots=True)
class History:
    """Points, oldest first, and the tokens that are left out of all of them because a price is missing: since when."""

    points: Sequence[Point]
    excluded: Mapping[str, datetime]
    carried: int
    """Prices of tokens and days that stand for days without."""

    @property
    def returns(self) -> list[tuple[datetime, float]]:
        """Return the returns with the moments at which they ended."""
        return [(each.at, each.gain) for each in self.points if each.gain is not None]


def midnight(moment: datetime) -> datetime:
    """Return the midnight with which the day of a moment began."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def moments_of(start: datetime, end: datetime) -> list[datetime]:
    """Return every midnight from that of `start` to `end`, and `end` if it is none."""
    first = midnight(start)
    found = [first + timedelta(days=day) for day in range((end - first).days + 1)]
    return found if found[-1] == end else [*found, end]


def history_of(
    transactions: Sequence[Transaction],
    moments: Sequence[datetime],
    days: DayPrices,
    last: Mapping[str, Decimal],
) -> History:
    """Return the history at the moments.

    Args:
        transactions: All of the portfolio, also those before the first moment.
        moments: Midnights, and perhaps a last one that is none.
        days: Prices at midnights.
        last: Prices at the last moment, if that is no midnight.
    """
    with exactly():
        steps = _steps(transactions, moments)
        prices = _Prices(days, last, moments)
        excluded = _unpriced(steps, moments, prices)
        points = _points(steps, moments, prices, set(excluded))
    return History(points, excluded, prices.carried)


@dataclass(slots=True)
class _Step:
    """What happened before a moment and after the one before it, and what is held then."""

    moved: list[tuple[Transaction, tuple[Leg, ...]]]
    held: dict[str, Decimal]


class _Prices:
    def __init__(self, days: DayPrices, last: Mapping[str, Decimal], moments: Sequence[datetime]) -> None:
        self._days = days
        self._known = {token_id: sorted(prices) for token_id, prices in days.items()}
        self._last = last
        self._end = moments[-1] if moments[-1] != midnight(moments[-1]) else None
        self.carried = 0

    def at(self, token_id: str, moment: datetime) -> Decimal | None:
        """Return the price at a moment, or of the days just before it."""
        if moment == self._end:
            return self._last.get(token_id)
        known, day = self._known.get(token_id, []), moment.date()
        place = bisect_right(known, day)
        if not place or day - known[place - 1] > CARRIED_FOR:
            return None
        self.carried += known[place - 1] != day
        return self._days[token_id][known[place - 1]]


def _steps(transactions: Sequence[Transaction], moments: Sequence[datetime]) -> list[_Step]:
    ordered, place = in_order(transactions), 0
    held: dict[str, Decimal] = {}
    steps: list[_Step] = []
    for moment in moments:
        moved = []
        while place < len(ordered) and ordered[place].at < moment:
            legs = legs_of(ordered[place])
            moved.append((ordered[place], legs))
            for leg in legs:
                held[leg.token_id] = held.get(leg.token_id, _NOTHING) + leg.quantity
            place += 1
        steps.append(_Step(moved, {token_id: coins for token_id, coins in held.items() if coins}))
    return steps


def _unpriced(steps: Sequence[_Step], moments: Sequence[datetime], prices: _Prices) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for step, moment in zip(steps, moments, strict=True):
        for token_id in step.held:
            if token_id not in found and prices.at(token_id, moment) is None:
                found[token_id] = moment
    prices.carried = 0
    return found


def _points(steps: Sequence[_Step], moments: Sequence[datetime], prices: _Prices, excluded: set[str]) -> list[Point]:
    points: list[Point] = []
    for step, moment in zip(steps, moments, strict=True):
        held = ((token_id, coins) for token_id, coins in step.held.items() if token_id not in excluded)
        value = sum((dollars(coins * (prices.at(token_id, moment) or _NOTHING)) for token_id, coins in held), _NOTHING)
        if not points:
            # What happened before the first moment is what it begins with.
            points.append(Point(moment, value, _NOTHING, _NOTHING, None))
            continue
        flows = [_flow(each, legs, moment, prices, excluded) for each, legs in step.moved]
        inflow = sum((each for each in flows if each > 0), _NOTHING)
        outflow = -sum((each for each in flows if each < 0), _NOTHING)
        base = points[-1].value + inflow
        gain = float(value + outflow) / float(base) - 1 if base > 0 else None
        points.append(Point(moment, value, inflow, outflow, gain))
    return points


def _flow(
    transaction: Transaction, legs: Sequence[Leg], moment: datetime, prices: _Prices, excluded: set[str]
) -> Decimal:
    """Return the dollars that came in; what is transferred comes and goes at the price of that day's end."""
    if transaction.kind in ("income", "fee"):
        return _NOTHING
    included = [leg for leg in legs if leg.token_id not in excluded]
    if transaction.kind in ("transfer_in", "transfer_out"):
        return sum((_moved(leg, moment, prices) for leg in included if leg is legs[0]), _NOTHING)
    return sum((leg.usd if leg.quantity > 0 else -leg.usd for leg in included), _NOTHING)


def _moved(leg: Leg, moment: datetime, prices: _Prices) -> Decimal:
    price = prices.at(leg.token_id, moment)
    if price is None:
        return leg.usd if leg.quantity > 0 else -leg.usd
    return dollars(leg.quantity * price)
