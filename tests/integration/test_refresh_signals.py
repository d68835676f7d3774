"""A refresh of signals from stored facts to answers: over PostgreSQL, with a clock that is moved."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pg8000.exceptions import DatabaseError

from functions.signals.main import build
from shared.domain.chain import GENESIS, entry_hash, first_broken
from shared.domain.datapoints.catalogue import data_points
from tests import signals as facts
from tests.clocks import NOON
from tests.databases import Place
from tests.functions.quoting import Served
from tests.panels import sandbox_panel, store
from tests.signals import DAY, Signals, signals_over

WEEK = 7 * DAY


@pytest.fixture
async def signals(place: Place, tmp_path: Path) -> AsyncIterator[Signals]:
    async with signals_over(place, tmp_path) as running:
        yield running


def a_market_that_agrees(place: Place) -> None:
    """Half of it rises, and everybody is glad."""
    store(place, facts.rising())
    facts.quoted_at(place, NOON)
    facts.greed(place)
    facts.mood(place, "", 0.4)


def log_of(place: Place) -> list[tuple[str, str, dict[str, Any]]]:
    rows = place.run("SELECT previous, hash, body FROM signal_log ORDER BY position")
    return [(str(previous), str(stated), json.loads(str(body))) for previous, stated, body in rows]


async def test_every_quoted_token_gets_data_points_and_a_verdict(signals: Signals) -> None:
    a_market_that_agrees(signals.place)

    report = await signals.run()

    assert (report.outcome, report.rows) == ("succeeded", 32)
    assert list(report.steps) == ["inputs", "compute", "decide", "store", "warm"]
    assert [signals.count(table) for table in ("token_datapoints", "token_signals", "signal_history")] == [32, 32, 32]
    [[least, most, strange]] = signals.place.run(
        "SELECT min(cardinality(values)), max(cardinality(values)), count(*) FILTER (WHERE value IN ('NaN', 'Infinity', '-Infinity'))"
        " FROM token_datapoints, unnest(values || contributions) AS value"
    )
    assert (least, most, strange) == (len(data_points()), len(data_points()), 0)


async def test_signals_go_with_the_trend_and_are_chained(signals: Signals) -> None:
    a_market_that_agrees(signals.place)

    await signals.run()

    entries = log_of(signals.place)
    assert len(entries) >= 4
    assert first_broken(entries) is None
    assert entries[0][0] == GENESIS
    # Greed is of the whole market, so only what rises has enough independent votes.
    assert {body["direction"] for _, _, body in entries} == {"bullish"}
    body = entries[0][2]
    assert body["probability"] == "0.5000"
    assert len(body["inputs"]) == 64
    [[digest]] = signals.place.run(f"SELECT digest FROM token_datapoints WHERE token_id = '{body['token_id']}'")  # noqa: S608
    assert digest == body["inputs"]


async def test_the_same_signal_is_not_emitted_twice(signals: Signals) -> None:
    a_market_that_agrees(signals.place)
    await signals.run()
    emitted = signals.count("signal_log")
    signals.clock.advance(timedelta(minutes=5))
    facts.quoted_at(signals.place, signals.clock.now())

    report = await signals.run()
    again = await signals.run("refresh-signals@run 2")

    assert signals.count("signal_log") == emitted
    assert report.detail == "0 signals emitted, 0 graded"
    assert again.started_at == report.started_at


@pytest.mark.parametrize(
    "statement", ["UPDATE signal_log SET body = '{}'", "DELETE FROM signal_log", "TRUNCATE signal_log CASCADE"]
)
async def test_not_even_the_superuser_rewrites_the_log(signals: Signals, statement: str) -> None:
    a_market_that_agrees(signals.place)
    await signals.run()

    with pytest.raises(DatabaseError, match="only ever added to"):
        signals.place.run(statement)

    assert signals.count("signal_log") > 0


async def test_signals_are_graded_after_their_horizon_and_the_record_tells(signals: Signals) -> None:
    a_market_that_agrees(signals.place)
    await signals.run()
    bodies = [body for _, _, body in log_of(signals.place)]
    for number, body in enumerate(bodies):
        start = float(body["price_usd"])
        facts.price(signals.place, body["token_id"], NOON + 6 * DAY, start * 3)
        # One in four falls, one is never priced again.
        if number:
            way = 0.9 if number % 4 == 0 else 1.2
            facts.price(signals.place, body["token_id"], NOON + WEEK + timedelta(minutes=20), start * way)
    signals.clock.advance(WEEK - timedelta(minutes=1))
    early = await signals.run()
    signals.clock.advance(timedelta(hours=2))
    due = await signals.run()
    signals.clock.advance(3 * DAY)
    late = await signals.run()

    count = len(bodies)
    falling = len(range(4, count, 4))
    assert [str(each.detail).split(", ")[1] for each in (early, due, late)] == [
        "0 graded",
        f"{count - 1} graded",
        "1 graded",
    ]
    assert signals.place.run("SELECT count(*) FILTER (WHERE lost) FROM signal_grades") == [[1]]
    [[written]] = signals.place.run("SELECT written FROM signal_record")
    record = json.loads(str(written))
    everything = record["groups"][0]
    assert (everything["group"], everything["graded"], everything["days"]) == ("all", count, 1)
    # The lost one tripled before it was lost.
    assert everything["hit_rate"]["value"] == pytest.approx((count - falling) / count)
    assert everything["brier"]["value"] == pytest.approx(0.25)
    assert everything["hit_rate"]["low"] is None
    assert record["chain"]["verified"] is True
    assert record["chain"]["head"] == log_of(signals.place)[-1][1]


async def test_a_stated_probability_learns_from_what_was_graded(signals: Signals) -> None:
    a_market_that_agrees(signals.place)
    await signals.run()
    first = [body for _, _, body in log_of(signals.place)]
    for body in first:
        facts.price(signals.place, body["token_id"], NOON + WEEK + timedelta(minutes=5), float(body["price_usd"]) * 1.5)
    signals.clock.advance(WEEK + timedelta(hours=1))
    store_days_since(signals)

    await signals.run()

    later = [body for _, _, body in log_of(signals.place)][len(first) :]
    assert later
    for body in later:
        same = sum(each["strength"] == body["strength"] for each in first)
        assert float(body["probability"]) == pytest.approx((same + 10) / (same + 20), abs=1e-4)


def store_days_since(signals: Signals) -> None:
    """Let the market be as it was, a week later: its facts move along."""
    week = "interval '7 days'"
    signals.place.run(
        f"UPDATE candles SET opened_at = opened_at + interval '1000 days';"  # noqa: S608
        f"UPDATE candles SET opened_at = opened_at - interval '1000 days' + {week};"
        f"DELETE FROM price_points WHERE resolution_s = 86400;"
        f"UPDATE sentiment_values SET at = at + interval '1000 days';"
        f"UPDATE sentiment_values SET at = at - interval '1000 days' + {week};"
        f"UPDATE news_moods SET known_at = '{signals.clock.now()}'"
    )
    facts.quoted_at(signals.place, signals.clock.now())


async def test_a_tampered_log_is_told(signals: Signals) -> None:
    a_market_that_agrees(signals.place)
    await signals.run()
    signals.place.run(
        "ALTER TABLE signal_log DISABLE TRIGGER signal_log_stays;"
        "UPDATE signal_log SET body = replace(body, 'bullish', 'bearish') WHERE position = 2"
    )
    signals.clock.advance(timedelta(hours=1))
    facts.quoted_at(signals.place, signals.clock.now())

    await signals.run()

    [[written]] = signals.place.run("SELECT written FROM signal_record")
    assert (json.loads(str(written))["chain"]["verified"], json.loads(str(written))["chain"]["first_broken"]) == (
        False,
        2,
    )


async def test_within_the_hour_daily_bars_are_not_read_again(signals: Signals) -> None:
    a_market_that_agrees(signals.place)
    await signals.run()
    before = signals.place.run("SELECT token_id, values[2:6] FROM token_datapoints ORDER BY token_id")
    signals.place.run("DELETE FROM candles; DELETE FROM price_points")
    signals.clock.advance(timedelta(minutes=50))
    await signals.run()
    kept = signals.place.run("SELECT token_id, values[2:6] FROM token_datapoints ORDER BY token_id")
    signals.clock.advance(timedelta(minutes=10))
    await signals.run()

    assert kept == before
    assert signals.place.run("SELECT count(*) FROM token_datapoints WHERE values[2] IS NOT NULL") == [[0]]
    assert signals.count("signal_history") == 32


async def test_a_new_day_is_computed_and_kept(signals: Signals) -> None:
    a_market_that_agrees(signals.place)
    await signals.run()
    signals.clock.advance(timedelta(hours=13))

    await signals.run()

    assert signals.place.run("SELECT at, count(*) FROM signal_history GROUP BY at ORDER BY at") == [
        [NOON.replace(hour=0), 32],
        [NOON.replace(hour=0) + DAY, 32],
    ]
    assert signals.place.run("SELECT DISTINCT day FROM token_datapoints") == [[NOON.replace(hour=0)]]


async def test_what_is_quoted_no_more_has_no_data_points(signals: Signals) -> None:
    a_market_that_agrees(signals.place)
    await signals.run()
    signals.place.run("DELETE FROM quotes WHERE token_id = 'cardano'")
    signals.clock.advance(timedelta(minutes=5))

    await signals.run()

    assert signals.count("token_datapoints") == signals.count("token_signals") == 31
    assert signals.count("signal_history") == 32


async def test_without_a_quote_nothing_is_written(signals: Signals) -> None:
    report = await signals.run()

    assert report.outcome == "failed"
    assert signals.count("datasets") == 0


async def test_all_verticals_facts_become_data_points(signals: Signals) -> None:
    a_market_that_agrees(signals.place)
    facts.chains(signals.place, growth=-0.02)
    facts.flows(signals.place, inflow=2e6, outflow=1e6)
    for number, (usd, days, to) in enumerate(
        [(5e6, 0.5, "binance"), (2e6, 0.9, None), (9e5, 0.5, None), (7e6, 3.2, None)]
    ):
        facts.whale(signals.place, number, usd, days * DAY, to=to)
    facts.book(signals.place, "bitcoin", "binance", spread=2, bids=3e6, asks=1e6)
    facts.book(signals.place, "bitcoin", "kraken", spread=5, bids=1e6, asks=1e6)
    facts.mood(signals.place, "bitcoin", 0.25, 12)
    await signals.run()
    served = Served(build, signals.place, signals.clock)

    body = await served.fresh("/api/v1/signals/bitcoin")
    diverging = await served.fresh("/api/v1/signals/divergences")
    await served.close()

    value = {each["id"]: each["value"] for each in body["data"]["datapoints"]}
    assert float(value["active_addresses_change_7d"]) == pytest.approx(100 * (0.98**7 - 1))
    assert float(value["tvl_change_30d"]) == pytest.approx(100 * (0.98**30 - 1), abs=1e-6)
    assert float(value["exchange_net_flow_share_7d"]) == pytest.approx((2 * 1.05 - 1) / (2 * 1.05 + 1), abs=0.02)
    assert (value["whale_transfers_24h"], float(value["whale_volume_24h"])) == (2, 7e6)
    assert float(value["whale_activity_ratio_7d"]) == pytest.approx(7e6 / (14e6 / 7))
    assert value["whale_exchange_balance_7d"] == 1
    assert (value["spread"], value["venues"]) == (2, 2)
    assert float(value["book_imbalance"]) == pytest.approx(2 / 6)
    assert (float(value["news_mood"]), value["news_articles"]) == (0.25, 12)
    assert float(value["news_mood_relative"]) == pytest.approx(-0.15)
    assert value["fear_greed"] == 80
    assert value["slippage_skew_100k"] == 5
    assert [each["id"] for each in diverging["data"]] == ["bitcoin"]
    assert (diverging["data"][0]["direction"], diverging["data"][0]["since"]) == ("bearish", "2026-03-01T12:00:00.000Z")


async def test_a_divergence_keeps_its_beginning_until_it_ends(signals: Signals) -> None:
    a_market_that_agrees(signals.place)
    facts.chains(signals.place, growth=-0.02)
    since = []
    for _ in range(3):
        await signals.run()
        since.append(signals.place.run("SELECT diverging_since FROM token_signals WHERE token_id = 'bitcoin'")[0][0])
        signals.clock.advance(timedelta(minutes=5))
    signals.place.run("DELETE FROM chain_metrics")
    await signals.run()

    assert since == [NOON] * 3
    assert signals.count("token_signals WHERE diverging_since IS NOT NULL") == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE quotes SET priced_at = '2026-03-01 10:00Z'", "price_old"),
        ("UPDATE candles SET turnover = 1000", "illiquid"),
        ("UPDATE tokens SET name = 'Wrapped ' || name", "follows_another"),
    ],
)
async def test_what_cannot_be_acted_upon_is_withheld_and_says_why(signals: Signals, change: str, reason: str) -> None:
    a_market_that_agrees(signals.place)
    signals.place.run(change)

    await signals.run()

    [[withheld]] = signals.place.run(
        f"SELECT count(*) FROM token_signals WHERE written_verdict LIKE '%\"withheld\":[%{reason}%'"  # noqa: S608
    )
    assert int(str(withheld)) >= 4
    assert signals.count("signal_log") == 0


async def test_the_sandboxes_market_gets_signals_end_to_end(signals: Signals) -> None:
    panel, _ = sandbox_panel(60, 30)
    store(signals.place, panel)
    facts.quoted_at(signals.place, NOON)
    facts.greed(signals.place)

    report = await signals.run()
    served = Served(build, signals.place, signals.clock)
    heat = await served.fresh("/api/v1/signals/heatmap?limit=5")
    await served.close()

    assert report.outcome == "succeeded"
    assert len(heat["data"]) == 5
    assert heat["meta"]["total"] == report.rows
    stable = signals.place.run("SELECT written_verdict FROM token_signals WHERE token_id = 'tether'")
    assert '"kind":"stablecoin"' in str(stable[0][0])


async def test_the_log_can_be_verified_by_anyone_who_reads_it(signals: Signals) -> None:
    a_market_that_agrees(signals.place)
    await signals.run()
    served = Served(build, signals.place, signals.clock)
    pages, path = [], "/api/v1/signals/track-record?limit=3"
    while path:
        answer = await served.fresh(path)
        pages += answer["data"]["log"]
        path = "/api/v1/signals/track-record" + answer["meta"]["next"] if "next" in answer["meta"] else ""
    await served.close()

    before = GENESIS
    for entry in reversed(pages):
        assert entry["previous"] == before
        assert entry["hash"] == entry_hash(before, entry["body"])
        before = entry["hash"]
    assert [entry["position"] for entry in pages] == list(range(len(pages), 0, -1))
    assert len(pages) == signals.count("signal_log")
