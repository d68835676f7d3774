"""What is read by columns is what is read row by row, and whatever has anything odd about it is left to the rows."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.core.errors import FileRefusedError
from shared.domain.history.asking import Ask
from shared.domain.history.files import head_of
from shared.domain.history.formats import Source, detected
from shared.domain.history.layouts import GENERIC, layout_of
from shared.domain.history.plain_candles import PlainCandles
from shared.domain.history.plain_csv import NotPlainError
from shared.domain.history.refusals import Tally
from shared.records.candles import CandleRecord
from tests.clocks import NOON

from .reading import DAILY, GOOD, HEADER, read, table, written

Line = tuple[str, str, str, str, str, str, str | None, str | None]
SEVERAL = "token_id," + HEADER + ",turnover"
MANY = replace(DAILY, token=None)


class Dribbling(BytesIO):
    """Gives a kilobyte at a time, whatever it is asked for."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(1024)


def plain(path: Path, ask: Ask = DAILY, *, stream: BytesIO | None = None) -> tuple[list[Line], Tally]:
    """Return what a file says by columns, as PostgreSQL would be told it.

    Raises:
        NotPlainError: it has to be read row by row.
    """
    form = detected(head_of(path), path.name)
    if form.columns is None:
        raise NotPlainError
    tally = Tally(path.name)
    found: list[Line] = []
    columns = form.columns(Source(path, stream or BytesIO(path.read_bytes())))
    layout = form.layout or layout_of(columns.header) or GENERIC
    for block in PlainCandles(layout, ask, tally).read(columns):
        numbers = {token_id: place for place, token_id in enumerate(block.token_ids)}
        for line in block.written(numbers).decode().splitlines():
            series, opened, *prices = line.split(",")
            found.append(_line(block.token_ids[int(series)], opened, prices))
    return found, tally


def by_rows(path: Path, ask: Ask = DAILY) -> tuple[list[Line], Tally]:
    facts, tally = read(path, ask)
    lines = []
    for each in facts:
        assert isinstance(each, CandleRecord)
        amounts = [each.open, each.high, each.low, each.close, each.volume, each.turnover]
        lines.append(_line(each.token_id, each.opened_at.isoformat(), ["" if a is None else f"{a:f}" for a in amounts]))
    return lines, tally


def _line(token_id: str, opened: str, numbers: Sequence[str]) -> Line:
    at = datetime.fromisoformat(opened).astimezone(UTC).isoformat()
    # PostgreSQL keeps the digits behind the point and drops zeros before it.
    o, h, low, c, v, t = (f"{Decimal(number):f}" if number else None for number in numbers)
    return (token_id, at, str(o), str(h), str(low), str(c), v, t)


