"""The log of an index: what an entry's hash is made of."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from shared.domain.chain import GENESIS, entry_hash
from shared.records.indices import IndexEntry

LIVE_WITHIN = timedelta(days=3)
"""An entry recorded later than that after its open was reckoned from history: nobody could have followed it."""

Origin = Literal["live", "simulated"]


@dataclass(frozen=True, slots=True)
class End:
    """The last entry of a log: its number and its hash."""

    sequence: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Linked:
    """An entry with its place in the chain."""

    sequence: int
    entry: IndexEntry
    body: str
    previous: str
    hash: str


def body_of(index_id: str, sequence: int, entry: IndexEntry, recorded_at: datetime) -> dict[str, object]:
    """Return what is hashed, and told as it is."""
    return {
        "index_id": index_id,
        "sequence": sequence,
        "at": _iso(entry.at),
        "recorded_at": _iso(recorded_at),
        "origin": origin_of(entry.at, recorded_at),
        "token_id": entry.token_id,
        "reason": entry.reason,
        "units": entry.units,
        "price_usd": entry.price_usd,
        "value_usd": entry.value_usd,
        "fee_usd": entry.fee_usd,
        "slippage_usd": entry.slippage_usd,
    }


def origin_of(at: datetime, recorded_at: datetime) -> Origin:
    """Return whether an entry was recorded when it happened, or reckoned from history."""
    return "live" if recorded_at - at <= LIVE_WITHIN else "simulated"


def linked(index_id: str, end: End, entries: Iterable[IndexEntry], recorded_at: datetime) -> Iterator[Linked]:
    """Yield entries chained to the end of a log."""
    sequence, previous = end.sequence, end.hash
    for entry in entries:
        sequence += 1
        body = body_of(index_id, sequence, entry, recorded_at)
        stated = entry_hash(previous, body)
        text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        yield Linked(sequence, entry, text, previous, stated)
        previous = stated


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
