"""Alerts over HTTP, and a round over a real database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from functions.alerts.wiring import wired
from functions.refresh_alerts.refresh import AlertRefresh
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.alerts.facts import FactReader
from shared.domain.alerts.service import MOST_ALERTS
from shared.http.function import Wiring
from shared.http.refresh import Occasion
from tests import flows
from tests.alerting import Receiver, condition
from tests.callers import ANN, BOB, KnownCallers
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.fakes_documents import MemoryDocuments
from tests.functions.quoting import Served, store
from tests.snapshots import BITCOIN, snapshot

PATH = "/api/v1/alerts"
GIVEN: dict[str, Any] = {
    "name": "Bitcoin over 4000",
    "condition": {"measure": "price_usd", "subject": "bitcoin", "direction": "above", "threshold": "4000"},
    "webhook_url": "https://hooks.example.org/prism",
}


class Desk:
    """The alerts function and its refresher over one database and one store."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.documents = MemoryDocuments()
        self.receiver = Receiver()
        self.served = Served(self._build, place, SteppingClock(NOON + timedelta(seconds=1)))
        self.clock = self.served.clock
        self._runs = 0

    def _build(self, settings: Settings, clock: Any) -> Wiring:
        return wired(settings, self.documents, KnownCallers(), clock)

    async def ask(self, method: str, path: str = "", *, who: dict[str, str] = ANN, **more: Any) -> httpx2.Response:
        return await self.served.client.request(method, PATH + path, headers=who, **more)

    async def made(self, **more: Any) -> dict[str, Any]:
        answer = await self.ask("POST", json=GIVEN | more)
        assert answer.status_code == 201, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    async def refresh(self) -> Any:
        self._runs += 1
        database = Database(self.place.reader, read_only=True)
        work = AlertRefresh(
            facts=FactReader(database),
            sender=self.receiver,
            documents=self.documents,
            clock=self.clock,
            source="live",
        )
        try:
            return await work.run(Occasion(f"run {self._runs}"))
        finally:
            await database.close()

    async def price(self, price: str) -> None:
        self.clock.advance(60)
        row = (*BITCOIN[:3], price, BITCOIN[4])
        await store(self.place, snapshot([row], at=self.clock.now()))


@pytest.fixture(scope="module")
def priced(shared_place: Place) -> Place:
    asyncio.run(store(shared_place, snapshot()))
    return shared_place


@pytest.fixture
async def desk(priced: Place) -> AsyncIterator[Desk]:
    """For tests in which prices stand still."""
    made = Desk(priced)
    yield made
    await made.served.close()


@pytest.fixture
async def moving(place: Place) -> AsyncIterator[Desk]:
    """For tests that store further prices."""
    await store(place, snapshot())
    made = Desk(place)
    yield made
    await made.served.close()


async def test_an_alert_is_made_listed_changed_and_removed(desk: Desk) -> None:
    made = await desk.made()
    listed = (await desk.ask("GET")).json()
    changed = await desk.ask("PUT", f"/{made['id']}", json=GIVEN | {"name": "Other", "cool_down_s": 60})
    one = await desk.ask("GET", f"/{made['id']}")
    removed = await desk.ask("DELETE", f"/{made['id']}")

    assert made["secret"].startswith("whsec_")
    assert (made["condition"]["threshold"], made["armed"], made["fired"]) == ("4000", True, 0)
    assert [each["id"] for each in listed["data"]] == [made["id"]]
    assert "secret" not in listed["data"][0]
    assert changed.json()["data"] == one.json()["data"]
    assert (one.json()["data"]["name"], one.json()["data"]["cool_down_s"]) == ("Other", 60)
    assert (removed.status_code, removed.content) == (204, b"")
    assert (await desk.ask("GET")).json()["data"] == []


async def test_nothing_of_it_is_kept_by_caches(desk: Desk) -> None:
    await desk.made()

    assert (await desk.ask("GET")).headers["cache-control"] == "no-store"


async def test_somebody_elses_alert_is_not_found_whatever_is_asked(desk: Desk) -> None:
    made = await desk.made()
    path = f"/{made['id']}"

    answers = [
        await desk.ask("GET", path, who=BOB),
        await desk.ask("PUT", path, who=BOB, json=GIVEN),
        await desk.ask("DELETE", path, who=BOB),
        await desk.ask("GET", f"{path}/deliveries", who=BOB),
        await desk.ask("POST", f"{path}/test", who=BOB),
        await desk.ask("POST", f"{path}/secret", who=BOB),
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "alert_not_found")}
    assert (await desk.ask("GET", who=BOB)).json()["data"] == []
    assert (await desk.ask("GET", path)).status_code == 200


