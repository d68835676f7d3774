"""When a webhook that failed is tried again, and when that is given up."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.records.alerts import Delivery

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60, 20 * 60, 24 * 60))
"""After the first failure, the second, and so on: a receiver may be away for three days.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""
GONE = "410"
"""The receiver says that it does not want any more; its alert is switched off."""


def attempted(delivery: Delivery, result: str, now: datetime) -> Delivery:
    """Return the delivery after an attempt: delivered by any 2xx, otherwise to be tried again or given up."""
    tried = replace(delivery, attempts=delivery.attempts + 1, last_attempt_at=now, last_result=result)
    if len(result) == 3 and result.startswith("2"):
        return replace(tried, state="delivered", next_attempt_at=None)
    if tried.attempts > len(PAUSES) or result == GONE:
        return replace(tried, state="failed", next_attempt_at=None)
    return replace(tried, next_attempt_at=now + PAUSES[tried.attempts - 1])
