"""Alerts and deliveries as documents."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from shared.cache.documents import Value
from shared.cache.owned import owned
from shared.records.alerts import Alert, Condition, Delivery, Standing, Webhook

ALERTS = "alerts"
DELIVERIES = "alert_deliveries"
OUTBOX = "alert_outbox"
"""What is still to be told; removed with the last attempt, so that a run reads little."""

_LATEST_MS = 99_999_999_999_999


def alert_path(owner: str, alert_id: str) -> str:
    """Return where an alert stands."""
    return f"{ALERTS}/{owned(owner, alert_id)}"


def delivery_prefix(owner: str, alert_id: str) -> str:
    """Return how the names of an alert's deliveries begin."""
    return owned(owner, f"{alert_id}.")


def delivery_name(delivery: Delivery) -> str:
    """Return the name of a delivery; later ones come first."""
    left = _LATEST_MS - int(delivery.fired_at.timestamp() * 1000)
    return f"{delivery_prefix(delivery.owner, delivery.alert_id)}{left:014d}.{delivery.event_id}"


def delivery_path(delivery: Delivery) -> str:
    """Return where a delivery stands."""
    return f"{DELIVERIES}/{delivery_name(delivery)}"


def outbox_path(delivery: Delivery) -> str:
    """Return where it is noted that a delivery is still to be made."""
    return f"{OUTBOX}/{delivery.event_id}"


def fields_of(alert: Alert) -> dict[str, Value]:
    """Return an alert as a document's fields."""
    condition, standing, webhook = alert.condition, alert.standing, alert.webhook
    return {
        "owner": alert.owner,
        "id": alert.id,
        "name": alert.name,
        "condition": {
            "kind": condition.kind,
            "subject": condition.subject,
            "measure": condition.measure,
            "direction": condition.direction,
            "threshold": str(condition.threshold),
            "hysteresis": str(condition.hysteresis),
        },
        "webhook": None
        if webhook is None
        else {
            "url": webhook.url,
            "secret": webhook.secret,
            "previous_secret": webhook.previous_secret,
            "previous_until": webhook.previous_until,
        },
        "cool_down_s": int(alert.cool_down.total_seconds()),
        "once": alert.once,
        "active": alert.active,
        "created_at": alert.created_at,
        "updated_at": alert.updated_at,
        "standing": {
            "armed": standing.armed,
            "fired": standing.fired,
            "last_fired_at": standing.last_fired_at,
            "last_value": None if standing.last_value is None else str(standing.last_value),
            "last_as_of": standing.last_as_of,
        },
    }


def alert_from(fields: Mapping[str, Value]) -> Alert:
    """Return the alert that `fields_of` wrote."""
    read = cast("Mapping[str, Any]", fields)
    condition, standing, webhook = read["condition"], read["standing"], read["webhook"]
    return Alert(
        id=read["id"],
        owner=read["owner"],
        name=read["name"],
        condition=Condition(
            kind=condition["kind"],
            subject=condition["subject"],
            measure=condition["measure"],
            direction=condition["direction"],
            threshold=Decimal(condition["threshold"]),
            hysteresis=Decimal(condition["hysteresis"]),
        ),
        webhook=None if webhook is None else Webhook(**webhook),
        cool_down=timedelta(seconds=read["cool_down_s"]),
        once=read["once"],
        active=read["active"],
        created_at=read["created_at"],
        updated_at=read["updated_at"],
        standing=Standing(
            armed=standing["armed"],
            fired=standing["fired"],
            last_fired_at=standing["last_fired_at"],
            last_value=None if standing["last_value"] is None else Decimal(standing["last_value"]),
            last_as_of=standing["last_as_of"],
        ),
    )


def fields_of_delivery(delivery: Delivery) -> dict[str, Value]:
    """Return a delivery as a document's fields."""
    return {
        "event_id": delivery.event_id,
        "alert_id": delivery.alert_id,
        "owner": delivery.owner,
        "fired_at": delivery.fired_at,
        "payload": delivery.payload,
        "url": delivery.url,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "last_attempt_at": delivery.last_attempt_at,
        "last_result": delivery.last_result,
        "next_attempt_at": delivery.next_attempt_at,
        "test": delivery.test,
    }


def delivery_from(fields: Mapping[str, Value]) -> Delivery:
    """Return the delivery that `fields_of_delivery` wrote."""
    return Delivery(**cast("Mapping[str, Any]", fields))


def note_of(delivery: Delivery, *, claimed_until: datetime | None = None) -> dict[str, Value]:
    """Return the fields of the outbox's note."""
    return {"delivery": delivery_path(delivery), "due_at": delivery.next_attempt_at, "claimed_until": claimed_until}