NUMBERS = "10 12 9 11 0 0.0 0.00000001 10.50 007 .5 5. 1e3 -1 nan 1,5 1.2.3 +1 1_000 1e13 ١٢ 12345678901234567890"
FIELDS = st.sampled_from([*NUMBERS.split(), "0.123456789012345678901", "9" * 95, '"10"', "", " "])
DAYS = "2024-01-01 2024-01-02 2024-01-03 2024-01-04 2024-02-30 2024-1-5 20240101 2024-01-01Z 2008-01-01 2031-01-01 1/2/2024"
INSTANTS = (
    "2024-01-02 00:00:00,2024-01-03T00:00:00Z,2024-01-02 23:59:59,2024-01-03 00:00:00+00:00,2024-01-03 00:00:00 UTC"
)
ODD = "1704067200,1704153600000,2024-01-03 24:00:00,2024-01-02 12:00:00,"
TIMES = st.sampled_from([*DAYS.split(), *INSTANTS.split(","), *ODD.split(","), f"{NOON:%Y-%m-%d}"])
TOKENS = st.sampled_from(["bitcoin", "ether", "Bit coin", "", "solana"])


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Draw a good file of a few tokens and, mostly, spoil some fields of it."""
    rows = []
    form = draw(st.sampled_from(["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%s", "%s000"]))
    step = draw(st.sampled_from([1, -1]))
    for token in draw(st.lists(st.sampled_from(["bitcoin", "ether", "solana"]), min_size=1, max_size=3, unique=True)):
        for day in range(draw(st.integers(1, 5))):
            at = datetime(2024, 1, 10, tzinfo=UTC) + timedelta(days=day * step)
            low, high = sorted(draw(st.tuples(st.integers(1, 10**6), st.integers(1, 10**6))))
            told = [f"{each / 1000:.{draw(st.integers(3, 6))}f}" for each in (low, high, low, high)]
            amounts = [draw(st.sampled_from(["", "0", "0.00", "5", "17.250"])) for _ in range(2)]
            rows.append([token, at.strftime(form.replace("%s", str(int(at.timestamp())))), *told, *amounts])
    if draw(st.booleans()):
        random.Random(draw(st.integers(0, 9))).shuffle(rows)
    for _ in range(draw(st.integers(0, 2))):
        row = rows[draw(st.integers(0, len(rows) - 1))]
        place = draw(st.integers(0, len(row) - 1))
        row[place] = draw([TOKENS, TIMES, *[FIELDS] * 6][place])
    if draw(st.booleans()):
        rows.insert(draw(st.integers(0, len(rows))), draw(st.sampled_from(rows)))
    end = draw(st.sampled_from(["\n", "\r\n", "\n\n", "\r"]))
    text = end.join([SEVERAL, *(",".join(row) for row in rows)]) + draw(
        st.sampled_from(["", end, end + ",", end + "x\0"])
    )
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf", b"https://example.org\n"])) + text.encode()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=files(), token=st.sampled_from([None, "ether"]))
def test_columns_say_what_rows_say_or_nothing(content: bytes, token: str | None, tmp_path: Path) -> None:
    path, ask = written(tmp_path, content), replace(DAILY, token=token)
    try:
        lines, tally = plain(path, ask)
    except (NotPlainError, FileRefusedError):
        return

    assert (lines, tally) == by_rows(path, ask)


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S+00:00"])
@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize("interleaved", [False, True])
def test_good_files_are_plain(form: str, step: int, interleaved: bool, tmp_path: Path) -> None:
    days = [(NOON - timedelta(days=30 + step * day, hours=12)).strftime(form) for day in range(20)]
    rows = [f"{token},{day},10.50,12,9,11,0,7.0" for token in ("bitcoin", "ether") for day in days]
    path = written(
        tmp_path,
        table(*sorted(rows, key=lambda row: days.index(row.split(",")[1])) if interleaved else rows, header=SEVERAL),
    )

    lines, tally = plain(path, MANY)

    assert (lines, tally) == by_rows(path, MANY)
    assert len(lines) == 40


def test_a_file_that_comes_in_pieces_is_one(tmp_path: Path) -> None:
    days = [f"{NOON - timedelta(days=day, hours=12):%Y-%m-%d}" for day in range(60, 0, -1)]
    rows = [f"token-{series},{day},10.12345678,12.12345678,9,11,{series}.5," for series in range(20) for day in days]
    path = written(tmp_path, table(*rows, header=SEVERAL))

    lines, tally = plain(path, MANY, stream=Dribbling(path.read_bytes()))

    assert (lines, tally) == by_rows(path, MANY)


def test_a_series_that_turns_round_in_a_later_piece_is_not_plain(tmp_path: Path) -> None:
    days = [f"{NOON - timedelta(days=day, hours=12):%Y-%m-%d}" for day in [*range(90, 30, -1), 32]]
    path = written(tmp_path, table(*(f"bitcoin,{day},10,12,9,11,5," for day in days), header=SEVERAL))

    with pytest.raises(NotPlainError):
        plain(path, MANY, stream=Dribbling(path.read_bytes()))


def test_a_candle_that_is_not_over_is_left_out_and_counted(tmp_path: Path) -> None:
    path = written(tmp_path, table(*GOOD, f"{NOON:%Y-%m-%d},10,12,9,11,5"))

    lines, tally = plain(path)

    assert (lines, tally) == by_rows(path)
    assert (len(lines), tally.unfinished) == (3, 1)


@pytest.mark.parametrize(
    "row",
    [
        "2024-01-04,10,8,9,11,5",
        "2024-01-04,10,12,9,13,5",
        "2024-01-04,10,12,0,11,5",
        "2024-01-04,10,12,9,11,-5",
        "2024-01-04,10,1e14,9,11,5",
        "2024-01-04,10,9999999999999,9,11,5",
        "2024-01-03,12,14,11,13,7",
        "2024-01-03,12,14,11,13,8",
        "2024-01-02,12,14,11,13,8",
        "2024-01-04 12:00:00,10,12,9,11,5",
        "2031-01-04,10,12,9,11,5",
        "2024-01-04,10,12,9,11",
        '2024-01-04,10,12,9,11,"5"',
        "2024-01-04,10,12,9,11,n/a",
    ],
)
def test_what_is_odd_is_left_to_the_rows(row: str, tmp_path: Path) -> None:
    with pytest.raises(NotPlainError):
        plain(written(tmp_path, table(*GOOD, row)))
