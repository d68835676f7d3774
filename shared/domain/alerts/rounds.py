"""One round over everybody's alerts: evaluate, then tell what is due."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from shared.cache.documents import Document
from shared.core.clock import Clock
from shared.core.settings import DataSource
from shared.records.alerts import Alert, Delivery, Fact, Webhook

from .evaluating import judged, worth_keeping
from .events import fired_event
from .facts import FactReader, Watched
from .keeping import AlertKeeper
from .retrying import GONE, attempted

log = logging.getLogger(__name__)

CLAIM = timedelta(minutes=2)
"""So long a run has for one event; whoever holds it longer is dead, and another may send it."""
_AT_ONCE = 8


class Sender(Protocol):
    """Sends one event, as `shared.http.webhooks.WebhookSender` does."""

    async def send(self, url: str, *, event_id: str, payload: str, secrets: Sequence[str]) -> str:
        """Return how it went: the answer's status, or why there is none."""
        ...


@dataclass(slots=True)
class Evaluated:
    """What came of a round's evaluation."""

    looked_at: int = 0
    unknown: int = 0
    """Alerts on numbers that nobody knows, or that are too old to act upon."""
    fired: int = 0
    overtaken: int = 0
    """Alerts that were changed while they were looked at; the next round sees them."""


@dataclass(slots=True)
class Told:
    """What came of a round's deliveries."""

    delivered: int = 0
    failed: int = 0
    to_be_tried_again: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRound:
    """The work of `refresh_alerts` and what it needs."""

    keeper: AlertKeeper
    facts: FactReader
    sender: Sender
    clock: Clock
    data_source: DataSource
    on_event: Callable[[str], None] = lambda _: None
    """Told of each event between its sending and its being written down."""

    async def evaluate(self) -> Evaluated:
        """Look at every active alert once; an event is kept together with its alert's new standing, or not at all."""
        found = [(alert, version) async for alert, version in self.keeper.everybodys() if alert.active]
        now = self.clock.now()
        facts = await self.facts.read((alert.condition for alert, _ in found), now=now)
        result = Evaluated()
        for alert, version in found:
            await self._looked_at(alert, version, facts, now, result)
        return result

    async def _looked_at(
        self, alert: Alert, version: str, facts: dict[Watched, Fact], now: datetime, result: Evaluated
    ) -> None:
        fact = facts.get((alert.condition.subject, alert.condition.measure))
        if fact is None:
            result.unknown += 1
            return
        result.looked_at += 1
        verdict = judged(alert, fact, now)
        if not worth_keeping(alert.standing, verdict.standing):
            return
        standing = verdict.standing
        changed = replace(alert, standing=standing, active=alert.active and not (verdict.fires and alert.once))
        event = fired_event(alert, fact, now, number=standing.fired, data_source=self.data_source)
        if not await self.keeper.replace(changed, version, telling=event if verdict.fires else None):
            result.overtaken += 1
        elif verdict.fires:
            result.fired += 1

    async def tell(self, *, within: timedelta) -> Told:
        """Send what is due until the time is over; what is left is due in the next round."""
        result = Told()
        gate = asyncio.Semaphore(_AT_ONCE)
        end = self.clock.monotonic() + within.total_seconds()

        async def one(note: Document) -> None:
            async with gate:
                if self.clock.monotonic() < end:
                    await self._told(note, result)

        due = [note async for note in self.keeper.notes() if _is_due(note, self.clock.now())]
        await asyncio.gather(*(one(note) for note in due))
        return result

    async def _told(self, note: Document, result: Told) -> None:
        delivery = await self.keeper.claim(note, self.clock.now() + CLAIM)
        if delivery is None:
            return
        found = await self.keeper.one(delivery.owner, delivery.alert_id)
        webhook = found[0].webhook if found is not None else None
        tried = await self._sent(delivery, webhook)
        self.on_event(delivery.event_id)
        await self.keeper.attempted(tried, self.clock.now())
        if tried.last_result == GONE and found is not None:
            alert, version = found
            await self.keeper.replace(replace(alert, active=False), version)
        _count(tried, result)

    async def _sent(self, delivery: Delivery, webhook: Webhook | None) -> Delivery:
        now = self.clock.now()
        if webhook is None:
            return replace(delivery, state="failed", last_result="alert removed", next_attempt_at=None)
        secrets = secrets_of(webhook, now)
        sent = await self.sender.send(
            webhook.url, event_id=delivery.event_id, payload=delivery.payload, secrets=secrets
        )
        log.info("alert.told", extra={"event": delivery.event_id, "result": sent})
        return attempted(replace(delivery, url=webhook.url), sent, self.clock.now())


def secrets_of(webhook: Webhook, now: datetime) -> tuple[str, ...]:
    """Return what events are signed with: while a secret is being changed over, with both."""
    if webhook.previous_secret is None or webhook.previous_until is None or now >= webhook.previous_until:
        return (webhook.secret,)
    return webhook.secret, webhook.previous_secret


def _is_due(note: Document, now: datetime) -> bool:
    due_at, claimed_until = note.fields["due_at"], note.fields["claimed_until"]
    is_free = not isinstance(claimed_until, datetime) or claimed_until <= now
    return is_free and isinstance(due_at, datetime) and due_at <= now


def _count(tried: Delivery, result: Told) -> None:
    match tried.state:
        case "delivered":
            result.delivered += 1
        case "pending":
            result.to_be_tried_again += 1
        case _:
            result.failed += 1
