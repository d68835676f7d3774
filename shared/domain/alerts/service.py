"""What people do with their alerts."""

import json
import secrets
from base64 import b64encode
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.core.clock import Clock
from shared.core.errors import ConflictError, InvalidParameterError, NoDataError, NotFoundError
from shared.core.settings import DataSource
from shared.records.alerts import Alert, Condition, Delivery, Webhook
from shared.records.answer import Answer

from .documents import delivery_from, delivery_prefix
from .events import told_condition, trial_event
from .facts import FactReader
from .keeping import AlertKeeper
from .measures import MARKET, MEASURES
from .models import AlertGiven, AlertMade, AlertTold, ConditionGiven, DeliveryTold, MeasureTold, SecretTold

MOST_ALERTS = 100
"""Of one person."""
CHANGE_OVER = timedelta(hours=24)
"""So long the secret before signs too."""
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertService:
    """Every method raises `DocumentsUnavailableError` when the store is away, and `NotFoundError` for an alert that this person has not."""

    keeper: AlertKeeper
    facts: FactReader
    clock: Clock
    data_source: DataSource

    async def mine(self, owner: str) -> Answer:
        """Return a person's alerts, the oldest first."""
        found = await self.keeper.of_owner(owner, limit=MOST_ALERTS)
        return self._answer([_told(each).model_dump(mode="json") for each in found], total=len(found))

    async def one(self, owner: str, alert_id: str) -> Answer:
        """Return one alert."""
        alert, _ = await self._known(owner, alert_id)
        return self._answer(_told(alert).model_dump(mode="json"))

    async def make(self, owner: str, given: AlertGiven) -> Answer:
        """Make an alert and return it with its secret, which is never shown again.

        Raises:
            ConflictError: the person has as many as one may have, or makes others at the same time, again and again.
            NotFoundError: nobody knows the subject.
            NoDataError: what is asked of the market as a whole was not told yet.
        """
        condition = await self._condition(given.condition)
        now = self.clock.now()
        webhook = None if given.webhook_url is None else Webhook(url=given.webhook_url, secret=_new_secret())
        alert = Alert(
            id=_new_id(now),
            owner=owner,
            name=given.name,
            condition=condition,
            webhook=webhook,
            cool_down=timedelta(seconds=given.cool_down_s),
            once=given.once,
            active=given.active,
            created_at=now,
            updated_at=now,
        )
        await self._add(alert)
        made = AlertMade(**_told(alert).model_dump(), secret=None if webhook is None else webhook.secret)
        return self._answer(made.model_dump(mode="json"))

    async def _add(self, alert: Alert) -> None:
        for _ in range(_ATTEMPTS):
            last = await self.keeper.last_made(alert.owner)
            if len(await self.keeper.of_owner(alert.owner, limit=MOST_ALERTS)) >= MOST_ALERTS:
                raise ConflictError("too_many_alerts", f"{MOST_ALERTS} alerts are the most; remove one first")
            if await self.keeper.add(alert, last):
                return
        raise ConflictError("changed_meanwhile", "others of your alerts are being made at the same time; try again")

    async def change(self, owner: str, alert_id: str, given: AlertGiven) -> Answer:
        """Return the alert after the change; another condition arms it anew, and its events go on being numbered.

        Raises:
            ConflictError: it was changed at the same time, again and again.
            NotFoundError: nobody knows the subject.
            NoDataError: what is asked of the market as a whole was not told yet.
        """
        condition = await self._condition(given.condition)
        now = self.clock.now()

        def changed(alert: Alert) -> Alert:
            anew = condition != alert.condition or (given.active and not alert.active)
            standing = replace(alert.standing, armed=True, last_as_of=None) if anew else alert.standing
            return replace(
                alert,
                name=given.name,
                condition=condition,
                webhook=_webhook(alert.webhook, given.webhook_url),
                cool_down=timedelta(seconds=given.cool_down_s),
                once=given.once,
                active=given.active,
                updated_at=now,
                standing=standing,
            )

        alert = await self._replaced(owner, alert_id, changed)
        return self._answer(_told(alert).model_dump(mode="json"))

    async def remove(self, owner: str, alert_id: str) -> None:
        """Forget an alert."""
        await self._known(owner, alert_id)
        await self.keeper.remove(owner, alert_id)

    async def new_secret(self, owner: str, alert_id: str) -> Answer:
        """Change the signing secret and return it; the one before signs too for a day.

        Raises:
            InvalidParameterError: the alert has no webhook.
        """
        now = self.clock.now()
        fresh = _new_secret()

        def changed(alert: Alert) -> Alert:
            if alert.webhook is None:
                raise InvalidParameterError("alert_id", "has no webhook, so that nothing is signed", alert_id)
            webhook = replace(
                alert.webhook, secret=fresh, previous_secret=alert.webhook.secret, previous_until=now + CHANGE_OVER
            )
            return replace(alert, webhook=webhook, updated_at=now)

        await self._replaced(owner, alert_id, changed)
        return self._answer(SecretTold(secret=fresh, previous_until=now + CHANGE_OVER).model_dump(mode="json"))

    async def try_out(self, owner: str, alert_id: str) -> Answer:
        """Queue an event that says that it is a trial, and return it."""
        alert, _ = await self._known(owner, alert_id)
        now = self.clock.now()
        event = trial_event(alert, now, number=int(now.timestamp() * 1000))
        await self.keeper.tell(event)
        return self._answer(_told_delivery(event))

    async def deliveries(self, owner: str, alert_id: str, *, cursor: str | None, limit: int) -> Answer:
        """Return an alert's events, the newest first; the cursor is the last one's name."""
        await self._known(owner, alert_id)
        found = await self.keeper.deliveries(owner, alert_id, after=_place(owner, alert_id, cursor), limit=limit + 1)
        shown = [delivery_from(each.fields) for each in found[:limit]]
        meta: dict[str, Any] = {}
        if len(found) > limit:
            meta["cursor"] = ".".join(found[limit - 1].path.rsplit(".", 2)[-2:])
            meta["next"] = f"?limit={limit}&cursor={meta['cursor']}"
        return self._answer([_told_delivery(each) for each in shown], **meta)

    def measures(self) -> Answer:
        """Return everything that can be watched."""
        told = [
            MeasureTold(id=name, kind=each.kind, subject=each.subject, unit=each.unit, description=each.text)
            for name, each in MEASURES.items()
        ]
        return self._answer([each.model_dump(mode="json") for each in told], total=len(told))

    async def _condition(self, given: ConditionGiven) -> Condition:
        measure = MEASURES[given.measure]
        condition = Condition(
            kind=measure.kind,
            subject=given.subject,
            measure=given.measure,
            direction=given.direction,
            threshold=given.threshold,
            hysteresis=given.hysteresis,
        )
        if not await self.facts.is_known(condition, now=self.clock.now()):
            if given.subject == MARKET:
                raise NoDataError(f"'{given.measure}' was not told yet")
            raise NotFoundError(measure.subject, given.subject)
        return condition

    async def _known(self, owner: str, alert_id: str) -> tuple[Alert, str]:
        found = await self.keeper.one(owner, alert_id)
        if found is None:
            raise NotFoundError("alert", alert_id)
        return found

    async def _replaced(self, owner: str, alert_id: str, change: Any) -> Alert:
        for _ in range(_ATTEMPTS):
            alert, version = await self._known(owner, alert_id)
            changed: Alert = change(alert)
            if await self.keeper.replace(changed, version):
                return changed
        raise ConflictError("changed_meanwhile", "it was changed at the same time; read it again")

    def _answer(self, data: object, **meta: Any) -> Answer:
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return Answer(data=text, as_of=self.clock.now(), source=self.data_source, meta=meta)


