"""What one person may ask for, and what was tried so far: one document, replaced together with each backtest's own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from shared.cache.documents import Value
from shared.core.errors import AllowanceSpentError, ConflictError
from shared.records.caller import Plan

COLLECTION = "backtest_allowances"
NAME = "allowance"
MOST_ACTIVE = 2
A_DAY: Mapping[Plan, int] = MappingProxyType({"free": 20, "pro": 200, "operator": 1_000})
MOST_TRIALS = 2_000
"""Kept by name; older ones only count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """One person's."""

    owner: str
    day: date
    asked: int = 0
    """On that day."""
    active: tuple[str, ...] = ()
    trials: Mapping[str, float] = field(default_factory=dict)
    """Sharpe ratio of one day, by backtest: whoever tries often finds something by luck."""

    def with_one_more(self, name: str, *, now: datetime, still_active: tuple[str, ...], plan: Plan) -> "Allowance":
        """Return it with one more backtest.

        Raises:
            ConflictError: too many are queued or running.
            AllowanceSpentError: too many were asked for today.
        """
        today = now.date()
        asked = self.asked if self.day == today else 0
        if len(still_active) >= MOST_ACTIVE:
            raise ConflictError("backtests_running", f"{MOST_ACTIVE} of your backtests are queued or running already")
        if asked >= A_DAY[plan]:
            midnight = datetime.combine(today, datetime.min.time(), tzinfo=now.tzinfo) + timedelta(days=1)
            raise AllowanceSpentError(f"{A_DAY[plan]} backtests a day are allowed", midnight - now)
        return replace(self, day=today, asked=asked + 1, active=(*still_active, name))

    def with_trial(self, name: str, sharpe: float | None) -> "Allowance":
        """Return it after a backtest has ended; one told twice counts once."""
        trials = dict(self.trials)
        if sharpe is not None:
            trials.pop(name, None)
            trials[name] = sharpe
        kept = dict(list(trials.items())[-MOST_TRIALS:])
        return replace(self, active=tuple(each for each in self.active if each != name), trials=kept)


def to_fields(allowance: Allowance) -> dict[str, Value]:
    """Return the document's fields."""
    return {
        "owner": allowance.owner,
        "day": allowance.day.isoformat(),
        "asked": allowance.asked,
        "active": list(allowance.active),
        "trials": json.dumps(dict(allowance.trials)),
    }


def from_fields(fields: Mapping[str, Any]) -> Allowance:
    """Return the allowance that `to_fields` wrote."""
    return Allowance(
        owner=fields["owner"],
        day=date.fromisoformat(fields["day"]),
        asked=int(fields["asked"]),
        active=tuple(fields["active"]),
        trials=json.loads(fields["trials"]),
    )
