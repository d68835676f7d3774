"""The portfolio function: what a portfolio is worth, how it did, how it may fall, at prices of a real database."""

import asyncio
import random
import statistics
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from shared.domain.portfolio.analysis_models import Performance, Risk, Valuation
from shared.http.envelope import Envelope
from tests.clocks import NOON
from tests.databases import Place
from tests.snapshots import snapshot

from .portfolio_desks import Desk
from .quoting import store

MIDNIGHT = NOON.replace(hour=0)
DAY = timedelta(days=1)
BITCOIN = Decimal("3578.2828968419490075")
ETHEREUM = Decimal("131.40")


def walk(seed: int, start: float) -> list[float]:
    """Return 400 daily prices, the last that of the last midnight."""
    source, price, found = random.Random(seed), start, []
    for _ in range(400):
        price *= 1 + source.gauss(0.0005, 0.03)
        found.append(round(price, 6))
    return found


BTC, ETH = walk(1, 3000), walk(2, 150)


def fill(place: Place) -> None:
    asyncio.run(store(place, snapshot()))
    points = ", ".join(
        f"(86400, 'ethereum', '{at}', '{at + timedelta(minutes=5)}', {price})"
        for at, price in ((MIDNIGHT - (399 - day) * DAY, price) for day, price in enumerate(ETH))
    )
    place.run(
        f"INSERT INTO price_points (resolution_s, token_id, bucket, observed_at, price_usd) VALUES {points}"  # noqa: S608
        " ON CONFLICT (resolution_s, token_id, bucket) DO UPDATE"
        " SET observed_at = excluded.observed_at, price_usd = excluded.price_usd"
    )
    place.run("INSERT INTO candle_sources (provider, quote_currency, preference) VALUES ('test', 'usdt', 1)")
    place.run("INSERT INTO candle_series (token_id, interval_s, refreshed_at) VALUES ('bitcoin', 86400, now())")
    candles = ", ".join(f"('{MIDNIGHT - (400 - day) * DAY}', {price})" for day, price in enumerate(BTC))
    place.run(
        "INSERT INTO candles (series_id, source_id, closed, opened_at, known_at, open, high, low, close)"  # noqa: S608
        f" SELECT series_id, source_id, true, at::timestamptz, at::timestamptz, price, price, price, price"
        f" FROM candle_series, candle_sources, (VALUES {candles}) AS told (at, price)"
    )


@pytest.fixture(scope="module")
def loaded(shared_place: Place) -> Place:
    fill(shared_place)
    return shared_place


@pytest.fixture
async def desk(loaded: Place) -> AsyncIterator[Desk]:
    made = Desk(loaded)
    yield made
    await made.close()


def ago(days: float) -> str:
    return (MIDNIGHT - days * DAY).isoformat()


async def meta(desk: Desk, path: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.ask("GET", path)).json()["meta"]
    return found


async def test_holdings_are_valued_at_the_last_price_with_its_age(desk: Desk) -> None:
    name = await desk.new()
    await desk.add(name, ago(10), quantity="2", price="3000", fee="10")
    await desk.add(name, ago(9), kind="sell", quantity="0.5", price="4000")
    await desk.add(name, ago(8), token_id="ethereum", quantity="10", price="100")

    answer = await desk.ask("GET", f"/{name}/valuation")

    body = Envelope[Valuation].model_validate_json(answer.content)
    totals, (first, second) = body.data.totals, body.data.holdings
    assert (first.token_id, first.quantity, Decimal(first.value_usd or 0)) == (
        "bitcoin",
        "1.5",
        (BITCOIN * Decimal("1.5")).quantize(Decimal("1e-12")),
    )
    assert (first.price_usd, first.price_age_s, first.price_stale) == (str(BITCOIN), 10, False)
    assert (first.fifo.cost_usd, first.fifo.realised_usd, first.fifo.cost_per_coin_usd) == ("4507.5", "497.5", "3005")
    assert (second.token_id, second.value_usd) == ("ethereum", "1314")
    assert (totals.invested_usd, totals.returned_usd, totals.partial) == ("7010", "2000", False)
    assert Decimal(totals.gain_usd or 0) == Decimal(totals.value_usd) + 2000 - 7010
    assert Decimal(totals.gain_usd or 0) == Decimal(totals.fifo.unrealised_usd) + Decimal(totals.fifo.realised_usd)
    assert sum(each.share or 0 for each in body.data.holdings) == pytest.approx(1)
    assert (body.meta.as_of, body.meta.age_s, body.meta.stale, body.meta.source) == (
        NOON - timedelta(seconds=10),
        10,
        False,
        "live",
    )


