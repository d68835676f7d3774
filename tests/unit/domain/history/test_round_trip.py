"""What is written as a generic CSV comes back as it was, whatever its numbers, and is judged by the one law."""

import csv
import tempfile
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.errors import FileRefusedError
from shared.domain.candles.checking import wrong_with
from shared.domain.history.asking import Ask
from shared.records.candles import INTERVALS, CandleRecord, Interval
from tests.candles import candle
from tests.clocks import NOON

from .reading import read

COLUMNS = ("token_id", "interval", "opened_at", "open", "high", "low", "close", "volume", "turnover")

prices = st.decimals("1e-12", "1e9", allow_nan=False, allow_infinity=False, places=12)
amounts = st.none() | st.decimals("0.001", "1e15", allow_nan=False, allow_infinity=False, places=6)


@st.composite
def candles(draw: st.DrawFn) -> list[CandleRecord]:
    """Draw a series without repeats, in ascending or descending order."""
    interval: Interval = draw(st.sampled_from(["1m", "5m", "15m", "1h", "4h", "1d"]))
    places = sorted(draw(st.sets(st.integers(0, 400), min_size=1, max_size=20)), reverse=draw(st.booleans()))
    found = []
    for place in places:
        low, one, other, high = sorted(draw(st.tuples(prices, prices, prices, prices)))
        opened_at = NOON - timedelta(days=1_000, hours=12) + INTERVALS[interval] * place
        told: dict[str, Any] = {"open": one, "close": other, "high": high, "low": low}
        told |= {"volume": draw(amounts), "turnover": draw(amounts), "interval": interval, "provider": "file"}
        found.append(candle(opened_at, **told, quote_currency="usd", known_at=NOON, closed=True))
    return found


def written(records: list[CandleRecord], path: Path) -> None:
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for each in records:
            values = ("" if (value := getattr(each, name)) is None else value for name in COLUMNS[3:])
            rows.writerow((each.token_id, each.interval, each.opened_at.isoformat(), *values))


@settings(deadline=None, max_examples=60)
@given(candles())
def test_what_is_written_comes_back(records: list[CandleRecord]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candles.csv"
        written(records, path)

        found, tally = read(path, Ask(known_at=NOON))

    assert list(found) == records
    assert (tally.read, tally.bad, tally.repeated) == (len(records), {}, 0)


any_price = st.decimals("-10", "1e13", allow_nan=False, allow_infinity=False, places=2)


@settings(deadline=None, max_examples=150)
@given(st.tuples(any_price, any_price, any_price, any_price), st.none() | any_price)
def test_a_row_is_refused_for_the_reason_for_which_a_candle_is(
    told: tuple[Decimal, Decimal, Decimal, Decimal], volume: Decimal | None
) -> None:
    first = candle(NOON - timedelta(hours=48), provider="file", quote_currency="usd", known_at=NOON, token_id="a")
    opened, high, low, close = told
    second = replace(
        first, token_id="b", open=opened, high=high, low=low, close=close, volume=volume or None, turnover=None
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candles.csv"
        written([first, second], path)

        try:
            read(path, Ask(known_at=NOON))
            reason = None
        except FileRefusedError as refusal:
            reason = refusal.code

    assert reason == wrong_with(second, now=NOON)