async def test_nobody_and_keys_are_turned_away(desk: Desk) -> None:
    nobody = await desk.ask("GET", who={})
    key = await desk.ask("GET", who={"X-Api-Key": "key-of-ann"})

    assert (nobody.status_code, nobody.headers["www-authenticate"]) == (401, "Bearer")
    assert key.status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"webhook_url": "http://hooks.example.org/"},
        {"webhook_url": "https://169.254.169.254/"},
        {"webhook_url": "https://localhost/"},
        {"name": ""},
        {"cool_down_s": 1},
        {"unknown": 1},
        {"condition": {**GIVEN["condition"], "measure": "price"}},
        {"condition": {**GIVEN["condition"], "threshold": "NaN"}},
        {"condition": {**GIVEN["condition"], "threshold": "-1"}},
        {"condition": {**GIVEN["condition"], "hysteresis": "-1"}},
        {"condition": {**GIVEN["condition"], "direction": "over"}},
        {"condition": {"measure": "price_usd", "direction": "above", "threshold": "1"}},
    ],
)
async def test_what_cannot_be_is_refused_with_the_reason(desk: Desk, change: dict[str, Any]) -> None:
    answer = await desk.ask("POST", json=GIVEN | change)

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["msg"]
    assert (await desk.ask("GET")).json()["data"] == []


async def test_an_unknown_subject_is_not_found(desk: Desk) -> None:
    wanted = {**GIVEN["condition"], "subject": "unheard-of"}

    answer = await desk.ask("POST", json=GIVEN | {"condition": wanted})

    assert (answer.status_code, answer.json()["code"]) == (404, "token_not_found")


async def test_there_are_so_many_alerts_and_no_more(desk: Desk) -> None:
    for _ in range(MOST_ALERTS):
        await desk.made()

    answer = await desk.ask("POST", json=GIVEN)

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_alerts")


async def test_a_price_that_reaches_the_threshold_is_told_and_listed(moving: Desk) -> None:
    made = await moving.made()
    below = await moving.refresh()
    await moving.price("4000.5")
    reached = await moving.refresh()
    again = await moving.refresh()

    deliveries = (await moving.ask("GET", f"/{made['id']}/deliveries")).json()["data"]

    assert (below.rows, reached.rows, again.rows) == (0, 1, 0)
    assert len(moving.receiver.got) == 1
    (delivery,) = deliveries
    assert (delivery["state"], delivery["attempts"], delivery["last_result"]) == ("delivered", 1, "200")
    assert delivery["event"]["data"]["value"] == "4000.5"
    assert delivery["event_id"] == moving.receiver.ids[0]
    told = (await moving.ask("GET", f"/{made['id']}")).json()["data"]
    assert (told["fired"], told["armed"], told["last_value"]) == (1, False, "4000.5")


async def test_a_price_older_than_three_promises_fires_nothing(moving: Desk) -> None:
    await moving.made()
    await moving.price("5000")
    moving.clock.advance(timedelta(minutes=4))

    report = await moving.refresh()

    assert (report.rows, report.detail) == (0, "1 of unknown or old numbers")


async def test_another_condition_arms_the_alert_anew(moving: Desk) -> None:
    made = await moving.made()
    await moving.price("4001")
    await moving.refresh()

    wanted = {**GIVEN["condition"], "threshold": "3000"}
    await moving.ask("PUT", f"/{made['id']}", json=GIVEN | {"condition": wanted, "cool_down_s": 60})
    await moving.price("4002")
    await moving.refresh()

    assert len(set(moving.receiver.ids)) == 2


async def test_a_trial_is_sent_and_tells_no_number(desk: Desk) -> None:
    made = await desk.made()

    queued = await desk.ask("POST", f"/{made['id']}/test")
    await desk.refresh()
    listed = (await desk.ask("GET", f"/{made['id']}/deliveries")).json()["data"]

    assert queued.status_code == 202
    assert [(each["type"], each["state"]) for each in listed] == [("alert.test", "delivered")]
    assert "value" not in listed[0]["event"]["data"]


async def test_a_new_secret_is_shown_once_and_the_old_one_signs_on_for_a_day(moving: Desk) -> None:
    made = await moving.made()

    told = (await moving.ask("POST", f"/{made['id']}/secret")).json()["data"]
    await moving.price("4001")
    await moving.refresh()

    assert told["secret"] != made["secret"]
    assert moving.receiver.secrets == [(told["secret"], made["secret"])]