async def test_a_holding_without_a_price_is_null_and_the_total_is_partial(desk: Desk, loaded: Place) -> None:
    loaded.run(
        "INSERT INTO tokens (token_id, symbol, name, provisional, first_seen_at, last_seen_at)"
        " VALUES ('unpriced', 'UNP', 'Unpriced', false, now(), now()) ON CONFLICT DO NOTHING"
    )
    name = await desk.new()
    await desk.add(name, ago(10))
    await desk.add(name, ago(10), token_id="unpriced", price="5")

    body = (await desk.ask("GET", f"/{name}/valuation")).json()

    unpriced = body["data"]["holdings"][-1]
    assert (unpriced["token_id"], unpriced["price_usd"], unpriced["value_usd"], unpriced["share"]) == (
        "unpriced",
        None,
        None,
        None,
    )
    assert (body["data"]["totals"]["partial"], body["data"]["totals"]["gain_usd"]) == (True, None)
    assert (body["meta"]["unpriced"], body["meta"]["partial"]) == (["unpriced"], True)
    assert body["data"]["totals"]["value_usd"] == body["data"]["holdings"][0]["value_usd"]


async def test_old_prices_make_an_answer_stale(desk: Desk) -> None:
    name = await desk.new()
    await desk.add(name, ago(10))
    desk.clock.advance(timedelta(minutes=4))

    told = await meta(desk, f"/{name}/valuation")

    assert (told["stale"], told["age_s"]) == (True, 250)


async def test_what_was_sold_is_told_as_closed(desk: Desk) -> None:
    name = await desk.new()
    await desk.add(name, ago(10))
    await desk.add(name, ago(9), kind="sell", price="150")

    data = await desk.data("GET", f"/{name}/valuation")

    assert data["holdings"] == []
    assert data["closed"] == [{"token_id": "bitcoin", "realised_fifo_usd": "50", "realised_average_cost_usd": "50"}]


async def test_time_weighted_return_is_that_of_the_price_whatever_is_paid_in(desk: Desk) -> None:
    name = await desk.new()
    for day in (300, 200, 100):
        await desk.add(name, ago(day), quantity=str(day), price=str(BTC[399 - day]))

    answer = await desk.ask("GET", f"/{name}/performance?to={ago(0)[:10]}")

    data = Envelope[Performance].model_validate_json(answer.content).data
    assert data.time_weighted.total == pytest.approx(BTC[-1] / BTC[99] - 1, abs=1e-9)
    assert (data.time_weighted.annualised, data.time_weighted.reason) == (None, "annualised only from 365 days on")
    assert (data.days, len(data.daily)) == (300, 301)
    assert data.daily[-1][4] == pytest.approx(1 + (data.time_weighted.total or 0), abs=1e-9)
    invested = sum(day * Decimal(str(BTC[399 - day])) for day in (300, 200, 100))
    assert Decimal(data.inflow_usd) == invested
    assert Decimal(data.value_end_usd) == 600 * Decimal(str(BTC[-1]))
    assert Decimal(data.gain_usd) == Decimal(data.value_end_usd) - invested


async def test_money_weighted_return_of_one_purchase_is_its_growth(desk: Desk) -> None:
    name = await desk.new()
    await desk.add(name, ago(365), quantity="1", price=str(BTC[34]))

    data = await desk.data("GET", f"/{name}/performance?from={ago(365)[:10]}&to={ago(0)[:10]}")

    assert data["days"] == 365
    assert data["money_weighted"]["annual"] == pytest.approx(BTC[-1] / BTC[34] - 1, abs=1e-8)
    assert data["time_weighted"]["annualised"] == pytest.approx(BTC[-1] / BTC[34] - 1, abs=1e-8)


