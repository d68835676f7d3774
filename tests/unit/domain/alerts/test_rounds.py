"""Rounds that are delivered twice, run at the same time, or die: every event happens once."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from shared.cache.embedded import EmbeddedDocuments
from shared.domain.alerts.documents import DELIVERIES, OUTBOX, alert_path, delivery_from, fields_of
from shared.domain.alerts.events import event_id
from shared.domain.alerts.facts import FactReader
from shared.domain.alerts.keeping import AlertKeeper
from shared.domain.alerts.retrying import PAUSES
from shared.domain.alerts.rounds import CLAIM, AlertRound
from shared.records.alerts import Alert, Delivery, Webhook
from tests.alerting import SECRET, URL, KnownFacts, Receiver, alert
from tests.clocks import NOON, SteppingClock
from tests.fakes_documents import MemoryDocuments

WITHIN = timedelta(seconds=30)


class Died(BaseException):
    """The process ends here; nothing catches it."""


class Desk:
    """Everything of a round over documents in memory."""

    def __init__(self, *alerts: Alert, receiver: Receiver | None = None) -> None:
        self.documents = MemoryDocuments()
        self.clock = SteppingClock(NOON)
        self.facts = KnownFacts(bitcoin=90)
        self.receiver = receiver or Receiver()
        for each in alerts or (alert(),):
            self.documents._write(alert_path(each.owner, each.id), fields_of(each))

    def round(self, **more: object) -> AlertRound:
        return AlertRound(
            keeper=AlertKeeper(self.documents),
            facts=cast("FactReader", self.facts),
            sender=self.receiver,
            clock=self.clock,
            data_source="live",
            **more,  # type: ignore[arg-type]
        )

    async def minute(self, price: int) -> None:
        self.clock.advance(60)
        self.facts.say("bitcoin", price, self.clock.now())
        await self.round().evaluate()
        await self.round().tell(within=WITHIN)

    @property
    def deliveries(self) -> list[Delivery]:
        return [delivery_from(each.fields) for each in self.documents.of(DELIVERIES)]

    @property
    def standing(self) -> object:
        return self.documents.documents[alert_path("ann", "a1")].fields["standing"]


async def test_an_event_is_kept_sent_and_taken_out_of_the_outbox() -> None:
    desk = Desk()

    await desk.minute(100)

    (delivery,) = desk.deliveries
    assert (delivery.state, delivery.attempts, delivery.last_result) == ("delivered", 1, "200")
    assert desk.receiver.ids == [event_id("ann", "a1", 1)]
    assert desk.documents.of(OUTBOX) == []


async def test_the_event_tells_what_happened_digit_for_digit() -> None:
    desk = Desk()

    await desk.minute(100)

    url, identity, payload = desk.receiver.got[0]
    told = json.loads(payload)
    assert (url, identity) == (URL, event_id("ann", "a1", 1))
    assert (told["type"], told["timestamp"]) == ("alert.fired", "2026-03-01T12:01:00Z")
    assert told["data"]["value"] == "100"
    assert told["data"]["condition"]["threshold"] == "100"
    assert (told["data"]["as_of"], told["data"]["sources"]) == ("2026-03-01T12:01:00Z", ["binance"])
    assert told["data"]["source"] == "live"


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[list[EmbeddedDocuments]]:
    """Five instances' ways to one store."""
    opened = [EmbeddedDocuments(tmp_path / "documents.db", clock=SteppingClock()) for _ in range(5)]
    yield opened
    for each in opened:
        await each.close()


async def test_five_instances_at_the_same_time_make_one_event_and_send_it_once(stores: list[EmbeddedDocuments]) -> None:
    desk = Desk()
    desk.facts.say("bitcoin", 100, NOON)
    await stores[0].set(alert_path("ann", "a1"), fields_of(alert()))
    rounds = [replace(desk.round(), keeper=AlertKeeper(each)) for each in stores]

    evaluated = await asyncio.gather(*(each.evaluate() for each in rounds))
    told = await asyncio.gather(*(each.tell(within=WITHIN) for each in rounds))

    assert sum(each.fired for each in evaluated) == 1
    assert sum(each.delivered for each in told) == 1
    assert len(await stores[0].list(DELIVERIES)) == 1
    assert desk.receiver.ids == [event_id("ann", "a1", 1)]
    assert await stores[0].list(OUTBOX) == []


