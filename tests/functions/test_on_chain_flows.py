"""The on_chain function: large transfers and flows of exchanges over a real database."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from functions.on_chain.main import build
from shared.domain.flows.models import ExchangeFlow, FlowBucket, WhaleTransfer
from shared.http.envelope import Envelope
from tests.clocks import NOON
from tests.databases import Place
from tests.flows import BINANCE, BITFINEX, NOBODY, price, store, transfer

from .quoting import Served

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WHALES, HOURS = "/api/v1/on-chain/bitcoin/whale-alerts", "/api/v1/on-chain/bitcoin/exchange-flow"


@pytest.fixture
async def chains(place: Place) -> AsyncIterator[Served]:
    served = Served(build, place)
    yield served
    await served.close()


def in_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


async def test_large_transfers_come_newest_first_with_labels(place: Place, chains: Served) -> None:
    price(place)
    kinds: list[dict[str, Any]] = [
        {"from_address": NOBODY, "to_address": BINANCE},
        {"from_address": BITFINEX, "to_address": NOBODY},
        {"from_address": BITFINEX, "to_address": BINANCE},
        {"from_address": BINANCE, "to_address": BINANCE},
        {"from_address": None, "to_address": "bc1qstranger"},
    ]
    await store(place, [transfer(n, at=NOON - n * MINUTE, **kind) for n, kind in enumerate(kinds, 1)])

    body = Envelope[list[WhaleTransfer]].model_validate_json((await chains.get(WHALES)).content)

    assert [each.direction for each in body.data] == ["inflow", "outflow", "between_exchanges", "internal", "unknown"]
    assert [(each.from_label, each.to_label) for each in body.data][:3] == [
        (None, "binance"),
        ("bitfinex", None),
        ("bitfinex", "binance"),
    ]
    assert {(each.amount, each.amount_usd, each.symbol) for each in body.data} == {(100, 2_000_000, "BIT")}
    assert (body.meta.total, body.meta.as_of, body.meta.sources) == (5, NOON - MINUTE, ["mempool_space"])


async def test_fields_are_those_documented(place: Place, chains: Served) -> None:
    price(place)
    await store(place, [transfer()])

    whales, hours = await chains.fresh(WHALES), await chains.fresh(HOURS)

    for model, found in (
        (WhaleTransfer, whales["data"][0]),
        (ExchangeFlow, hours["data"]),
        (FlowBucket, hours["data"]["buckets"][0]),
    ):
        assert set(found) == {field.alias or name for name, field in model.model_fields.items()}


async def test_only_what_is_large_enough_and_has_a_price_is_a_whale(place: Place, chains: Served) -> None:
    price(place)
    amounts = [Decimal(5), Decimal("49.9"), Decimal(50)]
    await store(place, [transfer(n, amount=amount) for n, amount in enumerate(amounts)])
    await store(place, [transfer(9, token_id="tether", amount=Decimal(10**9))])

    async def found(query: str) -> list[float]:
        body = await chains.fresh(f"{WHALES}{query}")
        assert body["meta"]["total"] == len(body["data"])
        return sorted(float(each["amount"]) for each in body["data"])

    assert await found("") == [50]
    assert await found("?min_usd=998000") == [49.9, 50]
    assert await found("?min_usd=100000") == [5, 49.9, 50]


async def test_cursor_leads_through_all_pages_even_of_one_moment(place: Place, chains: Served) -> None:
    price(place)
    await store(place, [transfer(n) for n in range(11)])

    pages, path = [], "?limit=4"
    while path:
        body = await chains.fresh(f"{WHALES}{path}")
        pages.append([each["tx_hash"] for each in body["data"]])
        assert body["meta"]["total"] == 11
        path = body["meta"].get("next", "")

    assert [len(page) for page in pages] == [4, 4, 3]
    assert len({name for page in pages for name in page}) == 11


async def test_transfers_older_than_a_week_are_no_alerts(place: Place, chains: Served) -> None:
    price(place)
    await store(place, [transfer()])
    chains.clock.advance(7 * DAY)

    body = await chains.fresh(WHALES)

    assert (body["data"], body["meta"]["total"], body["meta"]["stale"]) == ([], 0, True)


async def test_flows_are_summed_by_the_hour_and_between_exchanges_there_is_none(place: Place, chains: Served) -> None:
    price(place)
    kinds: list[dict[str, Any]] = [
        {"amount": Decimal(10)},
        {"amount": Decimal(5)},
        {"amount": Decimal(4), "from_address": BINANCE, "to_address": NOBODY},
        {"amount": Decimal(700), "from_address": BITFINEX, "to_address": BINANCE},
        {"amount": Decimal(900), "from_address": NOBODY, "to_address": "bc1qstranger"},
        {"amount": Decimal(8), "at": NOON - 80 * MINUTE},
    ]
    await store(place, [transfer(n, **kind) for n, kind in enumerate(kinds)], since=NOON - 90 * MINUTE)

    body = Envelope[ExchangeFlow].model_validate_json((await chains.get(HOURS)).content)

    told = {each.time: each for each in body.data.buckets}
    last, before = told[NOON - HOUR], told[NOON - 2 * HOUR]
    assert (last.inflow_usd, last.outflow_usd, last.net_usd, last.transfers) == (300_000, 80_000, 220_000, 3)
    assert (before.inflow_usd, before.outflow_usd, before.z_score) == (160_000, 0, None)
    assert body.data.exchanges == ["binance", "bitfinex", "bybit", "gemini", "kraken"]


async def test_hours_without_flows_are_zero_and_hours_nobody_looked_at_are_missing(
    place: Place, chains: Served
) -> None:
    price(place)
    await store(place, [], since=NOON - 90 * MINUTE)
    await store(place, [], at=NOON + 10 * HOUR)
    chains.clock.advance(10 * HOUR)

    body = await chains.fresh(HOURS)

    hours = [each["time"][11:13] for each in body["data"]["buckets"]]
    assert hours == ["09", "10", "11", "12", "20", "21"]
    assert {float(each["net_usd"]) for each in body["data"]["buckets"]} == {0}


async def test_what_has_no_price_is_counted_and_not_summed(place: Place, chains: Served) -> None:
    await store(place, [transfer()])

    body = await chains.fresh(HOURS)

    told = [(each["inflow_usd"], each["transfers"], each["unpriced"]) for each in body["data"]["buckets"]]
    assert (0, 1, 1) in told


async def hourly(place: Place, hours: int) -> None:
    """Store so many hours whose nets are 1, 2, 1, 2 … and a last one of 10, in dollars."""
    await store(place, [])
    place.run(
        "INSERT INTO exchange_flows SELECT 'bitcoin', 'bitcoin', "  # noqa: S608
        f"timestamptz '{NOON.isoformat()}' - n * interval '1 hour', '{NOON.isoformat()}', true, 0, 0,"
        f" CASE n WHEN 3 THEN 10 ELSE 1 + n % 2 END, 0, 1, 0 FROM generate_series(3, {hours + 3}) AS n"
    )


async def test_a_net_out_of_the_ordinary_has_a_high_score(place: Place, chains: Served) -> None:
    await hourly(place, 100)

    body = await chains.fresh(HOURS)

    scores = {each["time"]: each["z_score"] for each in body["data"]["buckets"]}
    assert float(scores["2026-03-01T09:00:00.000Z"]) == pytest.approx((10 - 1.5) / 0.5025, rel=0.001)
    assert len([score for score in scores.values() if score is None]) == 48


async def test_below_two_days_of_hours_there_is_no_score(place: Place, chains: Served) -> None:
    await hourly(place, 44)

    body = await chains.fresh(HOURS)

    assert {each["z_score"] for each in body["data"]["buckets"]} == {None}


async def test_flows_are_told_as_they_were_known_then(place: Place, chains: Served) -> None:
    price(place)
    first = transfer(1, amount=Decimal(10), at=NOON - 5 * MINUTE)
    await store(place, [first])
    late = transfer(2, amount=Decimal(20), at=NOON - 4 * MINUTE)
    await store(place, [first, late], at=NOON + 5 * MINUTE)
    chains.clock.advance(6 * MINUTE)

    async def inflow(query: str) -> float:
        body = await chains.fresh(f"{HOURS}{query}")
        return sum(float(each["inflow_usd"]) for each in body["data"]["buckets"])

    assert await inflow("") == 600_000
    assert await inflow(f"?as_of={in_ms(NOON + MINUTE)}") == 200_000
    assert await inflow(f"?as_of={in_ms(NOON - MINUTE)}") == 0


async def test_ranges_are_half_open(place: Place, chains: Served) -> None:
    await hourly(place, 10)

    body = await chains.fresh(f"{HOURS}?from={in_ms(NOON - 6 * HOUR)}&to={in_ms(NOON - 4 * HOUR)}")

    assert [each["time"][11:13] for each in body["data"]["buckets"]] == ["06", "07"]


@pytest.mark.parametrize("what", ["whale-alerts", "exchange-flow"])
async def test_chains_without_a_source_are_told_from_unknown_and_unloaded_ones(chains: Served, what: str) -> None:
    answers = {name: await chains.get(f"/api/v1/on-chain/{name}/{what}") for name in ("nonsense", "bsc", "bitcoin")}

    assert {name: (answer.status_code, answer.json()["code"]) for name, answer in answers.items()} == {
        "nonsense": (404, "chain_not_found"),
        "bsc": (404, "metric_not_supported"),
        "bitcoin": (503, "no_data"),
    }


@pytest.mark.parametrize(
    "query",
    [
        "whale-alerts?min_usd=99999",
        "whale-alerts?min_usd=nan",
        "whale-alerts?limit=251",
        "whale-alerts?cursor=AAAAAAAAAAA",
        "whale-alerts?cursor=zzz",
        "whale-alerts?offset=3",
        "exchange-flow?from=5&to=4",
        "exchange-flow?from=2020-01-01",
        "exchange-flow?as_of=2199-01-01",
        "exchange-flow?limit=3",
    ],
)
async def test_bad_parameters_are_refused(place: Place, chains: Served, query: str) -> None:
    await store(place, [transfer()])

    answer = await chains.get(f"/api/v1/on-chain/bitcoin/{query}")

    assert answer.status_code == 422, answer.text


async def test_answers_say_how_long_they_are_fresh(place: Place, chains: Served) -> None:
    await store(place, [transfer()])

    answers = [await chains.get(path) for path in (WHALES, HOURS)]

    assert [answer.headers["cache-control"].split(",")[1].strip() for answer in answers] == [
        "max-age=300",
        "max-age=21600",
    ]
