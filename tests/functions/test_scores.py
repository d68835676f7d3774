"""Scores end to end: history in PostgreSQL, the refresh, and the function that answers."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from functions.scores.main import build
from shared.core.errors import SettingsError
from shared.domain.scores.models import Excluded, HistoryPoint, Leader, Methodology, ScoreTold, TokenScores
from shared.http.envelope import Envelope
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.fakes_documents import MemoryDocuments
from tests.panels import panel_of
from tests.scored import chain_told, market, scored, stablecoin, stored

from .quoting import Served

DAY = timedelta(days=1)
TODAY = NOON.replace(hour=0)
BOARD = "/api/v1/scores/leaderboard"


@pytest.fixture
async def scores(place: Place) -> AsyncIterator[Served]:
    served = Served(build, place)
    yield served
    await served.close()


@pytest.fixture(scope="module")
def market_place(shared_place: Place) -> Place:
    """A scored market for tests that only read: two stablecoins, a wrapped token, one of 13 days, and what bitcoin is used for."""
    panel = market()
    close = panel.close.copy()
    close[:-13, 4] = np.nan
    stored(shared_place, panel_of(close, volume_usd=panel.volume_usd, market_cap_usd=panel.market_cap_usd))
    for name in ("token-5", "token-3"):
        stablecoin(shared_place, name)
    shared_place.run("UPDATE tokens SET name = 'Wrapped Nothing', symbol = 'WNOT' WHERE token_id = 'token-9'")
    report = asyncio.run(scored(shared_place, SteppingClock(NOON)))
    assert (report.outcome, report.rows, list(report.steps)) == ("succeeded", 12, ["read", "score", "store", "warm"])
    return shared_place


@pytest.fixture
async def reading(market_place: Place) -> AsyncIterator[Served]:
    served = Served(build, market_place)
    yield served
    await served.close()


def in_ms(moment: Any) -> int:
    ms: float = moment.timestamp() * 1000
    return round(ms)


async def body_of(scores: Served, path: str) -> Any:
    answer = await scores.get(path, **{"cache-control": "no-cache"})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_leaderboard_is_by_score_and_leaves_out_what_is_excluded(reading: Served) -> None:
    body = Envelope[list[Leader]].model_validate(await body_of(reading, BOARD))

    values = [each.crypto_score or 0 for each in body.data]
    assert len(values) == 8
    assert values == sorted(values, reverse=True)
    assert [each.place for each in body.data] == list(range(1, 9))
    assert not {"token-3", "token-4", "token-5", "token-9"} & {each.id for each in body.data}
    assert all(each.price and each.market_cap for each in body.data)
    told = body.meta.model_dump()
    assert (told["total"], told["excluded"], told["unscored"], told["stale"]) == (8, 3, 1, False)
    assert (body.meta.as_of, body.meta.sources, body.meta.source) == (TODAY, ["cryptoprism"], "sandbox")


async def test_what_is_answered_adds_up(reading: Served) -> None:
    for token_id in ("bitcoin", "token-1", "token-7"):
        body = Envelope[TokenScores].model_validate(await body_of(reading, f"/api/v1/scores/{token_id}"))

        assert body.data.crypto_score is not None
        assert sum(each.contribution for each in body.data.scores) == pytest.approx(body.data.crypto_score, abs=1e-9)
        for each in body.data.scores:
            assert sum(part.contribution for part in each.parts) == pytest.approx(each.value, abs=1e-9)
            assert sum(part.weight for part in each.parts) == pytest.approx(1, abs=1e-9)
            for part in each.parts:
                assert part.contribution == pytest.approx((part.value or 0) * part.weight, abs=1e-9)


async def test_fields_are_those_documented(reading: Served) -> None:
    board = await body_of(reading, BOARD)
    one = await body_of(reading, "/api/v1/scores/bitcoin")
    out = await body_of(reading, "/api/v1/scores/excluded")

    assert {frozenset(each) for each in board["data"]} == {frozenset(Leader.model_fields)}
    assert set(one["data"]) == set(TokenScores.model_fields)
    assert {frozenset(each) for each in one["data"]["scores"]} == {frozenset(ScoreTold.model_fields)}
    assert {frozenset(each) for each in out["data"]} == {frozenset(Excluded.model_fields)}


async def test_parts_that_only_chains_have_are_told_as_missing_and_their_weights_shared(reading: Served) -> None:
    body = Envelope[TokenScores].model_validate(await body_of(reading, "/api/v1/scores/token-2"))

    valuation = body.data.scores[2]
    assert (valuation.name, valuation.missing, valuation.coverage) == ("valuation", ["cap_to_tvl", "cap_to_fees"], 0.6)
    assert {part.id: part.weight for part in valuation.parts} == pytest.approx(
        {"nvt": 0.5, "mvrv": 0.5, "cap_to_tvl": 0, "cap_to_fees": 0}
    )


async def test_chains_use_counts_where_enough_chains_tell_it(place: Place, scores: Served) -> None:
    names = ["bitcoin", "ethereum", "solana", "tron", "cardano", "near"]
    panel = market()
    renamed = panel_of(
        panel.close,
        volume_usd=panel.volume_usd,
        market_cap_usd=panel.market_cap_usd,
    )
    object.__setattr__(renamed, "token_ids", (*names, *panel.token_ids[6:]))
    stored(place, renamed)
    for number, name in enumerate(names):
        chain_told(place, name, tvl=10.0 ** (6 + number), fees=10.0 ** (3 + number))

    await scored(place, scores.clock)
    bodies = [await body_of(scores, f"/api/v1/scores/{name}") for name in names]

    missing = [each["data"]["scores"][2]["missing"] for each in bodies]
    assert missing == [[]] * 6
    assert (await body_of(scores, "/api/v1/scores/token-8"))["data"]["scores"][2]["missing"] == [
        "cap_to_tvl",
        "cap_to_fees",
    ]


async def test_excluded_ones_are_listed_and_say_why(reading: Served) -> None:
    listed = Envelope[list[Excluded]].model_validate(await body_of(reading, "/api/v1/scores/excluded"))
    one = Envelope[TokenScores].model_validate(await body_of(reading, "/api/v1/scores/token-3"))
    page = await body_of(reading, "/api/v1/scores/excluded?limit=1&offset=1")

    assert [(each.id, each.kind) for each in listed.data] == [
        ("token-3", "stablecoin"),
        ("token-5", "stablecoin"),
        ("token-9", "wrapped"),
    ]
    told = (one.data.excluded, one.data.kind, one.data.reason, one.data.crypto_score)
    assert told == (True, "stablecoin", "excluded", None)
    assert {each.reason for each in one.data.scores} == {"excluded"}
    assert [each["id"] for each in page["data"]] == ["token-5"]
    assert (page["meta"]["total"], page["meta"]["next"]) == (3, "?limit=1&offset=2")


async def test_too_little_history_is_null_and_says_so(reading: Served) -> None:
    one = Envelope[TokenScores].model_validate(await body_of(reading, "/api/v1/scores/token-4"))

    assert (one.data.crypto_score, one.data.reason, one.data.history_days) == (None, "too_little_history", 13)
    assert one.data.why == "It has fewer days of history than the score needs."


async def test_what_came_later_does_not_change_what_was_known_then(place: Place, scores: Served) -> None:
    panel = market()
    wild = panel_of(
        np.vstack([panel.close[:-10], panel.close[-10:] * 50]),
        volume_usd=np.vstack([panel.volume_usd[:-10], panel.volume_usd[-10:] * 9]),
        market_cap_usd=panel.market_cap_usd,
    )
    columns = "SELECT token_id, crypto_score, durability, momentum, valuation FROM token_scores ORDER BY 1"
    stored(place, wild)
    scores.clock.advance(-10 * DAY)
    await scored(place, scores.clock, key="with it")
    with_it = place.run(columns)
    place.run(
        "DELETE FROM candles WHERE opened_at >= '2026-02-19+0'; DELETE FROM price_points WHERE bucket > '2026-02-19+0'"
    )
    place.run("DELETE FROM token_scores; DELETE FROM score_runs")

    await scored(place, scores.clock, key="without it")

    assert len(with_it) == 12
    assert place.run(columns) == with_it


async def test_unchanged_inputs_are_not_written_again_and_still_count_as_fresh(place: Place, scores: Served) -> None:
    stored(place, market())
    await scored(place, scores.clock, key="1")
    scores.clock.advance(timedelta(minutes=90))

    again = await scored(place, scores.clock, key="2")

    assert (again.outcome, again.rows, again.detail) == (
        "succeeded",
        0,
        "Nothing that scores are made of has changed",
    )
    assert place.run("SELECT count(*) FROM score_runs") == [[1]]
    assert (await body_of(scores, BOARD))["meta"]["stale"] is False
    scores.clock.advance(timedelta(minutes=90, seconds=1))
    assert (await body_of(scores, BOARD))["meta"]["stale"] is True


async def test_a_second_delivery_is_answered_with_the_first_ones_report(place: Place, scores: Served) -> None:
    stored(place, market())
    documents = MemoryDocuments()

    first = await scored(place, scores.clock, documents=documents)
    second = await scored(place, scores.clock, documents=documents)

    assert second == first


async def test_history_has_a_row_for_each_day_and_revisions_as_they_were_known(place: Place, scores: Served) -> None:
    stored(place, market(last=NOON + DAY))
    await scored(place, scores.clock, key="1")
    scores.clock.advance(timedelta(minutes=30))
    place.run("UPDATE candles SET close = low WHERE opened_at = '2026-02-28 00:00Z' AND series_id % 2 = 0")
    place.run("UPDATE candles SET close = high WHERE opened_at = '2026-02-28 00:00Z' AND series_id % 2 = 1")
    place.run(
        "UPDATE price_points SET market_cap_usd = market_cap_usd * (1 + random()) WHERE bucket = '2026-03-01 00:00Z'"
    )
    await scored(place, scores.clock, key="2")
    scores.clock.advance(DAY)
    await scored(place, scores.clock, key="3")

    now = Envelope[list[HistoryPoint]].model_validate(await body_of(scores, "/api/v1/scores/bitcoin/history"))
    known = in_ms(NOON + timedelta(minutes=10))
    then = await body_of(scores, f"/api/v1/scores/bitcoin/history?as_of={known}")
    page = await body_of(scores, f"/api/v1/scores/bitcoin/history?from={in_ms(TODAY + DAY)}")

    assert [point[0] for point in now.data] == [in_ms(TODAY), in_ms(TODAY + DAY)]
    assert [point[0] for point in then["data"]] == [in_ms(TODAY)]
    assert then["data"][0][1:] != list(now.data[0][1:])
    assert [point[0] for point in page["data"]] == [in_ms(TODAY + DAY)]
    assert now.meta.total == 2


async def test_revisions_smaller_than_a_tenth_of_a_point_are_none(place: Place, scores: Served) -> None:
    stored(place, market())
    await scored(place, scores.clock, key="1")
    before = place.run("SELECT count(*) FROM score_history")
    place.run("UPDATE candles SET turnover = turnover * 1.000001 WHERE opened_at = '2026-02-28 00:00Z'")
    scores.clock.advance(60)

    report = await scored(place, scores.clock, key="2")

    assert report.rows == 12
    assert place.run("SELECT count(*) FROM score_history") == before == [[12]]


async def test_history_comes_in_pages(place: Place, scores: Served) -> None:
    stored(place, market())
    await scored(place, scores.clock)
    place.run(
        "INSERT INTO score_history SELECT 'bitcoin', d, d, 50, 50, 50, 50, '1'"
        " FROM generate_series(timestamptz '2022-01-01+0', timestamptz '2026-02-28+0', '1 day') AS d"
    )

    path, days = "?from=2022-01-01", []
    while path:
        body = await body_of(scores, f"/api/v1/scores/bitcoin/history{path}")
        days += [point[0] for point in body["data"]]
        path = body["meta"].get("next", "")

    assert len(days) == len(set(days)) == body["meta"]["total"] == 1_521
    assert days == sorted(days)


async def test_pages_of_a_snapshot_are_of_one_ranking(place: Place, scores: Served) -> None:
    stored(place, market())
    await scored(place, scores.clock, key="1")
    first = await body_of(scores, f"{BOARD}?limit=5")
    place.run("UPDATE candles SET close = high WHERE opened_at = '2026-02-28 00:00Z'")
    old = [each["id"] for each in (await body_of(scores, BOARD))["data"]]
    scores.clock.advance(timedelta(minutes=30))
    await scored(place, scores.clock, key="2")

    second = await body_of(scores, f"{BOARD}{first['meta']['next']}")
    gone = await scores.get(f"{BOARD}?snapshot=abc")

    assert [each["id"] for each in second["data"]] == old[5:10]
    assert [each["place"] for each in second["data"]] == [6, 7, 8, 9, 10]
    assert second["meta"]["snapshot"] == first["meta"]["snapshot"]
    assert (gone.status_code, gone.json()["code"]) == (404, "snapshot_not_found")


async def test_only_the_last_rankings_are_kept(place: Place, scores: Served) -> None:
    stored(place, market(6))
    place.run(
        "INSERT INTO score_runs SELECT d, d, '1', 'old', 0, 0, 0, '{}'"
        " FROM generate_series(timestamptz '2026-02-20+0', timestamptz '2026-02-28+0', '1 day') AS d"
    )

    await scored(place, scores.clock)

    assert place.run("SELECT count(*), count(*) FILTER (WHERE inputs <> 'old') FROM score_runs") == [[8, 1]]


async def test_methodology_is_known_before_anything_is_scored_and_fits_its_model(scores: Served) -> None:
    body = Envelope[Methodology].model_validate(await body_of(scores, "/api/v1/scores/methodology"))

    assert sum(each.weight for each in body.data.scores) == pytest.approx(1)
    assert [each.name for each in body.data.scores] == ["durability", "momentum", "valuation"]
    assert len([part for each in body.data.scores for part in each.parts]) == 13


async def test_methodology_tells_what_came_of_following_the_scores(scores: Served) -> None:
    told = (await body_of(scores, "/api/v1/scores/methodology"))["data"]["evidence"]

    [found] = [each for each in told["findings"] if (each["subject"], each["horizon_days"]) == ("crypto_score", 7)]
    assert found["measure"] == "best_less_worst_fifth_pct"
    assert found["low"] <= found["value"] <= found["high"]
    assert (told["report"], told["from"]) == ("docs/science/signals.md", "2016-01-01")


@pytest.mark.parametrize(
    "path", [BOARD, "/api/v1/scores/excluded", "/api/v1/scores/bitcoin", "/api/v1/scores/bitcoin/history"]
)
async def test_never_scored_is_unavailable(scores: Served, path: str) -> None:
    answer = await scores.get(path)

    assert (answer.status_code, answer.json()["code"]) == (503, "no_data")


async def test_without_tokens_the_refresh_fails_and_writes_nothing(place: Place, scores: Served) -> None:
    report = await scored(place, scores.clock)

    assert report.outcome == "failed"
    assert place.run("SELECT count(*) FROM datasets") == [[0]]


async def test_a_token_newer_than_the_last_run_is_not_scored_yet(place: Place, scores: Served) -> None:
    stored(place, market())
    await scored(place, scores.clock)
    place.run(
        "INSERT INTO tokens (token_id, symbol, name, provisional, first_seen_at, last_seen_at) VALUES ('new', 'N', 'N', false, now(), now())"
    )

    body = Envelope[TokenScores].model_validate(await body_of(scores, "/api/v1/scores/new"))

    assert (body.data.crypto_score, body.data.reason, body.data.scores) == (None, "not_scored_yet", [])


@pytest.mark.parametrize("path", ["nonsense", "nonsense/history"])
async def test_an_unknown_token_is_not_found(reading: Served, path: str) -> None:
    answer = await reading.get(f"/api/v1/scores/{path}")

    assert (answer.status_code, answer.json()["code"]) == (404, "token_not_found")


@pytest.mark.parametrize(
    "query",
    ["from=5&to=4", "cursor=zzz", "cursor=AAAAAAAAAAA", "as_of=2199-01-01", "as_of=yesterday", "format=csv"],
)
async def test_bad_parameters_are_refused(reading: Served, query: str) -> None:
    answer = await reading.get(f"/api/v1/scores/bitcoin/history?{query}")

    assert answer.status_code == 422, answer.text


async def test_kinds_of_data_never_mix(place: Place, scores: Served) -> None:
    stored(place, market(6))
    await scored(place, scores.clock, key="1")

    report = await scored(place, scores.clock, key="2", source="live")

    assert report.outcome == "failed"
    assert SettingsError.code in (report.detail or "")


async def test_answers_hold_no_number_that_json_has_not(place: Place, scores: Served) -> None:
    panel = market()
    close = panel.close.copy()
    close[:, 3], close[-60:, 4], close[::7, 5] = 7.0, np.nan, np.nan
    volume = panel.volume_usd.copy()
    volume[:, 6] = 0
    stored(place, panel_of(close, volume_usd=volume, market_cap_usd=np.full_like(close, np.nan)))
    await scored(place, scores.clock)

    for path in (BOARD, *(f"/api/v1/scores/token-{number}" for number in range(1, 12))):
        text = (await scores.get(path)).text

        json.loads(text, parse_constant=lambda name: pytest.fail(name))
