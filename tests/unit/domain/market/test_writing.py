"""Storing runs: whole, once, in order, and read back as they were said."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from shared.core.errors import DatabaseUnavailableError, SettingsError
from shared.db.engine import Database
from shared.domain.market.identity import ProviderName
from shared.domain.market.writing import MarketWriter
from tests.clocks import NOON
from tests.databases import Place
from tests.prices import record, token
from tests.snapshots import BITCOIN, DUST, ETHEREUM, MARKET, OTHER_DUST, RIPPLE, many, snapshot

MINUTE = timedelta(minutes=1)
COUNTED = ("tokens", "provider_ids", "quotes", "source_quotes", "rankings", "market_totals", "price_points")


@pytest.fixture
async def writer(writing: Database) -> MarketWriter:
    return MarketWriter(writing)


def contents(place: Place) -> dict[str, object]:
    """Return everything stored, as text and with the row versions, so that even an idle rewrite shows."""
    rows = {name: place.run(f"SELECT t::text, xmin::text FROM {name} AS t ORDER BY 1") for name in COUNTED}  # noqa: S608
    return dict(rows)


def ranks(place: Place) -> dict[object, object]:
    return {row[0]: row[1] for row in place.run("SELECT token_id, rank FROM quotes")}


async def test_a_run_is_stored_whole(place: Place, writer: MarketWriter) -> None:
    rows = await writer.store(snapshot())

    counts = {name: place.run(f"SELECT count(*) FROM {name}")[0][0] for name in COUNTED}  # noqa: S608
    assert counts == {
        "tokens": 5,
        "provider_ids": 10,
        "quotes": 5,
        "source_quotes": 10,
        "rankings": 1,
        "market_totals": 1,
        "price_points": 15,
    }
    assert rows == 5 + 10 + 15


async def test_second_delivery_changes_nothing(place: Place, writer: MarketWriter) -> None:
    await writer.store(snapshot())
    before = contents(place)

    rows = await writer.store(snapshot())

    assert rows == 0
    assert contents(place) == before


async def test_older_run_changes_nothing(place: Place, writer: MarketWriter) -> None:
    await writer.store(snapshot(at=NOON + MINUTE))
    before = contents(place)

    rows = await writer.store(snapshot([(*BITCOIN[:3], "1", "2")], at=NOON))

    assert rows == 0
    assert contents(place) == before


async def test_two_instances_at_once_end_with_the_newer_run(place: Place) -> None:
    databases = [Database(place.writer, read_only=False) for _ in range(2)]
    older = snapshot([(*row[:3], "1", row[4]) for row in MARKET], at=NOON)
    newer = snapshot([(*row[:3], "2", row[4]) for row in MARKET], at=NOON + MINUTE)
    runs = [older, newer, older, newer]

    rows = await asyncio.gather(*(MarketWriter(databases[n % 2]).store(run) for n, run in enumerate(runs)))

    assert place.run("SELECT DISTINCT price_usd::int, refreshed_at = '2026-03-01 12:01+0' FROM quotes") == [[2, True]]
    assert rows.count(0) in (2, 3)
    for database in databases:
        await database.close()


async def test_ranks_follow_the_market_cap_and_unknown_ones_come_last(place: Place, writer: MarketWriter) -> None:
    twin = ("twin", "TWN", "Twin", "1", RIPPLE[4])

    await writer.store(snapshot([DUST, twin, OTHER_DUST, ETHEREUM, RIPPLE, BITCOIN]))

    expected = ["bitcoin", "ripple", "twin", "ethereum", "dust-2", "dust"]
    assert ranks(place) == {name: rank for rank, name in enumerate(expected, 1)}
    assert place.run("SELECT token_ids, token_count FROM rankings") == [[expected, 6]]


async def test_token_unseen_for_a_day_leaves_the_ranking_and_keeps_its_quote(
    place: Place, writer: MarketWriter
) -> None:
    others = [row for row in MARKET if row is not BITCOIN]
    await writer.store(snapshot())
    await writer.store(snapshot(others, at=NOON + timedelta(hours=23)))
    within_a_day = ranks(place)["bitcoin"]

    await writer.store(snapshot(others, at=NOON + timedelta(hours=25)))

    assert (within_a_day, ranks(place)["bitcoin"]) == (1, None)
    assert ranks(place)["ripple"] == 1
    assert place.run("SELECT price_usd FROM quotes WHERE token_id = 'bitcoin'") == [[Decimal(BITCOIN[3])]]


async def test_rankings_are_kept_for_an_hour(place: Place, writer: MarketWriter) -> None:
    for minutes in (0, 30, 60, 61):
        await writer.store(snapshot(at=NOON + minutes * MINUTE))

    assert place.run("SELECT to_char(ranked_at, 'HH24:MI') FROM rankings ORDER BY 1") == [
        ["12:30"],
        ["13:00"],
        ["13:01"],
    ]


async def test_first_point_of_an_interval_stays(place: Place, writer: MarketWriter) -> None:
    for minute, price in enumerate(["10", "11", "12", "13", "14", "15", "16"]):
        await writer.store(snapshot([(*BITCOIN[:3], price, None)], at=NOON + minute * MINUTE, observed=timedelta(0)))

    points = place.run("SELECT resolution_s, price_usd::int FROM price_points ORDER BY resolution_s, bucket")
    assert points == [[300, 10], [300, 15], [3600, 10], [86400, 10]]


async def test_what_was_known_when_is_never_rewritten(place: Place, writer: MarketWriter) -> None:
    await writer.store(snapshot([BITCOIN], at=NOON + 10 * MINUTE, observed=timedelta(seconds=5)))

    await writer.store(snapshot([BITCOIN], at=NOON + 11 * MINUTE, observed=9 * MINUTE))

    assert place.run("SELECT count(*) FROM price_points WHERE resolution_s = 300") == [[1]]


async def test_same_observation_makes_no_second_point(place: Place, writer: MarketWriter) -> None:
    for minutes in range(0, 60, 10):
        await writer.store(snapshot([BITCOIN], at=NOON + minutes * MINUTE, observed=(minutes + 1) * MINUTE))

    assert place.run("SELECT count(*) FROM price_points WHERE resolution_s = 300") == [[1]]


async def test_provider_with_a_wrong_clock_makes_no_tables(place: Place, writer: MarketWriter) -> None:
    await writer.store(snapshot([BITCOIN], observed=timedelta(days=4000)))

    assert place.run("SELECT DISTINCT tableoid::regclass::text FROM price_points ORDER BY 1") == [
        ["price_points_300_other"],
        ["price_points_3600_other"],
        ["price_points_86400"],
    ]


async def test_no_price_is_observed_after_it_arrived(place: Place, writer: MarketWriter) -> None:
    await writer.store(snapshot([BITCOIN], observed=-timedelta(hours=5)))

    assert place.run("SELECT to_char(max(observed_at), 'HH24:MI') FROM price_points") == [["12:00"]]


async def test_kinds_of_data_never_mix(place: Place, writer: MarketWriter) -> None:
    await writer.store(snapshot())

    with pytest.raises(SettingsError, match="live data, not sandbox"):
        await writer.store(snapshot(at=NOON + MINUTE, data_source="sandbox"))

    assert place.run("SELECT count(*) FROM rankings") == [[1]]


async def test_catalogue_is_read_back(writer: MarketWriter) -> None:
    empty = await writer.load_matching()
    await writer.store(snapshot())

    known = await writer.load_matching()

    assert (empty.tokens, empty.provider_ids) == ({}, {})
    assert set(known.tokens) == {row[0] for row in MARKET}
    bitcoin = known.tokens["bitcoin"]
    assert (bitcoin.symbol, bitcoin.name, bitcoin.provisional) == ("BTC", "Bitcoin", False)
    assert (bitcoin.price_usd, bitcoin.market_cap_usd) == (Decimal(BITCOIN[3]), Decimal(BITCOIN[4] or 0))
    assert bitcoin.as_of == NOON - timedelta(seconds=10)
    assert known.provider_ids["coinpaprika", "btc-bitcoin"] == "bitcoin"


async def test_records_are_read_back_as_they_were_said(writer: MarketWriter) -> None:
    run = many(3)
    bare = ("token-0", record("binance", "1.50", symbol="BTC", name=None, quote_currency="usdt"))
    run = replace(run, records=[*run.records, bare])
    await writer.store(run)

    found = await writer.recent_source_quotes(NOON)

    assert sorted(found, key=repr) == sorted(run.records, key=repr)
    assert await writer.recent_source_quotes(NOON + MINUTE) == []


async def test_newest_record_of_a_provider_stays(writer: MarketWriter) -> None:
    def said(price: str, *, observed: int, fetched: int) -> list[tuple[str, object]]:
        return [("bitcoin", record("binance", price, at=NOON + observed * MINUTE, fetched_at=NOON + fetched * MINUTE))]

    runs = [(2, "2", 1, 2), (3, "3", 0, 3), (4, "4", 3, 4)]
    kept = []
    for minute, price, observed, fetched in runs:
        run = snapshot([BITCOIN], at=NOON + minute * MINUTE)
        await writer.store(replace(run, records=said(price, observed=observed, fetched=fetched)))  # type: ignore[arg-type]
        kept.append([int(each.price) for _, each in await writer.recent_source_quotes(NOON)])

    assert kept == [[2], [2], [4]]


async def test_provisional_tokens_get_their_real_names_or_go(place: Place, writer: MarketWriter) -> None:
    provisional = [
        token("btc-token", "BTC", "Bitcoin", provisional=True),
        token("ripple", "XRP", "Ripple", provisional=True),
    ]
    first = snapshot([("btc-token", *BITCOIN[1:]), RIPPLE])
    await writer.store(replace(first, new_tokens=provisional))

    await writer.store(snapshot([BITCOIN, RIPPLE], at=NOON + MINUTE, retired=["btc-token"]))

    assert place.run("SELECT token_id, name, provisional FROM tokens ORDER BY 1") == [
        ["bitcoin", "Bitcoin", False],
        ["ripple", "XRP", False],
    ]
    for table in ("quotes", "source_quotes", "provider_ids", "price_points"):
        assert place.run(f"SELECT count(*) FROM {table} WHERE token_id = 'btc-token'") == [[0]]  # noqa: S608
    assert place.run("SELECT token_ids FROM rankings ORDER BY ranked_at DESC LIMIT 1") == [[["bitcoin", "ripple"]]]


async def test_real_token_is_never_retired_nor_made_provisional(place: Place, writer: MarketWriter) -> None:
    await writer.store(snapshot([BITCOIN]))

    again = snapshot([BITCOIN], at=NOON + MINUTE, retired=["bitcoin"])
    await writer.store(replace(again, new_tokens=[token("bitcoin", "BTC", "Other", provisional=True)]))

    assert place.run("SELECT name, provisional FROM tokens") == [["Bitcoin", False]]


async def test_names_move_to_the_token_learnt_last(place: Place, writer: MarketWriter) -> None:
    await writer.store(snapshot([BITCOIN, RIPPLE]))

    moved = ProviderName("coinpaprika", "btc-bitcoin", "ripple", "price")
    unknown = ProviderName("coinpaprika", "x", "no-such-token", "price")
    await writer.store(replace(snapshot([BITCOIN, RIPPLE], at=NOON + MINUTE), mappings=[moved, moved, unknown]))

    known = await writer.load_matching()
    assert known.provider_ids["coinpaprika", "btc-bitcoin"] == "ripple"
    assert ("coinpaprika", "x") not in known.provider_ids


async def test_texts_of_any_kind_are_kept(place: Place, writer: MarketWriter) -> None:
    strange = ("strange", "A\tB", "tab\t \\N newline\n quote' 💎 ''\"{}", "1", None)

    await writer.store(snapshot([strange]))

    assert place.run("SELECT symbol, name FROM tokens") == [["A\tB", strange[2]]]


async def test_run_without_quotes_loads_nothing(place: Place, writer: MarketWriter) -> None:
    assert await writer.store(snapshot([])) == 0
    assert place.run("SELECT count(*) FROM rankings") == [[0]]


async def test_failure_midway_leaves_nothing(place: Place, writer: MarketWriter) -> None:
    broken = snapshot()
    impossible = replace(broken.quotes[-1], price_usd=Decimal(-1))

    with pytest.raises(Exception, match="quotes_price_usd_check"):
        await writer.store(replace(broken, quotes=[*broken.quotes[:-1], impossible]))

    assert {name: place.run(f"SELECT count(*) FROM {name}")[0][0] for name in COUNTED} == dict.fromkeys(COUNTED, 0)  # noqa: S608


async def test_database_away_is_told(place: Place, writer: MarketWriter) -> None:
    place.close()

    with pytest.raises(DatabaseUnavailableError):
        await writer.store(snapshot())
