"""The screener over a real database: what passes, in which order, on which page, and under which key it is kept."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from functions.screener.main import build
from shared.db.engine import Database
from shared.domain.screener.asking import Asked, canonical, read
from shared.domain.screener.fields import fields
from shared.domain.screener.models import FieldTold, PresetTold, ScreenedToken
from shared.domain.screener.presets import PRESETS
from shared.domain.screener.repository import ScreenerRepository
from shared.http.envelope import Envelope
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.screened import CATEGORIES, CHAINS, Row, built, passing, rows, store

from .quoting import Served

PATH = "/api/v1/screener"
HELD = rows(60)


@pytest.fixture(scope="module")
def market(shared_place: Place) -> Place:
    """Sixty tokens with everything known that memory knows, for tests that only read."""
    store(shared_place, HELD)
    report = asyncio.run(built(shared_place, SteppingClock(NOON)))
    assert (report.outcome, report.rows, list(report.steps)) == ("succeeded", 60, ["read", "store", "warm"])
    return shared_place


@pytest.fixture
async def screener(market: Place) -> AsyncIterator[Served]:
    served = Served(build, market, canonical=canonical)
    yield served
    await served.close()


@pytest.fixture
async def own(place: Place) -> AsyncIterator[Served]:
    served = Served(build, place)
    yield served
    await served.close()


async def body_of(screener: Served, query: str = "", **headers: str) -> Any:
    answer = await screener.get(f"{PATH}?{query}", **headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def asked_by(query: dict[str, str]) -> Asked:
    asked, refused = read(query.items())
    assert asked is not None, refused
    return asked


def ids(body: Any) -> list[str]:
    return [each["id"] for each in body["data"]]


_bounds = st.dictionaries(
    st.tuples(st.sampled_from(["min", "max"]), st.sampled_from(sorted(fields()))).map("_".join),
    st.integers(-20, 40).map(lambda step: str(step / 4)),
    max_size=4,
)
_choices = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["plain", "stablecoin", "wrapped"]),
        "chain": st.sampled_from([*CHAINS, "nowhere"]),
        "category": st.sampled_from([*CATEGORIES, "none-such"]),
    },
)
_others = st.fixed_dictionaries(
    {},
    optional={
        "sort": st.sampled_from(sorted(fields())),
        "order": st.sampled_from(["asc", "desc"]),
        "limit": st.integers(1, 70).map(str),
        "offset": st.integers(0, 10).map(str),
        "preset": st.sampled_from(sorted(PRESETS)),
    },
)


@seed(20260301)
@settings(max_examples=400, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(_bounds, _choices, _others)
def test_four_hundred_combinations_agree_with_a_plain_filter(
    finder: "Finder", bounds: dict[str, str], choices: dict[str, str], others: dict[str, str]
) -> None:
    asked = asked_by(bounds | choices | others)
    wanted = passing(HELD, asked)

    found, total = finder(asked)

    assert found == wanted[asked.offset : asked.offset + asked.limit]
    assert total == len(wanted)


class Finder:
    """Asks the screener's own statement, without the way over HTTP."""

    def __init__(self, place: Place) -> None:
        self._database = Database(place.reader, read_only=True)
        self._repository = ScreenerRepository(self._database)
        self._runner = asyncio.Runner()

    def __call__(self, asked: Asked) -> tuple[list[str], int]:
        found = self._runner.run(self._repository.screened(asked, snapshot=None))
        return [each["id"] for each in json.loads(found.text)], found.total

    def close(self) -> None:
        self._runner.run(self._database.close())
        self._runner.close()


@pytest.fixture(scope="module")
def finder(market: Place) -> Any:
    made = Finder(market)
    yield made
    made.close()


@pytest.mark.parametrize("name", list(fields()))
async def test_every_field_filters_and_sorts(screener: Served, name: str) -> None:
    query = {f"min_{name}": "1", f"max_{name}": "6", "sort": name, "order": "asc", "limit": "250"}

    body = await body_of(screener, urlencode(query))

    assert ids(body) == passing(HELD, asked_by(query))


async def test_rows_and_lists_are_as_documented(screener: Served) -> None:
    body = Envelope[list[ScreenedToken]].model_validate(await body_of(screener, "min_rsi_14=1&sort=age_days&limit=250"))
    presets = Envelope[list[PresetTold]].model_validate((await screener.get(f"{PATH}/presets")).json())
    told = Envelope[list[FieldTold]].model_validate((await screener.get(f"{PATH}/fields")).json())
    raw = await body_of(screener, "limit=1")

    assert {frozenset(each.values) for each in body.data} == {frozenset({"rsi_14", "age_days"})}
    held = {row.token_id: row for row in HELD}
    for each in body.data:
        numbers = held[each.id].numbers
        assert (each.price, each.market_cap, each.momentum) == tuple(
            numbers[n] for n in ("price", "market_cap", "momentum")
        )
        assert (each.values["rsi_14"], each.values["age_days"]) == (numbers["rsi_14"], numbers["age_days"])
        assert each.kind == held[each.id].kind
    assert set(raw["data"][0]) == set(ScreenedToken.model_fields)
    assert [each.id for each in presets.data] == list(PRESETS)
    assert {each.id for each in told.data} == fields().keys() | {"kind", "chain", "category"}


