"""Parquet read by columns says what it says row by row, whatever the types of its columns, or nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.core.errors import FileRefusedError
from shared.domain.history.plain_csv import NotPlainError

from .reading import DAILY
from .test_plain_candles import Line, by_rows, plain

pyarrow: Any = import_module("pyarrow")
parquet: Any = import_module("pyarrow.parquet")
MANY = replace(DAILY, token=None)
DAYS = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(12)]
TIMES: dict[str, Any] = {
    "us": pyarrow.timestamp("us", "UTC"),
    "ns": pyarrow.timestamp("ns"),
    "s elsewhere": pyarrow.timestamp("s", "America/New_York"),
    "date": pyarrow.date32(),
    "text": pyarrow.string(),
    "large text": pyarrow.large_string(),
    "milliseconds": pyarrow.int64(),
    "float": pyarrow.float64(),
}
NUMBERS = {
    "double": pyarrow.float64(),
    "float": pyarrow.float32(),
    "decimal": pyarrow.decimal128(30, 12),
    "whole": pyarrow.int64(),
    "text": pyarrow.string(),
}
ODD = [None, float("nan"), -1.0, 0.0, 1e-7, 1e-30, 1e13, 1e21, 2.5]


def as_values(days: list[datetime | None], form: str) -> list[Any]:
    if form == "milliseconds" or form == "float":
        return [day and round(day.timestamp()) * 1000 for day in days]
    if "text" in form:
        return [day and f"{day:%Y-%m-%d}" for day in days]
    if form == "date":
        return [day and day.date() for day in days]
    return list(days)


def as_numbers(values: list[float | None], form: str) -> Any:
    if form == "text":
        return pyarrow.array([None if value is None else repr(value) for value in values], pyarrow.string())
    if form in ("whole", "decimal"):
        # Neither type has room for more, or for what is no number.
        small = [None if value is None or value != value else min(value, 1e15) for value in values]
        as_one = int if form == "whole" else lambda value: round(Decimal(repr(value)), 12)
        return pyarrow.array([None if value is None else as_one(value) for value in small], NUMBERS[form])
    return pyarrow.array(values, NUMBERS[form])


@st.composite
def tables(draw: st.DrawFn) -> Any:
    """Draw a good table and, mostly, spoil it somewhere."""
    count = draw(st.integers(1, 12))
    days: list[datetime | None] = list(DAYS[:count])
    form, numbers = draw(st.sampled_from(sorted(TIMES))), draw(st.sampled_from(sorted(NUMBERS)))
    prices: dict[str, list[float | None]] = {name: [] for name in ("open", "high", "low", "close", "volume")}
    for _ in range(count):
        low, high = sorted(draw(st.tuples(*[st.floats(2.0**-16, 2.0**20, width=32)] * 2)))
        for name, value in zip(prices, (low, high, low, high, draw(st.sampled_from([0.0, 3.0]))), strict=True):
            prices[name].append(value)
    for _ in range(draw(st.integers(0, 2))):
        draw(st.sampled_from(list(prices.values())))[draw(st.integers(0, count - 1))] = draw(st.sampled_from(ODD))
    if draw(st.integers(0, 3)) == 0:
        days[draw(st.integers(0, count - 1))] = draw(
            st.sampled_from([None, DAYS[0], DAYS[-1], DAYS[1].replace(hour=7)])
        )
    tokens = pyarrow.array(draw(st.lists(st.sampled_from(["bitcoin", "ether"]), min_size=count, max_size=count)))
    columns = {name: as_numbers(values, numbers) for name, values in prices.items()}
    columns["time"] = pyarrow.array(as_values(days, form), TIMES[form])
    columns["token_id"] = tokens.dictionary_encode() if draw(st.booleans()) else tokens
    return pyarrow.table(columns)


def by_value(lines: list[Line]) -> list[tuple[object, ...]]:
    """Return lines with numbers for their texts: of a double nobody can say how many digits it was written with."""
    return [(*line[:2], *(None if each is None else Decimal(each) for each in line[2:])) for line in lines]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables())
def test_columns_say_what_rows_say_or_nothing(table: Any, tmp_path: Path) -> None:
    path = tmp_path / "file.parquet"
    parquet.write_table(table, path)
    try:
        lines, tally = plain(path, MANY)
    except NotPlainError:
        return

    told, counted = by_rows(path, MANY)

    assert (by_value(lines), tally) == (by_value(told), counted)


@pytest.mark.parametrize("form", sorted(TIMES.keys() - {"float"}))
@pytest.mark.parametrize("numbers", sorted(NUMBERS))
def test_good_files_are_plain(form: str, numbers: str, tmp_path: Path) -> None:
    days: list[datetime | None] = list(DAYS)
    columns = {
        name: as_numbers([value] * len(days), numbers) for name, value in zip("ohlc", (10, 12, 9, 11), strict=True)
    }
    columns["time"] = pyarrow.array(as_values(days, form), TIMES[form])
    path = tmp_path / "file.parquet"
    parquet.write_table(pyarrow.table(columns), path)
    if form == "s elsewhere":
        assert columns["time"][0].as_py().date() == date(2023, 12, 31), "the same moment, told elsewhere"

    lines, _ = plain(path)

    assert len(lines) == len(days)
    assert by_value(lines) == by_value(by_rows(path)[0])


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.parquet"
    arrays = [pyarrow.array(["2024-01-01"]), *[pyarrow.array([1.0])] * 5]
    parquet.write_table(
        pyarrow.Table.from_arrays(arrays, names=["time", "open", "high", "low", "close", "close"]), path
    )

    with pytest.raises(NotPlainError):
        plain(path)
    with pytest.raises(FileRefusedError, match="two columns of one name"):
        by_rows(path)


def test_a_file_that_is_damaged_within_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.parquet"
    columns = {name: pyarrow.array([1.5 + place for place in range(len(DAYS))]) for name in "ohlc"}
    parquet.write_table(pyarrow.table({"time": pyarrow.array(DAYS, TIMES["us"]), **columns}), path)
    whole = bytearray(path.read_bytes())
    whole[4:200] = bytes(196)
    path.write_bytes(whole)

    with pytest.raises(NotPlainError):
        plain(path)
    with pytest.raises(FileRefusedError, match="broken or cut off"):
        by_rows(path)
