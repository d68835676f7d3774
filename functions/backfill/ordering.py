"""From a request's body to an order."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from shared.core.errors import InvalidParameterError
from shared.domain.chains.catalogue import CHAINS
from shared.records.backfill import BackfillOrder
from shared.records.candles import INTERVALS, Interval

MOST_TOKENS = 1_000
LONGEST = timedelta(seconds=200)
"""For one call: a last question and its storing fit into the rest of the function's time limit."""
_FIELDS = frozenset({"from", "to", "tokens", "top", "intervals", "chains", "within_s"})


def order_of(body: object, *, now: datetime) -> BackfillOrder:
    """Return what a body asks for.

    Args:
        body: `from` (a time or a date) and perhaps `to` (the beginning of today if it is missing), `tokens` or `top`,
            `intervals`, `chains`; how long one call may take (`within_s`) is no part of the order.
        now: Nothing later is asked for.

    Raises:
        InvalidParameterError: it cannot be followed.
    """
    if not isinstance(body, Mapping):
        raise InvalidParameterError("body", "is no object")
    if unknown := sorted(set(body) - _FIELDS):
        raise InvalidParameterError(str(unknown[0]), f"is none of {', '.join(sorted(_FIELDS))}")
    start, end = _time(body, "from"), min(_time(body, "to", default=_midnight(now)), now)
    if start >= end:
        raise InvalidParameterError("from", "has to be before 'to', and before today", start.isoformat())
    tokens, top = _texts(body, "tokens"), _top(body)
    if tokens and top:
        raise InvalidParameterError("top", "goes without 'tokens'", top)
    intervals = tuple(_interval(name) for name in _texts(body, "intervals"))
    chains = _chains(body)
    if not chains and not (intervals and (tokens or top)):
        raise InvalidParameterError("tokens", "nothing is asked for: give tokens or top with intervals, or chains")
    return BackfillOrder(start=start, end=end, tokens=tokens, top=top, intervals=intervals, chains=chains)


def time_of(body: object) -> timedelta:
    """Return how long the call may take: `within_s`, or as long as there is.

    Raises:
        InvalidParameterError: it is no number of seconds, or more than there are.
    """
    value = body.get("within_s", LONGEST.total_seconds()) if isinstance(body, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST.total_seconds():
        raise InvalidParameterError("within_s", f"give seconds, at most {LONGEST.total_seconds():.0f}", value)
    return timedelta(seconds=value)


def _time(body: Mapping[str, Any], name: str, *, default: datetime | None = None) -> datetime:
    value = body.get(name)
    if value is None and default is not None:
        return default
    try:
        time = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise InvalidParameterError(name, "give a date such as 2024-01-31", value) from None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _texts(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise InvalidParameterError(name, "give a list of texts", value)
    if len(value) > MOST_TOKENS:
        raise InvalidParameterError(name, f"give at most {MOST_TOKENS}", len(value))
    return tuple(dict.fromkeys(value))


def _top(body: Mapping[str, Any]) -> int:
    value = body.get("top") or 0
    if not isinstance(value, int) or not 0 <= value <= MOST_TOKENS:
        raise InvalidParameterError("top", f"give a whole number up to {MOST_TOKENS}", value)
    return value


def _interval(name: str) -> Interval:
    if name not in INTERVALS:
        raise InvalidParameterError("intervals", f"give some of {', '.join(INTERVALS)}", name)
    return cast("Interval", name)


def _chains(body: Mapping[str, Any]) -> tuple[str, ...]:
    asked = _texts(body, "chains")
    chains = tuple(CHAINS) if asked == ("all",) else asked
    for chain in chains:
        if chain not in CHAINS:
            raise InvalidParameterError("chains", f"give 'all' or some of {', '.join(CHAINS)}", chain)
    return chains


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