def _told(alert: Alert) -> AlertTold:
    standing = alert.standing
    return AlertTold.model_validate(
        {
            "id": alert.id,
            "name": alert.name,
            "condition": told_condition(alert),
            "webhook_url": None if alert.webhook is None else alert.webhook.url,
            "cool_down_s": int(alert.cool_down.total_seconds()),
            "once": alert.once,
            "active": alert.active,
            "armed": standing.armed,
            "fired": standing.fired,
            "last_fired_at": standing.last_fired_at,
            "last_value": None if standing.last_value is None else format(standing.last_value, "f"),
            "created_at": alert.created_at,
            "updated_at": alert.updated_at,
        }
    )


def _told_delivery(delivery: Delivery) -> dict[str, Any]:
    return DeliveryTold(
        event_id=delivery.event_id,
        type="alert.test" if delivery.test else "alert.fired",
        fired_at=delivery.fired_at,
        state=delivery.state,
        attempts=delivery.attempts,
        last_attempt_at=delivery.last_attempt_at,
        last_result=delivery.last_result,
        next_attempt_at=delivery.next_attempt_at,
        event=json.loads(delivery.payload),
    ).model_dump(mode="json")


def _webhook(before: Webhook | None, url: str | None) -> Webhook | None:
    if url is None:
        return None
    return Webhook(url=url, secret=_new_secret()) if before is None else replace(before, url=url)


def _new_secret() -> str:
    return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"


def _new_id(now: datetime) -> str:
    """Return an id that comes after those made before it."""
    return f"{int(now.timestamp() * 1000):011x}{secrets.token_hex(4)}"


def _place(owner: str, alert_id: str, cursor: str | None) -> str:
    if cursor is None:
        return ""
    left, _, event_id = cursor.partition(".")
    if not (left.isdecimal() and event_id.startswith("evt_")):
        raise InvalidParameterError("cursor", "give one that an answer told", cursor)
    return delivery_prefix(owner, alert_id) + cursor
