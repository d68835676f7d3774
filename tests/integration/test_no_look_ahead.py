"""What is read as of a day, and the scores and data points made of it, do not change by what is stored later: over PostgreSQL."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shared.db.engine import Database
from shared.domain.datapoints.numeric.bars import bars_of
from shared.domain.datapoints.numeric.technical import latest
from shared.domain.panels.panel import Panel
from shared.domain.panels.reading import PanelReader
from shared.domain.scores.numeric.scoring import Scored, measured, scored
from tests.databases import Place
from tests.panels import store, walks

DAYS, LOOK_BACK = 420, 150


@pytest.mark.parametrize("cuts", [6, pytest.param(200, marks=pytest.mark.slow)])
async def test_at_any_cut_readings_data_points_and_scores_are_those_of_a_world_that_ended_there(
    place: Place, cuts: int
) -> None:
    panel = a_market(place)
    database = Database(place.writer, read_only=False)
    reader = PanelReader(database)

    for rows in np.random.default_rng(3).choice(np.arange(LOOK_BACK, DAYS - 1), cuts, replace=False).tolist():
        then = datetime.fromisoformat(f"{panel.days[rows]}").replace(tzinfo=UTC) + timedelta(minutes=2)
        found = await reader.panel(panel.token_ids, as_of=then, days=LOOK_BACK)
        wanted = last_days(panel.until(rows))
        for each in ("open", "high", "low", "close", "volume_usd", "market_cap_usd"):
            assert getattr(found, each).tobytes() == np.ascontiguousarray(getattr(wanted, each)).tobytes(), (each, rows)
        assert said(found) == said(wanted), rows
        assert made(found) == made(wanted), rows
    await database.close()


def a_market(place: Place) -> Panel:
    """Store a market whose every candle is known at the end of its day; those of a third of the tokens are corrected later."""
    panel = walks(DAYS, 10, seed=13)
    store(place, panel)
    corrected = f"'{panel.days[-1]} 12:00Z'"
    columns = "series_id, source_id, opened_at, known_at"
    place.run(
        "UPDATE candles SET known_at = opened_at + interval '1 day';"  # noqa: S608 the test's own
        f"INSERT INTO candle_revisions ({columns}, superseded_at, open, high, low, close, turnover)"
        f" SELECT {columns}, {corrected}, open, high, low, close, turnover FROM candles WHERE series_id % 3 = 0;"
        f"UPDATE candles SET known_at = {corrected}, close = close * 3, high = high * 3 WHERE series_id % 3 = 0"
    )
    return panel


def last_days(panel: Panel) -> Panel:
    kept = {each.name: getattr(panel, each.name) for each in fields(panel)}
    return Panel(**{name: value if name == "token_ids" else value[-LOOK_BACK:] for name, value in kept.items()})


def made(panel: Panel) -> Sequence[tuple[str, bytes]]:
    return [(name, values.tobytes()) for name, values in latest(bars_of(panel, panel.close[:, 0]))]


def said(panel: Panel) -> Sequence[bytes]:
    nothing = np.full(len(panel.token_ids), np.nan)
    found: Scored = scored(
        measured(panel, tvl_usd=nothing, yearly_fees_usd=nothing), np.zeros(len(nothing), dtype=np.bool_)
    )
    assert np.isfinite(found.crypto_score.score).all()
    return [each.contributions.tobytes() for each in (*found.scores.values(), found.crypto_score)]