async def test_a_round_that_dies_before_it_writes_leaves_the_alert_as_it_was() -> None:
    desk = Desk()
    desk.facts.say("bitcoin", 100, NOON)
    before = desk.standing
    desk.documents.away = True
    with pytest.raises(Exception, match="away"):
        await desk.round().evaluate()
    desk.documents.away = False

    again = await desk.round().evaluate()

    assert before == {"armed": True, "fired": 0, "last_fired_at": None, "last_value": None, "last_as_of": None}
    assert again.fired == 1


async def test_a_round_that_dies_between_sending_and_writing_sends_the_same_event_again_later() -> None:
    desk = Desk()
    desk.facts.say("bitcoin", 100, NOON)
    await desk.round().evaluate()

    def die(_: str) -> None:
        raise Died

    with pytest.raises(Died):
        await desk.round(on_event=die).tell(within=WITHIN)
    await desk.round().tell(within=WITHIN)
    at_once = list(desk.receiver.ids)
    desk.clock.advance(CLAIM)
    await desk.round().tell(within=WITHIN)

    assert len(at_once) == 1
    assert desk.receiver.ids == [event_id("ann", "a1", 1)] * 2
    assert [each.state for each in desk.deliveries] == ["delivered"]


async def test_a_failed_delivery_is_tried_again_with_growing_pauses_and_given_up_at_last() -> None:
    desk = Desk(receiver=Receiver("503"))
    await desk.minute(100)
    attempts = [desk.clock.now()]

    for pause in PAUSES:
        desk.clock.advance(pause - timedelta(seconds=1))
        assert (await desk.round().tell(within=WITHIN)).to_be_tried_again == 0
        desk.clock.advance(1)
        await desk.round().tell(within=WITHIN)
        attempts.append(desk.clock.now())

    (delivery,) = desk.deliveries
    assert set(desk.receiver.ids) == {delivery.event_id}
    assert (delivery.state, delivery.attempts, len(desk.receiver.ids)) == ("failed", len(PAUSES) + 1, len(PAUSES) + 1)
    assert desk.documents.of(OUTBOX) == []


async def test_a_receiver_that_is_gone_switches_its_alert_off() -> None:
    desk = Desk(receiver=Receiver("410"))

    await desk.minute(100)
    await desk.minute(90)
    await desk.minute(100)

    assert desk.documents.documents[alert_path("ann", "a1")].fields["active"] is False
    assert len(desk.receiver.ids) == 1


async def test_once_means_once() -> None:
    desk = Desk(alert(once=True))

    for price in (100, 90, 100):
        await desk.minute(price)

    assert len(desk.receiver.ids) == 1


async def test_an_alert_without_webhook_records_its_events() -> None:
    desk = Desk(alert(webhook=None))

    await desk.minute(100)

    assert [each.state for each in desk.deliveries] == ["recorded"]
    assert desk.receiver.ids == []


async def test_unknown_numbers_fire_nothing_and_are_counted() -> None:
    desk = Desk(alert(), alert(id="a2", condition=replace(alert().condition, subject="unheard-of")))

    result = await desk.round().evaluate()

    assert (result.looked_at, result.unknown) == (1, 1)


async def test_both_secrets_sign_while_one_is_being_changed() -> None:
    until = NOON + timedelta(hours=1)
    webhook = Webhook(url=URL, secret=SECRET, previous_secret="whsec_b2xk", previous_until=until)
    desk = Desk(alert(webhook=webhook))

    await desk.minute(100)
    await desk.minute(90)
    desk.clock.advance(timedelta(hours=1))
    await desk.minute(100)

    assert desk.receiver.secrets == [(SECRET, "whsec_b2xk"), (SECRET,)]


async def test_what_does_not_fit_into_the_time_is_told_in_the_next_round() -> None:
    desk = Desk(*(alert(id=f"a{number}") for number in range(3)))
    desk.facts.say("bitcoin", 100, NOON)
    await desk.round().evaluate()

    none = await desk.round().tell(within=timedelta(0))
    all_ = await desk.round().tell(within=WITHIN)

    assert (none.delivered, all_.delivered) == (0, 3)
