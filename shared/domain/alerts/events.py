"""Events: what is told when an alert fires.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

from shared.records.alerts import Alert, Delivery, Fact

from .measures import MEASURES


def event_id(owner: str, alert_id: str, number: int) -> str:
    """Return the name of an alert's n-th event: whoever evaluates it again makes the same one."""
    return f"evt_{hashlib.sha256(f'{owner}/{alert_id}/{number}'.encode()).hexdigest()[:32]}"


def fired_event(alert: Alert, fact: Fact, now: datetime, *, number: int, data_source: str) -> Delivery:
    """Return the event of an alert that has just fired, ready to be told."""
    identity = event_id(alert.owner, alert.id, number)
    data = _facts(alert, fact) | {"number": number, "source": data_source}
    return _delivery(alert, identity, "alert.fired", data, now)


def trial_event(alert: Alert, now: datetime, *, number: int) -> Delivery:
    """Return an event that says it is a trial; it tells no number, for nothing has happened."""
    identity = event_id(alert.owner, f"{alert.id}/test", number)
    data: dict[str, object] = {"alert_id": alert.id, "name": alert.name, "condition": told_condition(alert)}
    return replace(_delivery(alert, identity, "alert.test", data, now), test=True)


def told_condition(alert: Alert) -> dict[str, object]:
    """Return the condition as JSON tells it; decimals as text, digit for digit."""
    condition = alert.condition
    return {
        "kind": condition.kind,
        "subject": condition.subject,
        "measure": condition.measure,
        "unit": MEASURES[condition.measure].unit,
        "direction": condition.direction,
        "threshold": format(condition.threshold, "f"),
        "hysteresis": format(condition.hysteresis, "f"),
    }


def _facts(alert: Alert, fact: Fact) -> dict[str, object]:
    return {
        "alert_id": alert.id,
        "name": alert.name,
        "condition": told_condition(alert),
        "value": format(fact.value, "f"),
        "as_of": _iso(fact.as_of),
        "sources": list(fact.sources),
    }


def _delivery(alert: Alert, identity: str, kind: str, data: dict[str, object], now: datetime) -> Delivery:
    body = {"type": kind, "timestamp": _iso(now), "data": data}
    return Delivery(
        event_id=identity,
        alert_id=alert.id,
        owner=alert.owner,
        fired_at=now,
        payload=json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False),
        url=None if alert.webhook is None else alert.webhook.url,
        state="recorded" if alert.webhook is None else "pending",
        next_attempt_at=None if alert.webhook is None else now,
    )


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
