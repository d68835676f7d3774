"""Panels out of PostgreSQL, value for value."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from shared.db.engine import Database
from shared.domain.panels.panel import Panel
from shared.domain.panels.reading import PanelReader
from tests.clocks import NOON
from tests.databases import Place
from tests.panels import needs_history, panel_of, recorded_panel, sandbox_panel, store, walks

FIELDS = ("open", "high", "low", "close", "volume_usd", "market_cap_usd")
DAYS = 30
TODAY = NOON.replace(hour=0)


@pytest.fixture
def panels(reading: Database) -> PanelReader:
    return PanelReader(reading)


def same(found: Panel, wanted: Panel, *fields: str) -> None:
    assert found.token_ids == wanted.token_ids
    np.testing.assert_array_equal(found.days, wanted.days)
    for field in fields or FIELDS:
        np.testing.assert_array_equal(getattr(found, field), getattr(wanted, field), err_msg=field)


async def test_what_was_stored_comes_back_bit_for_bit(place: Place, panels: PanelReader) -> None:
    stored = walks(DAYS, 7)
    store(place, stored)

    found = await panels.panel(stored.token_ids, as_of=NOON, days=DAYS)

    same(found, stored)
    assert all(getattr(found, field).flags.c_contiguous for field in FIELDS)


async def test_chunks_are_the_same_panel_in_parts(place: Place, panels: PanelReader) -> None:
    stored = walks(DAYS, 7)
    store(place, stored)

    found = [each async for each in panels.panels(stored.token_ids, as_of=NOON, days=DAYS, chunk=3)]

    assert [len(each.token_ids) for each in found] == [3, 3, 1]
    np.testing.assert_array_equal(np.hstack([each.close for each in found]), stored.close)


async def test_tokens_come_by_rank(place: Place, panels: PanelReader) -> None:
    store(place, walks(DAYS, 4))

    assert await panels.token_ids() == ("bitcoin", "token-1", "token-2", "token-3")
    assert await panels.token_ids(most=2) == ("bitcoin", "token-1")


async def test_where_candles_are_missing_prices_of_the_days_end_stand_in(place: Place, panels: PanelReader) -> None:
    stored = walks(DAYS, 2)
    store(place, stored)
    place.run("DELETE FROM candles WHERE opened_at = '2026-02-20 00:00Z'")

    found = await panels.panel(stored.token_ids, as_of=NOON, days=DAYS)

    row = int(np.flatnonzero(found.days == np.datetime64("2026-02-20"))[0])
    same(found, stored, "close", "volume_usd", "market_cap_usd")
    assert np.isnan(found.open[row]).all()
    assert np.isnan(found.high[row]).all()
    assert np.isfinite(found.open[row - 1]).all()


async def test_a_day_that_nobody_told_of_is_unknown(place: Place, panels: PanelReader) -> None:
    close = walks(DAYS, 2).close
    close[11, 1] = np.nan
    stored = panel_of(close)
    store(place, stored)

    found = await panels.panel((*stored.token_ids, "nobody"), as_of=NOON, days=DAYS)

    assert np.flatnonzero(np.isnan(found.close[:, 1])).tolist() == [11]
    assert np.isnan(found.close[:, 2]).all()


@pytest.mark.parametrize(
    ("observed", "day"),
    [
        ("2026-02-20 00:00:00Z", "2026-02-19"),
        ("2026-02-20 00:59:00Z", "2026-02-19"),
        ("2026-02-20 23:59:59Z", "2026-02-20"),
        ("2026-02-20 15:00:00Z", None),
    ],
)
async def test_a_price_is_the_close_of_the_day_that_ends_within_the_hour(
    place: Place, panels: PanelReader, observed: str, day: str | None
) -> None:
    place.run(
        "INSERT INTO price_points (resolution_s, token_id, bucket, observed_at, price_usd)"  # noqa: S608
        f" VALUES (86400, 'it''s \"odd\"', '2026-02-20 00:00Z', '{observed}', 7)"
    )

    found = await panels.panel(['it\'s "odd"'], as_of=NOON, days=DAYS)

    known = found.days[np.isfinite(found.close[:, 0])]
    assert [str(each) for each in known] == ([] if day is None else [day])


async def test_today_is_not_in_it_and_yesterday_is(place: Place, panels: PanelReader) -> None:
    stored = walks(DAYS, 1, last=NOON + timedelta(days=1))
    store(place, stored)

    found = await panels.panel(stored.token_ids, as_of=NOON, days=DAYS)

    assert found.days[-1] == np.datetime64("2026-02-28")
    np.testing.assert_array_equal(found.close[1:], stored.close[:-1])


async def test_an_open_candle_is_no_day(place: Place, panels: PanelReader) -> None:
    store(place, walks(DAYS, 1))
    place.run("DELETE FROM price_points; UPDATE candles SET closed = false WHERE opened_at = '2026-02-28 00:00Z'")

    found = await panels.panel(["bitcoin"], as_of=NOON, days=DAYS)

    assert np.flatnonzero(np.isnan(found.close[:, 0])).tolist() == [DAYS - 1]


async def test_it_is_seen_as_it_was_known_then(place: Place, panels: PanelReader) -> None:
    stored = walks(DAYS, 1)
    store(place, stored)
    place.run(
        """
        DELETE FROM price_points;
        INSERT INTO candle_revisions (series_id, source_id, opened_at, known_at, superseded_at, open, high, low, close, turnover)
        SELECT series_id, source_id, opened_at, '2026-02-21 01:00Z', '2026-02-25 00:00Z', open, high, low, close * 2, turnover
        FROM candles WHERE opened_at = '2026-02-20 00:00Z';
        UPDATE candles SET known_at = '2026-02-25 00:00Z' WHERE opened_at = '2026-02-20 00:00Z'
        """
    )

    async def close(as_of: datetime) -> float:
        found = await panels.panel(["bitcoin"], as_of=as_of, days=10)
        return float(found.close[found.days == np.datetime64("2026-02-20"), 0][0])

    now, then, before = [await close(at) for at in (NOON, TODAY - timedelta(days=5), TODAY - timedelta(days=8))]

    known = stored.close[stored.days == np.datetime64("2026-02-20"), 0][0]
    assert (now, then) == (known, known * 2)
    assert np.isnan(before)


async def test_a_price_of_zero_is_unknown(place: Place, panels: PanelReader) -> None:
    store(place, walks(DAYS, 1))
    place.run("DELETE FROM candles; UPDATE price_points SET price_usd = 0 WHERE bucket = '2026-02-20 00:00Z'")

    found = await panels.panel(["bitcoin"], as_of=NOON, days=DAYS)

    assert [str(day) for day in found.days[np.isnan(found.close[:, 0])]] == ["2026-02-19"]


async def test_an_empty_database_gives_an_empty_panel(panels: PanelReader) -> None:
    found = await panels.panel(["bitcoin"], as_of=NOON, days=DAYS)

    assert found.close.shape == (DAYS, 1)
    assert np.isnan(found.close).all()
    assert await panels.token_ids() == ()


def test_the_sandboxes_market_is_a_panel_of_plausible_days() -> None:
    panel, market = sandbox_panel(20, 30)

    whole = np.isfinite(panel.close)
    assert panel.token_ids == tuple(token.id for token in market.tokens)
    assert whole.mean() > 0.9
    assert (panel.low[whole] <= panel.close[whole]).all()
    assert (panel.high[whole] >= panel.open[whole]).all()


@needs_history
def test_recorded_history_is_a_panel() -> None:
    panel = recorded_panel(days=2_000)

    assert panel.close.shape[0] == 2_000
    assert len(panel.token_ids) > 70
    assert (panel.close[np.isfinite(panel.close)] > 0).all()
