"""The signals function over a real database."""

import asyncio
import math
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from functions.signals.main import build
from shared.domain.datapoints.catalogue import data_points
from shared.domain.signals.models import (
    Consensus,
    DataPointInfo,
    Divergence,
    HeatRow,
    SignalDay,
    TokenSignals,
)
from shared.domain.signals.record_models import TrackRecord
from shared.domain.signals.rules import VOTING
from shared.http.envelope import Envelope
from tests import signals as facts
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.panels import store
from tests.signals import signals_over

from .quoting import Served

PATHS = ("heatmap", "consensus", "divergences", "bitcoin", "bitcoin/history", "track-record")


@pytest.fixture(scope="module")
def filled(shared_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two runs, thirteen hours apart and on two days, over a market with a chain that goes the other way."""
    store(shared_place, facts.rising())
    facts.quoted_at(shared_place, NOON)
    facts.greed(shared_place)
    facts.mood(shared_place, "", 0.4)
    facts.chains(shared_place, growth=-0.02)
    asyncio.run(_refreshed(shared_place, tmp_path_factory.mktemp("signals")))
    return shared_place


async def _refreshed(place: Place, folder: Path) -> None:
    async with signals_over(place, folder) as signals:
        await signals.run()
        signals.clock.advance(timedelta(hours=13))
        facts.quoted_at(place, signals.clock.now())
        await signals.run()


@pytest.fixture
async def signals(filled: Place) -> AsyncIterator[Served]:
    served = Served(build, filled, SteppingClock(NOON + timedelta(hours=13)))
    yield served
    await served.close()


@pytest.fixture
async def empty(place: Place) -> AsyncIterator[Served]:
    served = Served(build, place)
    yield served
    await served.close()


async def test_the_heatmap_has_six_categories_of_the_largest_tokens(signals: Served) -> None:
    body = Envelope[list[HeatRow]].model_validate_json((await signals.get("/api/v1/signals/heatmap?limit=3")).content)

    assert [row.id for row in body.data] == ["bitcoin", "ethereum", "cardano"]
    assert all(tuple(row.categories) == VOTING for row in body.data)
    assert body.data[0].categories["on_chain"].score is not None
    assert body.data[1].categories["on_chain"].score is None
    assert (body.meta.total, body.meta.stale, body.meta.sources) == (32, False, ["cryptoprism"])


async def test_the_consensus_is_sorted_and_filtered_by_agreeing_categories(signals: Served) -> None:
    every = Envelope[list[Consensus]].model_validate_json(
        (await signals.get("/api/v1/signals/consensus?limit=250")).content
    )
    four = Envelope[list[Consensus]].model_validate_json(
        (await signals.get("/api/v1/signals/consensus?limit=250&min_categories=4")).content
    )

    counts = [len(row.agreeing) for row in every.data]
    assert counts == sorted(counts, reverse=True)
    assert four.meta.total == len(four.data) == sum(count >= 4 for count in counts) > 0
    assert all(row.effective_categories <= max(1, len(row.agreeing)) for row in every.data)
    assert all(not set(row.agreeing) & set(row.conflicts) for row in every.data)


async def test_divergences_are_those_of_chains_own_tokens(signals: Served) -> None:
    body = Envelope[list[Divergence]].model_validate_json((await signals.get("/api/v1/signals/divergences")).content)

    assert [(row.id, row.direction, row.since) for row in body.data] == [("bitcoin", "bearish", NOON)]
    assert body.data[0].on_chain < 0 < body.data[0].technical


async def test_one_tokens_contributions_add_up_to_its_composite(signals: Served) -> None:
    body = Envelope[TokenSignals].model_validate_json((await signals.get("/api/v1/signals/bitcoin")).content).data

    assert [point.id for point in body.datapoints] == [point.id for point in data_points()]
    assert body.verdict is not None
    assert body.verdict.composite is not None
    total = math.fsum(point.contribution or 0 for point in body.datapoints)
    assert total == pytest.approx(body.verdict.composite, abs=1e-9)
    assert str(body.day) == "2026-03-01"


async def test_a_tokens_last_signal_is_told_as_it_was_logged(signals: Served) -> None:
    record = await signals.fresh("/api/v1/signals/track-record?limit=1")
    newest = record["data"]["log"][0]["body"]

    body = await signals.fresh(f"/api/v1/signals/{newest['token_id']}")

    assert body["data"]["last_signal"] == newest


async def test_history_has_a_row_for_each_day(signals: Served) -> None:
    body = Envelope[list[SignalDay]].model_validate_json((await signals.get("/api/v1/signals/bitcoin/history")).content)
    later = await signals.fresh("/api/v1/signals/bitcoin/history?from=2026-03-02")

    midnight = round(NOON.replace(hour=0).timestamp() * 1000)
    assert [day.at for day in body.data] == [midnight, midnight + 86_400_000]
    assert all(len(day.scores) == len(VOTING) for day in body.data)
    assert [day["at"] for day in later["data"]] == [midnight + 86_400_000]
    assert later["meta"]["categories"] == list(VOTING)


async def test_the_catalogue_says_everything_there_is(signals: Served) -> None:
    body = Envelope[list[DataPointInfo]].model_validate_json((await signals.get("/api/v1/signals/datapoints")).content)

    assert len(body.data) == body.meta.total == len(data_points())
    assert (body.data[9].id, body.data[9].direction, body.data[9].minimum_days) == ("rsi_14", "up", 15)


async def test_the_record_tells_that_nothing_is_graded_yet(signals: Served) -> None:
    body = Envelope[TrackRecord].model_validate_json((await signals.get("/api/v1/signals/track-record")).content).data

    assert body.record is not None
    assert (body.record.graded, body.record.chain.verified) == (0, True)
    assert body.record.groups[0].hit_rate.value is None
    assert {each.intervals for each in body.record.groups} == {"too_few_blocks"}
    assert {each.measure for each in body.evidence.findings} > {"hit_rate", "information_coefficient"}
    assert body.record.emitted >= len(body.log) > 0


@pytest.mark.parametrize("path", PATHS)
async def test_fields_are_those_documented(signals: Served, path: str) -> None:
    body = await signals.fresh(f"/api/v1/signals/{path}")

    data = body["data"][0] if isinstance(body["data"], list) else body["data"]
    models: tuple[type[BaseModel], ...] = (HeatRow, Consensus, Divergence, TokenSignals, SignalDay, TrackRecord)
    model = dict(zip(PATHS, models, strict=True))[path]
    assert set(data) == set(model.model_fields)


@pytest.mark.parametrize("path", PATHS)
async def test_never_refreshed_is_no_data(empty: Served, path: str) -> None:
    answer = await empty.get(f"/api/v1/signals/{path}")

    assert (answer.status_code, answer.json()["code"]) == (503, "no_data")
    assert answer.headers["retry-after"]


async def test_the_catalogue_needs_no_data(empty: Served) -> None:
    assert (await empty.get("/api/v1/signals/datapoints")).status_code == 200


@pytest.mark.parametrize("path", PATHS)
async def test_three_promises_after_the_last_refresh_answers_are_stale(filled: Place, path: str) -> None:
    clock = SteppingClock(NOON + timedelta(hours=13, minutes=15))
    served = Served(build, filled, clock)
    in_time = await served.fresh(f"/api/v1/signals/{path}")
    clock.advance(1)

    late = await served.fresh(f"/api/v1/signals/{path}")
    await served.close()

    assert (in_time["meta"]["stale"], late["meta"]["stale"]) == (False, True)


@pytest.mark.parametrize("path", ["nobody", "nobody/history"])
async def test_an_unknown_token_is_not_found(signals: Served, path: str) -> None:
    answer = await signals.get(f"/api/v1/signals/{path}")

    assert (answer.status_code, answer.json()["code"]) == (404, "token_not_found")


@pytest.mark.parametrize(
    "path",
    [
        "heatmap?limit=0",
        "heatmap?limit=251",
        "heatmap?offset=1",
        "consensus?min_categories=7",
        "consensus?min_categories=x",
        "track-record?limit=101",
        "track-record?cursor=nonsense!",
        "bitcoin/history?from=2026-03-02&to=2026-03-01",
        "bitcoin/history?cursor=AAAA",
        "No%20Slug",
    ],
)
async def test_bad_parameters_are_refused(signals: Served, path: str) -> None:
    assert (await signals.get(f"/api/v1/signals/{path}")).status_code == 422


async def test_a_token_that_is_not_quoted_has_no_data_points_and_says_so(signals: Served, filled: Place) -> None:
    filled.run(
        "INSERT INTO tokens (token_id, symbol, name, provisional, first_seen_at, last_seen_at)"
        " VALUES ('silent', 'SIL', 'Silent', false, now(), now()) ON CONFLICT DO NOTHING"
    )

    body = (await signals.fresh("/api/v1/signals/silent"))["data"]

    assert (body["verdict"], body["computed_at"]) == (None, None)
    assert {point["value"] for point in body["datapoints"]} == {None}


async def test_answers_may_be_kept_as_long_as_the_contract_says(signals: Served) -> None:
    kept = {
        path: (await signals.get(f"/api/v1/signals/{path}")).headers["cache-control"] for path in (*PATHS, "datapoints")
    }

    ages = {path: int(header.split("max-age=")[1].split(",")[0]) for path, header in kept.items()}
    assert ages == {**dict.fromkeys(PATHS, 300), "track-record": 3600, "datapoints": 86_400}