async def test_today_is_valued_at_the_last_price(desk: Desk) -> None:
    name = await desk.new()
    await desk.add(name, ago(40), quantity="2", price="3000")
    await desk.add(name, ago(20), token_id="ethereum", quantity="1", price="150")

    body = (await desk.ask("GET", f"/{name}/performance")).json()

    assert body["data"]["to"] == "2026-03-01T12:00:00Z"
    assert Decimal(body["data"]["value_end_usd"]) == (2 * BITCOIN + ETHEREUM).quantize(Decimal("1e-12"))
    assert (body["meta"]["partial"], body["meta"]["carried_prices"]) == (False, 0)


async def test_a_token_without_history_is_left_out_and_told(desk: Desk) -> None:
    name = await desk.new()
    await desk.add(name, ago(40))
    await desk.add(name, ago(40), token_id="ripple", price="0.4")

    body = (await desk.ask("GET", f"/{name}/performance")).json()

    assert [each["token_id"] for each in body["meta"]["excluded"]] == ["ripple"]
    assert body["meta"]["partial"] is True
    assert body["data"]["inflow_usd"] == "100"


async def test_nothing_held_has_no_return_and_says_why(desk: Desk) -> None:
    name = await desk.new()

    performance = Envelope[Performance].model_validate_json((await desk.ask("GET", f"/{name}/performance")).content)
    risk = Envelope[Risk].model_validate_json((await desk.ask("GET", f"/{name}/risk")).content)
    valuation = await desk.data("GET", f"/{name}/valuation")

    assert performance.data.time_weighted.total is performance.data.money_weighted.annual is None
    assert performance.data.time_weighted.reason
    assert all(
        part.reason for part in (risk.data.own, risk.data.holdings_now, risk.data.concentration, risk.data.correlation)
    )
    assert (valuation["totals"]["value_usd"], valuation["totals"]["partial"]) == ("0", False)


@pytest.mark.parametrize("query", ["from=2020-01-01", "from=2026-02-01&to=2026-02-01", "from=2199-01-01"])
async def test_a_range_that_is_empty_or_too_long_is_refused(desk: Desk, query: str) -> None:
    name = await desk.new()

    answer = await desk.ask("GET", f"/{name}/performance?{query}")

    assert answer.status_code == 422, answer.text


async def test_risk_is_that_of_the_holdings(desk: Desk) -> None:
    name = await desk.new()
    await desk.add(name, ago(300), quantity="1", price="3000")
    await desk.add(name, ago(300), token_id="ethereum", quantity="20", price="150")

    answer = await desk.ask("GET", f"/{name}/risk?days=200")

    data = Envelope[Risk].model_validate_json(answer.content).data
    values = {"bitcoin": float(BITCOIN), "ethereum": float(20 * ETHEREUM)}
    shares = {key: value / sum(values.values()) for key, value in values.items()}
    returns = {
        key: [after / before - 1 for before, after in pairwise(prices[199:])]
        for key, prices in (("bitcoin", BTC), ("ethereum", ETH))
    }
    series = [
        shares["bitcoin"] * one + shares["ethereum"] * other for one, other in zip(*returns.values(), strict=True)
    ]
    assert (data.holdings_now.days, data.own.days, data.correlation.days) == (200, 200, 200)
    assert data.concentration.hhi == pytest.approx(sum(each**2 for each in shares.values()), abs=1e-8)
    assert (data.concentration.top_token, data.correlation.tokens) == ("bitcoin", ["bitcoin", "ethereum"])
    worst = sorted(series)
    level = (data.holdings_now.levels or [])[0]
    assert -worst[10] <= level.value_at_risk <= -worst[9]
    assert level.expected_shortfall == pytest.approx(-sum(worst[:10]) / 10, abs=1e-8)
    assert Decimal(level.value_at_risk_usd) == pytest.approx(
        Decimal(level.value_at_risk * sum(values.values())), abs=Decimal("0.02")
    )
    assert (data.correlation.matrix or [])[0][1] == pytest.approx(statistics.correlation(*returns.values()), abs=1e-8)
    assert data.own.volatility is not None
    assert data.own.max_drawdown is not None
    assert data.own.max_drawdown.depth < 0


async def test_a_short_history_has_no_volatility_and_says_why(desk: Desk) -> None:
    name = await desk.new()
    await desk.add(name, ago(20))

    data = await desk.data("GET", f"/{name}/risk")

    assert (data["own"]["volatility"], data["own"]["days"]) == (None, 20)
    assert data["own"]["reason"] == "20 whole days with a return, of at least 30"
    assert data["holdings_now"]["levels"] is not None


