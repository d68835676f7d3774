"""Which signals are new: a token's first, one that turned or grew, or the same again after its horizon. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from shared.records.signals import Emission, Graded, LastEmission

from .rules import HORIZON_DAYS, PRIOR_SIGNALS, STRENGTHS

HORIZON = timedelta(days=HORIZON_DAYS)


def fresh(emissions: Iterable[Emission], last: Mapping[str, LastEmission], *, now: datetime) -> list[Emission]:
    """Return the emissions that say something the log does not say yet."""
    return [each for each in emissions if _is_news(each, last.get(each.token_id), now)]


def probability(hits: int, graded: int) -> Decimal:
    """Return how likely a signal is to be right: as often as its kind was, beside imagined ones of which half were."""
    return Decimal(f"{(hits + PRIOR_SIGNALS / 2) / (graded + PRIOR_SIGNALS):.4f}")


def is_hit(signal: Graded) -> bool:
    """Return whether the price moved the signal's way; one that stayed the same was not right."""
    moved = signal.exit_usd - signal.entry_usd
    return moved > 0 if signal.direction == "bullish" else moved < 0


def _is_news(emission: Emission, last: LastEmission | None, now: datetime) -> bool:
    if last is None or now - last.emitted_at >= HORIZON:
        return True
    grown = STRENGTHS.index(emission.strength) > STRENGTHS.index(last.strength)
    return emission.direction != last.direction or grown
