"""Alerts: what is watched, how it stands, and what was told to whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

Kind = Literal["price", "change", "score", "signal", "regime", "flow"]
Direction = Literal["above", "below"]
DeliveryState = Literal["pending", "delivered", "failed", "recorded"]
"""`recorded`: the alert has no webhook, and the event stands here only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A number and the threshold that it must reach; units are the measure's (`shared/domain/alerts/measures.py`)."""

    kind: Kind
    subject: str
    """A token's slug, a chain, or `market`."""
    measure: str
    direction: Direction
    threshold: Decimal
    hysteresis: Decimal = Decimal(0)
    """So far back over the threshold the number must go before the alert may fire again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an alert stands after what it has seen."""

    armed: bool = True
    fired: int = 0
    """How often, which also numbers its events."""
    last_fired_at: datetime | None = None
    last_value: Decimal | None = None
    last_as_of: datetime | None = None
    """Time of the newest fact that was looked at; older and equal ones change nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where events are sent and what they are signed with."""

    url: str
    secret: str
    previous_secret: str | None = None
    """Signs too until `previous_until`, so that a receiver can change over."""
    previous_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One person's alert."""

    id: str
    owner: str
    name: str
    condition: Condition
    webhook: Webhook | None
    cool_down: timedelta
    once: bool
    """Whether it is switched off by firing."""
    active: bool
    created_at: datetime
    updated_at: datetime
    standing: Standing = Standing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A number as it is known now."""

    value: Decimal
    as_of: datetime
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event of one alert, and how telling it goes."""

    event_id: str
    alert_id: str
    owner: str
    fired_at: datetime
    payload: str
    """The JSON that is sent, byte for byte."""
    url: str | None
    state: DeliveryState
    attempts: int = 0
    last_attempt_at: datetime | None = None
    last_result: str | None = None
    """`200`, `503`, `timeout`, `address refused` …"""
    next_attempt_at: datetime | None = None
    test: bool = False
