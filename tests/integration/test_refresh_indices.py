"""Keeping the indices over a real database: day by day, once, chained, and the same as in one go."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pg8000.native
import pytest

from shared.domain.chain import first_broken
from shared.domain.indices.catalogue import INDICES, MAIN
from shared.domain.panels.panel import DayArray, FloatArray
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.indices import DAYS, NOT_BEGUN, SilentGauge, WavingGauge, market, refresh_once, stored_market
from tests.panels import store

DAY = timedelta(days=1)


def log_of(place: Place, index_id: str = MAIN) -> list[tuple[str, str, dict[str, object]]]:
    rows = place.run(
        f"SELECT previous, hash, body FROM index_transactions WHERE index_id = '{index_id}' ORDER BY sequence"  # noqa: S608
    )
    return [(str(previous), str(stated), json.loads(str(body))) for previous, stated, body in rows]


async def test_the_first_run_keeps_all_of_history_and_a_second_delivery_adds_nothing(
    place: Place, tmp_path: Path
) -> None:
    stored_market(place)

    first = await refresh_once(place, tmp_path)
    again = await refresh_once(place, tmp_path)
    later = await refresh_once(place, tmp_path, SteppingClock(NOON + timedelta(hours=1)))

    assert (first.outcome, again.rows, later.rows, later.outcome) == ("succeeded", first.rows, 0, "succeeded")
    rows = place.run("SELECT index_id, count(*)::int FROM index_days GROUP BY 1")
    days = {str(name): count for name, count in rows}
    assert set(days) == set(INDICES) - NOT_BEGUN
    assert days[MAIN] == DAYS


async def test_the_log_verifies_from_its_first_entry_and_nobody_can_change_it(place: Place, tmp_path: Path) -> None:
    stored_market(place)
    await refresh_once(place, tmp_path)

    entries = log_of(place)

    assert len(entries) > 50
    assert first_broken(entries) is None
    for change in (
        "UPDATE index_transactions SET body = '{}'",
        "DELETE FROM index_transactions",
        "TRUNCATE index_transactions",
    ):
        with pytest.raises(pg8000.native.DatabaseError, match="append-only"):
            place.run(change)
    assert log_of(place) == entries


async def test_day_by_day_is_the_same_as_in_one_go(place: Place, server_place: Place, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    stored_market(place)
    await refresh_once(place, tmp_path / "one")

    short = DAYS - 12
    stored_market(server_place, short)
    await refresh_once(server_place, tmp_path / "other", SteppingClock(NOON - 12 * DAY))
    server_place.run("DELETE FROM price_points; DELETE FROM candles; DELETE FROM quotes")
    stored_again(server_place)
    for step in (7, 6, 0):
        await refresh_once(server_place, tmp_path / "other", SteppingClock(NOON - step * DAY))

    read = "SELECT index_id, day::text, value, invested, traded FROM index_days ORDER BY 1, 2"
    assert server_place.run(read) == place.run(read)
    told = (
        "SELECT index_id, token_id, at::text, reason, body::json->>'units' FROM index_transactions ORDER BY 1, sequence"
    )
    assert server_place.run(told) == place.run(told)
    assert first_broken(log_of(server_place)) is None


@pytest.fixture
def server_place(place: Place) -> Place:
    name = f"{place.name}_other"
    place.server.create(name, "migrated")
    return Place(place.server, name)


def stored_again(place: Place) -> None:
    """Put the whole market into a place that has its tokens already."""
    place.run("DELETE FROM candle_series; DELETE FROM tokens")
    stored_market(place)


async def test_entries_say_whether_anybody_could_have_followed_them(place: Place, tmp_path: Path) -> None:
    stored_market(place)
    await refresh_once(place, tmp_path)

    origins = {(body["origin"], str(body["at"]) >= "2026-02-26T12") for _, _, body in log_of(place)}

    assert origins <= {("simulated", False), ("live", True)}
    assert ("simulated", False) in origins


async def test_a_correction_of_the_past_does_not_change_what_was_done(place: Place, tmp_path: Path) -> None:
    stored_market(place, DAYS - 1)
    await refresh_once(place, tmp_path, SteppingClock(NOON - DAY))
    before = place.run("SELECT * FROM index_days ORDER BY 1, 2")
    place.run("UPDATE candles SET close = close * 2, high = high * 2 WHERE opened_at < now()")

    await refresh_once(place, tmp_path, SteppingClock(NOON))

    last = (NOON - DAY).date().isoformat()
    assert place.run(f"SELECT * FROM index_days WHERE day < '{last}' ORDER BY 1, 2") == before  # noqa: S608


async def test_without_a_gauge_the_baselines_are_kept_and_the_index_is_not(place: Place, tmp_path: Path) -> None:
    stored_market(place)

    report = await refresh_once(place, tmp_path, gauge=SilentGauge())

    assert (report.outcome, report.detail) == ("degraded", f"{MAIN} cannot begin: there is no gauge of the regime")
    kept = {str(name) for (name,) in place.run("SELECT index_id FROM index_states")}
    assert MAIN not in kept
    assert "btc-hold" in kept


async def test_without_any_history_the_run_says_so_and_stores_nothing(place: Place, tmp_path: Path) -> None:
    report = await refresh_once(place, tmp_path)

    assert (report.outcome, report.rows) == ("succeeded", 0)
    assert report.detail == "nothing to keep yet: No daily history of these days yet"
    assert place.run("SELECT count(*) FROM datasets WHERE dataset = 'refresh_indices'") == [[0]]


async def test_history_that_is_gone_again_is_told_as_one(place: Place, tmp_path: Path) -> None:
    stored_market(place)
    await refresh_once(place, tmp_path)
    place.run("DELETE FROM price_points; DELETE FROM candles")

    report = await refresh_once(place, tmp_path, SteppingClock(NOON + DAY))

    assert (report.outcome, report.detail) == ("degraded", "No daily history of these days yet")


@pytest.mark.parametrize("hour", [1, 12])
@pytest.mark.parametrize("gauge", [WavingGauge(), SilentGauge()], ids=["judged", "never judged"])
async def test_prices_whose_capitalisations_nobody_has_told_yet_are_no_failure(
    place: Place, tmp_path: Path, gauge: WavingGauge | SilentGauge, hour: int
) -> None:
    panel = market()
    panel.market_cap_usd[:] = np.nan
    store(place, panel)

    report = await refresh_once(place, tmp_path, SteppingClock(NOON.replace(hour=hour)), gauge)

    told = f"{MAIN} begins with the first completed day of which 20 capitalisations are known"
    assert (report.outcome, report.detail) == ("succeeded", told)
    kept = {str(name) for (name,) in place.run("SELECT index_id FROM index_states")}
    assert MAIN not in kept
    assert "btc-hold" in kept


async def test_stablecoins_and_wrapped_tokens_are_left_out_by_name_or_category(place: Place, tmp_path: Path) -> None:
    stored_market(place)
    place.run("UPDATE tokens SET symbol = 'USDT', name = 'Tether' WHERE token_id = 'token-3'")
    place.run("UPDATE tokens SET name = 'Wrapped Thing' WHERE token_id = 'token-4'")

    await refresh_once(place, tmp_path)

    held = {str(name) for (name,) in place.run("SELECT DISTINCT token_id FROM index_transactions")}
    assert "token-5" in held
    assert held.isdisjoint({"token-3", "token-4"})


async def test_a_delisted_token_is_sold_and_logged(place: Place, tmp_path: Path) -> None:
    panel = market()
    for field in (panel.open, panel.high, panel.low, panel.close, panel.volume_usd, panel.market_cap_usd):
        field[DAYS - 40 : DAYS, 5] = np.nan
    store(place, panel)

    await refresh_once(place, tmp_path, gauge=None)

    found = place.run(
        "SELECT token_id, body::json->>'slippage_usd' FROM index_transactions"
        " WHERE index_id = 'top-100-hold' AND reason = 'delisting'"
    )
    assert [name for name, _ in found] == ["token-5"]
    assert float(str(found[0][1])) > 0


class LateGauge(WavingGauge):
    """The last day is not judged yet."""

    async def steps(self, days: DayArray, *, as_of: datetime) -> FloatArray | None:
        steps = await super().steps(days, as_of=as_of)
        assert steps is not None
        steps[-1] = np.nan
        return steps


async def test_in_the_small_hours_the_index_waits_for_the_regime_of_the_day(place: Place, tmp_path: Path) -> None:
    stored_market(place)
    read = f"SELECT count(*)::int FROM index_days WHERE index_id = '{MAIN}'"  # noqa: S608

    early = await refresh_once(place, tmp_path, SteppingClock(NOON.replace(hour=1)), LateGauge())
    waited = place.run(read)
    await refresh_once(place, tmp_path, SteppingClock(NOON.replace(hour=7)), LateGauge())

    assert (early.outcome, early.detail) == ("succeeded", f"{MAIN} waits for the regime of {(NOON - DAY).date()}")
    assert (waited, place.run(read)) == ([[0]], [[DAYS]])
