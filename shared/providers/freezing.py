"""Frozen answers: prices that stay the same to the last digit while the clock beside them moves on.

A cache at the provider that lost its source goes on answering, and stamps each answer anew. In a living market
ten prices do not repeat five times, so such an answer is a false statement and refused. An answer whose time
stays behind is something else: it is old and says so, which is for the reader of `observed_at` to judge. A
replay of recorded answers is of that kind and is accepted for ever; so is a provider that answers twice from a
cache of a minute.

The time of an answer is the median of its rows: a row that tells none is stamped with the time of asking, and a
few of them must not make a recorded answer look as if it moved. Every present adapter reads times from the body.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median_low

from shared.records.market import PriceRecord
from shared.records.provider import ProviderState

FEWEST_ROWS = 10
MOST_REPEATS = 5


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """An answer's prices in short, and the median of its times."""

    digest: str
    observed_at: datetime


def fingerprint_of(records: Sequence[PriceRecord]) -> Fingerprint | None:
    """Return the fingerprint of an answer, or `None` when it has too few rows to judge by."""
    if len(records) < FEWEST_ROWS:
        return None
    lines = sorted(f"{record.provider_id}\t{record.price}\n" for record in records)
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()[:32]
    return Fingerprint(digest, median_low([record.observed_at for record in records]))


def noted(state: ProviderState, seen: Fingerprint | None) -> ProviderState:
    """Return the state after an answer with this fingerprint."""
    if seen is None:
        return state
    if seen.digest != state.fingerprint:
        repeats = 0
    else:
        repeats = state.fingerprint_repeats + _moved(state.fingerprint_observed_at, seen.observed_at)
    return replace(
        state, fingerprint=seen.digest, fingerprint_repeats=repeats, fingerprint_observed_at=seen.observed_at
    )


def frozen(state: ProviderState, seen: Fingerprint | None) -> bool:
    """Return whether an answer with this fingerprint is one repeat too many."""
    return seen is not None and noted(state, seen).fingerprint_repeats >= MOST_REPEATS


def _moved(before: datetime | None, after: datetime) -> bool:
    return before is not None and after > before