async def test_deliveries_come_newest_first_and_in_pages(desk: Desk) -> None:
    made = await desk.made()
    for _ in range(3):
        await desk.ask("POST", f"/{made['id']}/test")
        desk.clock.advance(1)

    first = (await desk.ask("GET", f"/{made['id']}/deliveries?limit=2")).json()
    second = (await desk.ask("GET", f"/{made['id']}/deliveries{first['meta']['next']}")).json()
    foreign = await desk.ask("GET", f"/{made['id']}/deliveries?cursor=x")

    times = [each["fired_at"] for each in first["data"] + second["data"]]
    assert len(times) == 3
    assert times == sorted(times, reverse=True)
    assert "next" not in second["meta"]
    assert foreign.status_code == 422


async def test_every_listed_measure_is_one_that_can_be_given(desk: Desk) -> None:
    listed = (await desk.ask("GET", "/measures")).json()["data"]

    schema = (await desk.ask("POST", json={**GIVEN, "condition": {"measure": "?"}})).json()["detail"][0]
    assert all(f"'{each['id']}'" in schema["ctx"]["expected"] for each in listed)


async def test_with_the_store_away_nothing_is_answered_for_now(desk: Desk) -> None:
    desk.documents.away = True

    answer = await desk.ask("GET")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


async def test_flows_are_read_by_chain_and_nothing_moved_is_a_known_zero(place: Place) -> None:
    await flows.store(
        place,
        [
            flows.transfer(1, amount=Decimal(1_000), at=NOON - timedelta(minutes=90)),
            flows.transfer(2, amount=Decimal(100)),
        ],
        since=NOON - timedelta(hours=3),
        blocks=[flows.block()],
    )
    database = Database(place.reader, read_only=True)
    wanted = [
        condition(kind="flow", subject="bitcoin", measure=measure)
        for measure in ("largest_transfer_usd", "net_exchange_flow_usd")
    ]

    soon = await FactReader(database).read(wanted, now=NOON)
    late = await FactReader(database).read(wanted, now=NOON + timedelta(hours=1))
    await database.close()

    assert set(soon) == {("bitcoin", "largest_transfer_usd"), ("bitcoin", "net_exchange_flow_usd")}
    assert soon["bitcoin", "largest_transfer_usd"].sources == ("mempool_space",)
    assert late == {}


async def test_scores_signals_and_the_regime_are_read(place: Place) -> None:
    dataset = "INSERT INTO datasets VALUES ('{}', '2026-03-01T12:00:00Z', '{{cryptoprism}}', 'live')"
    place.run(dataset.format("refresh_scores"))
    place.run(dataset.format("refresh_signals"))
    place.run(dataset.format("refresh_regime"))
    place.run(
        "INSERT INTO regime_days (day, known_at, version, inputs, gauge, reason) VALUES"
        " ('2026-02-27', now(), '1', '', 'neutral', NULL), ('2026-02-28', now(), '1', '', 'strong_bearish', NULL),"
        " ('2026-03-01', now(), '1', '', NULL, 'too few tokens')"
    )
    place.run(
        "INSERT INTO token_scores (token_id, at, known_at, kind, place, durability, momentum, crypto_score, written)"
        " VALUES ('bitcoin', now(), now(), 'plain', 1, 71.5, 40, 62.25, '')"
    )
    place.run(
        "INSERT INTO token_signals (token_id, place, computed_at, known, agreeing, written_heat, written_consensus,"
        " written_verdict) SELECT token, 1, now(), 6, 3, '{}', '{}', verdict FROM (VALUES"
        """ ('bitcoin', '{"direction":"bearish","strength":"clear","composite":-0.41}'),"""
        """ ('ethereum', '{"direction":null,"strength":null,"composite":null}')) AS told (token, verdict)"""
    )
    database = Database(place.reader, read_only=True)
    wanted = [
        condition(kind=kind, subject=token, measure=measure)
        for kind, measure in (("score", "crypto_score"), ("signal", "composite"))
        for token in ("bitcoin", "ethereum")
    ]
    wanted.append(condition(kind="regime", subject="market", measure="gauge"))

    facts = await FactReader(database).read(wanted, now=NOON)
    await database.close()

    assert {key: fact.value for key, fact in facts.items()} == {
        ("bitcoin", "crypto_score"): Decimal("62.25"),
        ("bitcoin", "durability"): Decimal("71.5"),
        ("bitcoin", "momentum"): Decimal(40),
        ("bitcoin", "composite"): Decimal("-0.41"),
        ("bitcoin", "signal_strength"): Decimal(-3),
        ("ethereum", "signal_strength"): Decimal(0),
        ("market", "gauge"): Decimal(-2),
    }