async def test_fields_are_those_documented(desk: Desk) -> None:
    name = await desk.new()
    await desk.add(name, ago(100))

    valuation = await desk.data("GET", f"/{name}/valuation")
    performance = await desk.data("GET", f"/{name}/performance")
    risk = await desk.data("GET", f"/{name}/risk")

    assert set(valuation["holdings"][0]) == set(Valuation.model_fields["holdings"].annotation.__args__[0].model_fields)  # type: ignore[union-attr]
    assert set(performance) == {field.alias or key for key, field in Performance.model_fields.items()}
    assert set(risk) == set(Risk.model_fields)


async def test_prices_near_a_moment_come_from_points_and_candles(desk: Desk) -> None:
    name = await desk.new()
    within = (datetime.fromisoformat(ago(50)) + timedelta(hours=3)).isoformat()

    bitcoin = await desk.add(name, within, kind="income", price=None)
    ethereum = await desk.add(name, within, kind="transfer_in", token_id="ethereum", price=None)
    swapped = await desk.add(name, within, token_id="ripple", price="0.0001", quote="bitcoin", quantity="10")

    # The close of the day before and the open of that day are equally near, and a price five minutes after midnight.
    assert float(bitcoin["price"]) in (BTC[349], BTC[350])
    assert float(ethereum["price"]) == pytest.approx(ETH[349])
    assert (swapped["filled"], swapped["usd_rate"]) == (["usd_rate"], bitcoin["price"])


async def test_a_symbol_is_found_in_the_catalogue(desk: Desk) -> None:
    name = await desk.new()
    text = "time,kind,symbol,quantity,price\n2025-06-01,buy,BTC,1,100\n2025-06-01,buy,DST,1,100\n"

    report = await desk.data(
        "POST", f"/{name}/imports?skip_bad=true", content=text, headers={"content-type": "text/csv"}
    )

    assert (report["symbols"], report["added"]) == ({"BTC": "bitcoin", "DST": "dust-2"}, 2)


async def test_market_data_that_was_never_loaded_is_unavailable(place: Place) -> None:
    desk = Desk(place)
    name = await desk.new()

    answers = [await desk.ask("GET", f"/{name}/{path}") for path in ("valuation", "performance", "risk")]
    await desk.close()

    assert {(each.status_code, each.json()["code"]) for each in answers} == {(503, "no_data")}
    assert {each.headers["retry-after"] for each in answers} == {"30"}


async def test_the_largest_and_smallest_numbers_that_may_be_told_are_answered(desk: Desk) -> None:
    name = await desk.new()
    huge, tiny = "999999999999999999." + "9" * 30, "0." + "0" * 29 + "1"
    for day, (quantity, price) in enumerate([(huge, huge), (tiny, tiny), (huge, tiny), (tiny, huge)]):
        await desk.add(name, ago(90 - day), quantity=quantity, price=price)
    await desk.add(
        name, ago(80), token_id="ethereum", quantity=huge, amount=tiny, price=None, quote="bitcoin", usd_rate=huge
    )
    await desk.add(
        name, ago(79), token_id="ripple", quantity=tiny, price=huge, quote="ethereum", usd_rate=huge,
        settlement="outside", fee=huge, fee_currency="dust", fee_usd_rate=huge,
    )  # fmt: skip
    await desk.add(name, ago(78), kind="sell", quantity=tiny, price=huge, fee=tiny, fee_currency="bitcoin")

    answers = [
        await desk.ask("GET", f"/{name}/{path}") for path in ("valuation", "performance", "risk", "transactions")
    ]

    assert [each.status_code for each in answers] == [200] * 4, [each.text[:200] for each in answers]
    assert not any(word in each.text for each in answers for word in ("NaN", "Infinity"))


async def test_what_costs_nothing_and_is_worth_nothing_is_answered(desk: Desk) -> None:
    name = await desk.new()
    await desk.add(name, ago(60), price="0")
    await desk.add(name, ago(50), kind="sell", price="0", fee="5")

    answers = [await desk.ask("GET", f"/{name}/{path}") for path in ("valuation", "performance", "risk")]

    assert [each.status_code for each in answers] == [200] * 3, [each.text[:200] for each in answers]
