"""Backtests on demand: asked for, handed to the worker, told, called off, counted."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.indices.wiring import wired
from functions.run_backtests.work import LEASE, BacktestWorker
from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.errors import InvalidParameterError, TasksUnavailableError, UnavailableError
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.backtests.ledger import BacktestLedger, cancelled
from shared.domain.backtests.models import BacktestTold
from shared.http.envelope import Envelope
from shared.http.function import Wiring
from tests.callers import ANN, BOB, KnownCallers
from tests.clocks import SteppingClock
from tests.databases import Place, Server
from tests.indices import SilentGauge, documents_in, stored_market, worker_over

from .quoting import Served

PATH = "/api/v1/indices/backtests"
SMALL: dict[str, Any] = {"universe": {"top": 5}, "from": "2025-12-01", "to": "2026-02-01"}


class HeldTasks:
    """A queue that keeps what is put into it, as long as it works."""

    def __init__(self) -> None:
        self.tasks: dict[str, Mapping[str, object]] = {}
        self.works = True

    async def put(self, name: str, body: Mapping[str, object]) -> None:
        if not self.works:
            raise TasksUnavailableError("Cloud Tasks did not answer")
        self.tasks.setdefault(name, body)


@dataclass
class Desk:
    """The API function and the worker over the same documents."""

    served: Served
    worker: BacktestWorker
    queue: HeldTasks
    documents: DocumentStore
    ledger: BacktestLedger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = BacktestLedger(self.documents, self.clock)

    @property
    def clock(self) -> SteppingClock:
        return self.served.clock

    async def ask(self, body: object = None, headers: Mapping[str, str] = ANN) -> Any:
        content = json.dumps(SMALL if body is None else body)
        return await self.served.client.post(
            PATH, content=content, headers={**headers, "content-type": "application/json"}
        )

    async def asked(self, body: object = None) -> str:
        answer = await self.ask(body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["data"]["id"])

    async def one(self, name: str) -> Any:
        answer = await self.served.get(f"{PATH}/{name}", **ANN)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def deliver(self, name: str) -> Mapping[str, Any]:
        return await self.worker.work(self.queue.tasks[name])


@pytest.fixture(scope="module")
def history(server: Server) -> Place:
    server.create("backtest_history", "migrated")
    place = Place(server, "backtest_history")
    stored_market(place)
    return place


@pytest.fixture
async def desk(history: Place, tmp_path: Path) -> AsyncIterator[Desk]:
    clock = SteppingClock()
    documents, queue = documents_in(tmp_path, clock), HeldTasks()
    database = Database(history.reader, read_only=True)

    def build(settings: Settings, clock: Clock) -> Wiring:
        return wired(settings, clock, documents=documents, queue=queue, callers=KnownCallers())

    served = Served(build, history, clock)
    yield Desk(served, worker_over(database, documents, clock), queue, documents)
    await served.close()
    await documents.close()
    await database.close()


async def test_a_backtest_is_asked_for_run_and_told(desk: Desk) -> None:
    answer = await desk.ask()
    name = answer.json()["data"]["id"]
    told = await desk.deliver(name)

    body = Envelope[BacktestTold].model_validate_json((await desk.served.get(f"{PATH}/{name}", **ANN)).content)

    assert (answer.status_code, answer.headers["location"]) == (202, f"{PATH}/{name}")
    assert answer.headers["cache-control"] == "no-store"
    assert (told["state"], body.data.state, body.data.progress) == ("done", "done", 1.0)
    report = body.data.report
    assert report is not None
    assert (str(report.first), str(report.last), report.figures.days) == ("2025-12-01", "2026-01-31", 62)
    assert report.honesty is not None
    assert report.honesty.trials is not None
    assert report.honesty.trials["count"] > 1
    assert {each.id for each in report.baselines} >= {"btc-hold", "top-100-hold", "btc-200-day"}


async def test_everything_left_out_is_filled_in_and_told(desk: Desk) -> None:
    request = (await desk.one(await desk.asked({})))["request"]

    assert (request["from"], request["to"]) == ("2021-03-02", "2026-03-01")
    assert request["exposure"] == {"kind": "constant", "level": 1.0}
    assert request["costs"] == {"fee_bp": 10.0, "slippage": 1.0, "delisting_penalty": 0.5}


@pytest.mark.parametrize(
    "exposure",
    [
        {"kind": "gauge"},
        {"kind": "moving_average", "days": 20},
        {"kind": "donchian", "target_volatility": 0.4},
        {"kind": "two_states"},
        {"kind": "constant", "level": 0.0},
    ],
    ids=lambda each: str(each["kind"]),
)
async def test_every_exposure_runs(desk: Desk, exposure: Mapping[str, Any]) -> None:
    name = await desk.asked(SMALL | {"exposure": exposure, "rebalance": "daily", "delay_days": 1})

    await desk.deliver(name)

    assert (await desk.one(name))["state"] == "done"


async def test_a_second_delivery_is_harmless(desk: Desk) -> None:
    name = await desk.asked()
    await desk.deliver(name)
    first = await desk.one(name)
    desk.clock.advance(60)

    again = await desk.deliver(name)

    assert again == {"state": "done"}
    assert await desk.one(name) == first


async def test_two_deliveries_at_a_time_make_one_report(desk: Desk) -> None:
    name = await desk.asked()

    found = await asyncio.gather(desk.deliver(name), desk.deliver(name), return_exceptions=True)

    assert sorted(type(each).__name__ for each in found) == ["UnavailableError", "dict"]
    assert (await desk.one(name))["state"] == "done"


async def test_a_worker_that_died_is_followed_by_another(desk: Desk) -> None:
    name = await desk.asked()
    held = await desk.ledger.of("ann", name)
    now = desk.clock.now()
    dead = replace(held.backtest, state="running", holder="dead", lease_until=now + LEASE, progress=0.4)
    await desk.ledger.replace(held, dead)

    with pytest.raises(UnavailableError):
        await desk.deliver(name)
    desk.clock.advance(LEASE + timedelta(seconds=1))

    assert await desk.deliver(name) == {"state": "done"}


async def test_calling_off_is_obeyed_within_a_step(desk: Desk) -> None:
    name = await desk.asked()
    steps: list[float] = []

    async def call_off() -> None:
        await desk.ledger.change("ann", name, cancelled)

    loop = asyncio.get_running_loop()

    def on_step(share: float) -> None:
        steps.append(share)
        desk.clock.advance(2)
        if len(steps) == 3:
            pending.append(loop.create_task(call_off()))

    pending: list[asyncio.Task[None]] = []
    worker = replace(desk.worker, on_step=on_step)
    told = await worker.work(desk.queue.tasks[name])
    await asyncio.gather(*pending)

    assert told == {"state": "cancelled"}
    # How long the order takes on its way is the machine's business; most of the work was not done.
    assert steps[-1] < 0.6
    assert (await desk.one(name))["report"] is None


async def test_one_called_off_before_it_began_is_never_run(desk: Desk) -> None:
    name = await desk.asked()
    answer = await desk.served.client.delete(f"{PATH}/{name}", headers=ANN)

    assert (answer.status_code, answer.json()["data"]["state"]) == (200, "cancelled")
    assert await desk.deliver(name) == {"state": "cancelled"}
    assert (await desk.served.client.delete(f"{PATH}/{name}", headers=ANN)).status_code == 200


async def test_one_that_has_ended_cannot_be_called_off(desk: Desk) -> None:
    name = await desk.asked()
    await desk.deliver(name)

    answer = await desk.served.client.delete(f"{PATH}/{name}", headers=ANN)

    assert (answer.status_code, answer.json()["code"]) == (409, "backtest_ended")


async def test_progress_is_told_while_it_runs(desk: Desk) -> None:
    name = await desk.asked()
    seen: list[float] = []

    def on_step(share: float) -> None:
        desk.clock.advance(2)
        seen.append(share)

    await replace(desk.worker, on_step=on_step).work(desk.queue.tasks[name])

    assert seen == sorted(seen)
    assert 0 < seen[0] < seen[-1] <= 1


async def test_everybody_has_their_own(desk: Desk) -> None:
    name = await desk.asked()

    foreign = [
        await desk.served.get(f"{PATH}/{name}", **BOB),
        await desk.served.client.delete(f"{PATH}/{name}", headers=BOB),
    ]
    nobody = [await desk.served.get(PATH), await desk.served.get(f"{PATH}/{name}"), await desk.ask(headers={})]

    assert {(each.status_code, each.json()["code"]) for each in foreign} == {(404, "backtest_not_found")}
    assert {each.status_code for each in nobody} == {401}
    assert (await desk.served.get(PATH, **BOB)).json()["data"] == []
    assert [each["id"] for each in (await desk.served.get(PATH, **ANN)).json()["data"]] == [name]


async def test_a_key_may_not_ask(desk: Desk) -> None:
    assert (await desk.ask(headers={"x-api-key": "key-of-ann"})).status_code == 403


async def test_only_two_at_a_time(desk: Desk) -> None:
    first = await desk.asked()
    await desk.asked()
    third = await desk.ask()
    await desk.deliver(first)

    fourth = await desk.ask()

    assert (third.status_code, third.json()["code"]) == (409, "backtests_running")
    assert fourth.status_code == 202


async def test_two_at_a_time_holds_for_those_who_ask_at_once(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.ask() for _ in range(6)))

    accepted = [each for each in answers if each.status_code == 202]
    assert len(accepted) == len(desk.queue.tasks) <= 2
    assert {each.status_code for each in answers} <= {202, 409}


async def test_what_was_lost_keeps_nobody_from_asking(desk: Desk) -> None:
    lost = [await desk.asked(), await desk.asked()]
    desk.clock.advance(timedelta(hours=2, seconds=1))

    assert (await desk.ask()).status_code == 202
    told = await desk.one(lost[0])
    assert (told["state"], told["detail"]) == ("failed", "It was lost on its way; ask again")


async def test_twenty_a_day(desk: Desk) -> None:
    for _ in range(20):
        name = await desk.asked()
        await desk.served.client.delete(f"{PATH}/{name}", headers=ANN)

    answer = await desk.ask()
    desk.clock.advance(timedelta(hours=12))
    tomorrow = await desk.ask()

    assert (answer.status_code, answer.json()["code"]) == (429, "allowance_spent")
    assert answer.headers["retry-after"] == str(12 * 3600)
    assert tomorrow.status_code == 202


async def test_each_backtest_is_a_trial_of_the_next(desk: Desk) -> None:
    first, second = await desk.asked(), await desk.asked(SMALL | {"cap": 0.5})
    await desk.deliver(first)
    await desk.deliver(second)

    counts = [(await desk.one(name))["report"]["honesty"]["trials"]["count"] for name in (first, second)]

    assert counts[1] == counts[0] + 1


async def test_what_the_queue_does_not_take_is_not_kept(desk: Desk) -> None:
    desk.queue.works = False
    refused = await desk.ask()
    desk.queue.works = True

    assert (refused.status_code, refused.json()["code"]) == (503, "tasks_unavailable")
    assert (await desk.served.get(PATH, **ANN)).json()["data"] == []
    assert [(await desk.ask()).status_code for _ in range(2)] == [202, 202]


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"cap": 0},
        {"cap": 1.5},
        {"universe": {"top": 101}},
        {"universe": {"only": ["x"] * 201}},
        {"universe": {"only": ["no blanks"]}},
        {"exposure": {"kind": "clairvoyance"}},
        {"exposure": {"kind": "gauge", "levels": [0, 1]}},
        {"exposure": {"kind": "gauge", "levels": [0, 0, 0, 0, 2]}},
        {"rebalance": "hourly"},
        {"costs": {"fee_bp": -1}},
        {"delay_days": 31},
        {"from": "2025-01-01", "to": "2025-01-15"},
        {"from": "2010-01-01", "to": "2026-01-01"},
        {"to": "2027-01-01"},
        {"from": "1999-01-01", "to": "2005-01-01"},
        {"from": "yesterday"},
        {"to": "0001-01-01"},
        {"from": "0001-01-01", "to": "0001-03-01"},
        {"from": "9999-01-01", "to": "9999-12-31"},
        {"leverage": 3},
    ],
    ids=str,
)
async def test_what_cannot_be_tried_is_a_422_and_nothing_is_kept(desk: Desk, body: object) -> None:
    answer = await desk.ask(body)

    assert answer.status_code == 422, answer.text
    assert desk.queue.tasks == {}


async def test_unreadable_bodies_are_refused(desk: Desk) -> None:
    async def post(content: bytes, kind: str) -> int:
        answer = await desk.served.client.post(PATH, content=content, headers={**ANN, "content-type": kind})
        return answer.status_code

    assert await post(b"{", "application/json") in (400, 422)
    assert await post(b"{}", "text/plain") == 415
    assert await post(b" " * 1_100_000, "application/json") == 413


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"universe": {"only": ["nobody"]}}, "none of the tokens"),
        ({"from": "2015-01-01", "to": "2016-01-01"}, "No daily history"),
    ],
)
async def test_what_history_cannot_tell_fails_and_says_why(desk: Desk, body: dict[str, Any], why: str) -> None:
    name = await desk.asked(SMALL | body)

    await desk.deliver(name)

    told = await desk.one(name)
    assert told["state"] == "failed"
    assert why in told["detail"]


async def test_without_a_regime_there_is_no_exposure_by_it(desk: Desk, history: Place) -> None:
    name = await desk.asked(SMALL | {"exposure": {"kind": "gauge"}})
    database = Database(history.reader, read_only=True)
    worker = worker_over(database, desk.documents, desk.clock, SilentGauge())

    await worker.work(desk.queue.tasks[name])

    await database.close()
    assert "gauge" in (await desk.one(name))["detail"]


@pytest.mark.parametrize("task", [None, {}, {"owner": "ann"}, {"owner": 1, "backtest": "x"}])
async def test_a_task_that_names_nothing_is_refused(desk: Desk, task: object) -> None:
    with pytest.raises(InvalidParameterError):
        await desk.worker.work(task)


async def test_a_task_of_a_forgotten_backtest_is_done(desk: Desk) -> None:
    assert await desk.worker.work({"owner": "ann", "backtest": "20200101000000-00"}) == {"state": "unknown"}


@pytest.mark.parametrize("path", [f"{PATH}/UPPER", f"{PATH}?limit=0", f"{PATH}?limit=201"])
async def test_bad_parameters_are_a_422(desk: Desk, path: str) -> None:
    assert (await desk.served.get(path, **ANN)).status_code == 422
