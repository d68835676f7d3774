"""Storing candles: once, in the right table, and with what they were before."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from shared.core.errors import SettingsError
from shared.db.engine import Database
from shared.domain.candles.merge import CandlesStored
from shared.domain.candles.writing import CandleWriter, Hole
from tests.candles import candle, hours, series
from tests.clocks import NOON
from tests.databases import Place

LATER = NOON + timedelta(days=2)


@pytest.fixture
async def writer(writing: Database) -> CandleWriter:
    return CandleWriter(writing)


async def stored(writer: CandleWriter, *records: object) -> CandlesStored:
    return await writer.store(records, at=LATER, data_source="sandbox")  # type: ignore[arg-type]


def closes(place: Place, table: str = "intraday_candles") -> list[str]:
    return [str(row[0]) for row in place.run(f"SELECT close::text FROM {table} ORDER BY series_id, opened_at")]  # noqa: S608


async def test_days_and_hours_lie_in_their_tables_and_hours_in_their_month(place: Place, writer: CandleWriter) -> None:
    day, week = (candle(NOON.replace(hour=0), interval="1d"), candle(NOON - timedelta(days=6, hours=12), interval="1w"))

    found = await stored(writer, candle(), candle(NOON + timedelta(days=-1)), day, week)

    assert found == CandlesStored(stored=4)
    assert place.run("SELECT count(*) FROM candles") == [[2]]
    assert place.run("SELECT tableoid::regclass::text FROM intraday_candles ORDER BY opened_at") == [
        ["intraday_candles_2026_02"],
        ["intraday_candles_2026_03"],
    ]


async def test_storing_again_changes_nothing(place: Place, writer: CandleWriter) -> None:
    records = [*series(5), *series(5, token_id="ethereum"), *series(3, "1d", start=NOON.replace(hour=0))]
    await stored(writer, *records)
    before = [place.run(f"SELECT c::text, xmin::text FROM {name} c") for name in ("candles", "intraday_candles")]  # noqa: S608

    again = await stored(writer, *(replace(each, known_at=each.known_at + hours(3)) for each in records))

    assert again == CandlesStored(unchanged=13)
    assert [
        place.run(f"SELECT c::text, xmin::text FROM {name} c")  # noqa: S608
        for name in ("candles", "intraday_candles")
    ] == before
    assert place.run("SELECT count(*) FROM candle_revisions") == [[0]]


async def test_equal_value_written_otherwise_is_no_revision(place: Place, writer: CandleWriter) -> None:
    await stored(writer, candle())

    again = await stored(writer, candle(price="100.000", known_at=LATER))

    assert again == CandlesStored(unchanged=1)


async def test_revised_candle_is_kept_as_it_was_known(place: Place, writer: CandleWriter) -> None:
    await stored(writer, candle())
    await stored(writer, candle(close=Decimal(102), known_at=NOON + hours(3)))

    found = await stored(writer, candle(close=Decimal(103), known_at=NOON + hours(5)))

    assert found == CandlesStored(revised=1)
    assert closes(place) == ["103"]
    assert place.run(
        "SELECT close::int, extract(hour FROM known_at AT TIME ZONE 'UTC')::int,"
        " extract(hour FROM superseded_at AT TIME ZONE 'UTC')::int FROM candle_revisions ORDER BY superseded_at"
    ) == [[101, 13, 15], [102, 15, 17]]


async def test_open_candle_is_replaced_without_a_revision_and_then_closed(place: Place, writer: CandleWriter) -> None:
    for minute, close in ((10, 99), (20, 104)):
        await stored(writer, candle(closed=False, close=Decimal(close), known_at=NOON + timedelta(minutes=minute)))
    [[was_closed]] = place.run("SELECT closed FROM intraday_candles")

    found = await stored(writer, candle())

    assert was_closed is False
    assert found == CandlesStored(stored=1)
    assert place.run("SELECT closed, close::int FROM intraday_candles") == [[True, 101]]
    assert place.run("SELECT count(*) FROM candle_revisions") == [[0]]


async def test_what_is_older_or_open_does_not_replace_what_is_closed(place: Place, writer: CandleWriter) -> None:
    await stored(writer, candle())

    found = await stored(
        writer,
        candle(closed=False, close=Decimal(99), known_at=NOON + hours(9)),
    )
    older = await stored(writer, candle(close=Decimal(98), known_at=NOON + timedelta(minutes=59)))

    assert (found, older) == (CandlesStored(kept=1), CandlesStored(kept=1))
    assert closes(place) == ["101"]


async def test_fallback_does_not_revise_the_first_choice_but_the_other_way_round(
    place: Place, writer: CandleWriter
) -> None:
    theirs = candle(NOON + hours(1), provider="kraken", quote_currency="usd", close=Decimal(104))
    await stored(writer, candle(), theirs)

    over = replace(theirs, opened_at=NOON, known_at=LATER)
    under = candle(NOON + hours(1), known_at=LATER)

    assert await stored(writer, over) == CandlesStored(kept=1)
    assert await stored(writer, under) == CandlesStored(revised=1)
    assert closes(place) == ["101", "101"]


async def test_kinds_of_data_never_mix(writer: CandleWriter) -> None:
    await stored(writer, candle())

    with pytest.raises(SettingsError, match="other than live data"):
        await writer.store([candle()], at=LATER, data_source="live")
    with pytest.raises(SettingsError, match="other than live data"):
        await writer.store([candle()], at=LATER, data_source="live", stamped=False)


async def test_import_is_no_refresh(place: Place, writer: CandleWriter) -> None:
    await writer.store([candle()], at=LATER, data_source="sandbox", stamped=False)

    assert place.run("SELECT extract(year FROM refreshed_at)::int FROM datasets") == [[1970]]


async def test_undone_transaction_leaves_no_numbers_behind(place: Place, writer: CandleWriter) -> None:
    with pytest.raises(Exception, match="violates check constraint"):
        await stored(writer, candle(low=Decimal(500)))

    assert await stored(writer, candle()) == CandlesStored(stored=1)
    assert place.run("SELECT token_id FROM intraday_candles JOIN candle_series USING (series_id)") == [["bitcoin"]]


async def test_token_named_null_is_one(place: Place, writer: CandleWriter) -> None:
    await stored(writer, candle(token_id="null"), candle(token_id='a"b'))

    assert place.run("SELECT token_id FROM candle_series ORDER BY 1") == [['a"b'], ["null"]]


async def test_holes_are_remembered_and_grow(place: Place, writer: CandleWriter) -> None:
    for length in (2, 3):
        await writer.note(holes=[Hole("bitcoin", "1h", NOON, NOON + hours(length))], at=LATER + hours(length))

    assert place.run("SELECT (ends_at - begins_at)::text FROM candle_holes") == [["03:00:00"]]


async def test_series_says_when_it_was_answered_for_and_what_is_newest(place: Place, writer: CandleWriter) -> None:
    await writer.store(series(3), at=NOON + hours(3), data_source="sandbox")
    await writer.store([candle(NOON + hours(3), closed=False)], at=NOON + hours(4), data_source="sandbox")
    await writer.note(answered=[("bitcoin", "1h"), ("ethereum", "1d")], at=NOON + hours(5))

    assert place.run(
        "SELECT token_id, extract(hour FROM refreshed_at AT TIME ZONE 'UTC')::int,"
        " extract(hour FROM newest_at AT TIME ZONE 'UTC')::int FROM candle_series ORDER BY 1"
    ) == [["bitcoin", 17, 14], ["ethereum", 17, None]]
