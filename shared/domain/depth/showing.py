"""Answers about books as JSON, every number with all its digits."""

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from decimal import Decimal

from shared.records.depth import BookRecord, Level, Measures

from .measuring import rounded
from .repository import TokenFacts

_MEASURES = tuple(each.name for each in fields(Measures))
_WORTH = Decimal("1e-6")
_NOTHING = '"levels":null,"bids":null,"asks":null'


def shown(book: BookRecord, measures: Measures, facts: TokenFacts, *, levels: int) -> str:
    """Return a book with so many levels a side, and its measures, which rest on all that was told of it."""
    rate = measures.usd_rate
    sides = f'"levels":{levels},"bids":{_levels(book.bids[:levels], rate)},"asks":{_levels(book.asks[:levels], rate)}'
    said = (
        f'"exchange":"{book.provider}","market":{json.dumps(book.market)},"quote_currency":"{book.quote_currency}",'
        f'"as_of":"{_iso(book.observed_at)}",{_measured(measures)}'
    )
    return _whole(facts, sides, said)


def measured(body: str, facts: TokenFacts) -> str:
    """Return what was stored of a book: its measures, and no levels, for those are not kept."""
    return _whole(facts, _NOTHING, body[1:-1])


def exchange_in(body: str) -> str:
    """Return whose measures a stored text tells."""
    return str(json.loads(body)["exchange"])


def _whole(facts: TokenFacts, sides: str, said: str) -> str:
    token = (facts.token or "{}")[1:-1]
    others = ",".join(text for _, text in facts.stored)
    return f'{{{token},{sides},{said},"exchanges":[{others}]}}'


def _levels(levels: Sequence[Level], rate: Decimal | None) -> str:
    """Return `[price, amount, worth in dollars]` of each level."""
    rows = (f"[{level.price:f},{level.amount:f},{_number(_worth(level, rate))}]" for level in levels)
    return f"[{','.join(rows)}]"


def _worth(level: Level, rate: Decimal | None) -> Decimal | None:
    return None if rate is None else rounded(level.price * level.amount * rate, _WORTH)


def _measured(measures: Measures) -> str:
    return ",".join(f'"{name}":{_number(getattr(measures, name))}' for name in _MEASURES)


def _number(value: Decimal | int | None) -> str:
    if value is None:
        return "null"
    return str(value) if isinstance(value, int) else f"{value:f}"


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