async def test_meta_says_what_was_asked_and_how_old_its_parts_are(screener: Served) -> None:
    meta = (await body_of(screener, "preset=momentum_leaders&min_momentum=1"))["meta"]

    assert meta["filters"] == {"min_momentum": 1.0, "min_volume_24h": 1_000_000.0}
    assert (meta["sort"], meta["order"], meta["preset"]) == ("momentum", "desc", None)
    assert meta["scores_at"] == meta["datapoints_at"] == "2026-03-01T12:00:00.000Z"
    assert (meta["sources"], meta["source"], meta["stale"]) == (["coingecko"], "sandbox", False)


@pytest.mark.parametrize("preset", list(PRESETS))
async def test_a_preset_is_the_filters_it_is_published_as(screener: Served, preset: str) -> None:
    published = next(each for each in (await screener.get(f"{PATH}/presets")).json()["data"] if each["id"] == preset)

    named = await screener.get(f"{PATH}?preset={preset}")
    by_hand = await screener.get(f"{PATH}?{published['query']}")

    assert named.status_code == 200, named.text
    assert by_hand.headers["x-cache"] == "hit-memory"
    assert by_hand.content == named.content
    assert named.json()["meta"]["preset"] == preset


@pytest.mark.parametrize(
    "spelling",
    [
        "max_price=5&min_momentum=1",
        "min_momentum=1.0&max_price=5.00",
        "min_momentum=1e0&max_price=5&sort=market_cap",
        "limit=50&offset=0&order=desc&max_price=0.5e1&min_momentum=%31",
    ],
)
async def test_spellings_of_one_question_have_one_answer_kept(screener: Served, spelling: str) -> None:
    await body_of(screener, "min_momentum=1&max_price=5")

    answer = await screener.get(f"{PATH}?{spelling}")

    assert answer.headers["x-cache"] == "hit-memory"


@pytest.mark.parametrize(
    "other",
    ["min_momentum=1.5", "max_momentum=1", "min_momentum=1&order=asc", "min_momentum=1&limit=49", "min_valuation=1"],
)
async def test_other_questions_have_other_answers(screener: Served, other: str) -> None:
    await body_of(screener, "min_momentum=1")

    answer = await screener.get(f"{PATH}?{other}")

    assert answer.headers["x-cache"] == "miss"


@pytest.mark.parametrize(
    ("query", "parameter", "said"),
    [
        ("min_momentun=1", "min_momentun", "min_momentum"),
        ("min_rsi14=1", "min_rsi14", "min_rsi_14"),
        ("sort=momentun", "sort", "momentum"),
        ("preset=undervalue", "preset", "undervalued"),
        ("min_price=cheap", "min_price", "finite"),
        ("min_price=nan", "min_price", "finite"),
        ("min_price=1e999", "min_price", "finite"),
        ("min_price=", "min_price", "finite"),
        ("min_price=1_0", "min_price", "finite"),
        ("min_price=%EF%BC%91", "min_price", "finite"),
        ("kind=gold", "kind", "one of"),
        ("category=", "category", "characters"),
        ("chain=a%00b", "chain", "characters"),
        ("order=up", "order", "asc"),
        ("limit=0", "limit", "from 1 to 250"),
        ("limit=251", "limit", "from 1 to 250"),
        ("offset=-1", "offset", "from 0"),
        ("limit=1.5", "limit", "whole"),
        ("min_price=1&min_price=2", "min_price", "more than once"),
        ("min_price=1;drop table quotes", "min_price", "finite"),
        ("sort=price;drop table quotes--", "sort", "nearest"),
        ("min_price'--=1", "min_price'--", "min_price"),
    ],
)
async def test_bad_parameters_are_refused_by_name_and_not_kept(
    screener: Served, query: str, parameter: str, said: str
) -> None:
    answer = await screener.get(f"{PATH}?{query}")

    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["detail"]
    assert error["loc"] == ["query", parameter]
    assert said in error["msg"]
    assert "public" not in answer.headers.get("cache-control", "")


async def test_text_that_looks_like_sql_is_only_text(screener: Served, market: Place) -> None:
    body = await body_of(screener, urlencode({"category": "x'); DELETE FROM quotes; --"}))

    assert body["data"] == []
    assert market.run("SELECT count(*) FROM quotes") == [[60]]


