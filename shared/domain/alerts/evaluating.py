"""Whether an alert fires: pure, and the same however often it is asked.

Armed, it fires when the number reaches the threshold and the cool-down is over. Then it rests until the number has gone back
over the threshold by the hysteresis, so that a price that trembles around the threshold fires once.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from shared.records.alerts import Alert, Condition, Fact, Standing


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the alert stands now, and whether it has just fired."""

    standing: Standing
    fires: bool


def judged(alert: Alert, fact: Fact, now: datetime) -> Verdict:
    """Return what a fact does to an alert; one that is not newer than what it has seen does nothing."""
    seen = alert.standing
    if seen.last_as_of is not None and fact.as_of <= seen.last_as_of:
        return Verdict(seen, fires=False)
    looked = replace(seen, last_value=fact.value, last_as_of=fact.as_of)
    if seen.armed:
        if not reached(alert.condition, fact.value) or _cooling(alert, now):
            return Verdict(looked, fires=False)
        fired = replace(looked, armed=False, fired=seen.fired + 1, last_fired_at=now)
        return Verdict(fired, fires=True)
    return Verdict(replace(looked, armed=gone_back(alert.condition, fact.value)), fires=False)


def reached(condition: Condition, value: Decimal) -> bool:
    """Return whether the number is at or beyond the threshold."""
    return value >= condition.threshold if condition.direction == "above" else value <= condition.threshold


def gone_back(condition: Condition, value: Decimal) -> bool:
    """Return whether the number is back on the other side by more than the hysteresis."""
    if condition.direction == "above":
        return value < condition.threshold - condition.hysteresis
    return value > condition.threshold + condition.hysteresis


def worth_keeping(before: Standing, after: Standing) -> bool:
    """Return whether a change of standing must be written: that a number was looked at need not be, and would cost a write each minute."""
    return (before.armed, before.fired) != (after.armed, after.fired)


def _cooling(alert: Alert, now: datetime) -> bool:
    last = alert.standing.last_fired_at
    return last is not None and now - last < alert.cool_down