async def test_nothing_that_passes_is_an_empty_list(screener: Served) -> None:
    body = await body_of(screener, "min_price=1e12")

    assert (body["data"], body["meta"]["total"], "next" in body["meta"]) == ([], 0, False)


async def test_pages_follow_each_other_through_a_new_generation(place: Place, own: Served) -> None:
    held = rows(20)
    store(place, held)
    await built(place, own.clock, key="1")
    first = await body_of(own, "min_momentum=0&sort=momentum&limit=4")
    place.run("UPDATE token_scores SET momentum = 10 - momentum")
    own.clock.advance(timedelta(minutes=5))
    await built(place, own.clock, key="2")

    seen, following = ids(first), first["meta"].get("next")
    while following:
        page = await body_of(own, following.removeprefix("?"))
        seen, following = seen + ids(page), page["meta"].get("next")
    anew = await body_of(own, "min_momentum=0&sort=momentum&limit=250", **{"cache-control": "no-cache"})

    wanted = passing(held, asked_by({"min_momentum": "0", "sort": "momentum"}))
    assert seen == wanted
    assert ids(anew) != wanted
    assert anew["meta"]["snapshot"] != first["meta"]["snapshot"]


async def test_generations_are_kept_for_half_an_hour(place: Place, own: Served) -> None:
    store(place, rows(3))
    await built(place, own.clock, key="0")
    first = await body_of(own, "limit=1")
    for number in range(1, 7):
        own.clock.advance(timedelta(minutes=5))
        await built(place, own.clock, key=str(number))

    gone = await own.get(f"{PATH}{first['meta']['next']}")

    assert (gone.status_code, gone.json()["code"]) == (404, "snapshot_not_found")
    for table in ("screener_rows", "screener_details"):
        assert place.run(f"SELECT count(DISTINCT slot), count(*) FROM {table}") == [[6, 18]]  # noqa: S608
    assert place.run("SELECT count(DISTINCT slot) FROM screener_generations") == [[6]]


async def test_quotes_alone_are_enough(place: Place, own: Served) -> None:
    store(place, rows(5), scores=False, datapoints=False)
    await built(place, own.clock)

    every = await body_of(own)
    by_score = await body_of(own, "sort=momentum&min_price=0")
    by_point = await body_of(own, "min_rsi_14=-100")

    assert (len(every["data"]), len(by_score["data"]), by_point["data"]) == (5, 5, [])
    assert (every["meta"]["scores_at"], every["meta"]["datapoints_at"]) == (None, None)
    assert {each["momentum"] for each in every["data"]} == {None}


async def test_old_data_points_of_a_shorter_catalogue_leave_new_ones_unknown(place: Place, own: Served) -> None:
    held = rows(5)
    store(place, held)
    place.run("UPDATE token_datapoints SET values = values[1:20]")
    await built(place, own.clock)
    last = list(fields())[-1]

    body = await body_of(own, f"sort={last}")

    assert {each["values"][last] for each in body["data"]} == {None}


async def test_three_promises_after_the_last_generation_answers_are_stale(place: Place, own: Served) -> None:
    store(place, rows(3))
    await built(place, own.clock)
    own.clock.advance(timedelta(minutes=15))
    fresh = (await body_of(own, "", **{"cache-control": "no-cache"}))["meta"]["stale"]
    own.clock.advance(1)

    stale = (await body_of(own, "", **{"cache-control": "no-cache"}))["meta"]["stale"]

    assert (fresh, stale) == (False, True)


async def test_never_made_is_unavailable_but_fields_and_presets_are_known(own: Served) -> None:
    answer = await own.get(PATH)
    others = [await own.get(f"{PATH}/{name}") for name in ("fields", "presets")]

    assert (answer.status_code, answer.json()["code"]) == (503, "no_data")
    assert [each.status_code for each in others] == [200, 200]


async def test_without_tokens_no_generation_is_made(place: Place) -> None:
    report = await built(place, SteppingClock(NOON))

    assert report.outcome == "failed"
    assert place.run("SELECT count(*) FROM screener_generations") == [[0]]


async def test_kinds_of_data_never_mix(place: Place) -> None:
    store(place, rows(3))
    await built(place, SteppingClock(NOON), key="1")

    report = await built(place, SteppingClock(NOON + timedelta(minutes=5)), key="2", source="live")

    assert report.outcome == "failed"
    assert place.run("SELECT count(*) FROM screener_generations") == [[1]]


def test_rows_of_the_test_have_every_field() -> None:
    assert isinstance(HELD[0], Row)
    assert all(row.numbers.keys() >= fields().keys() for row in HELD)
