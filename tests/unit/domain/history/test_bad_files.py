"""What cannot be right is refused with its place and its reason, and never mended."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from shared.core.errors import FileRefusedError, InvalidParameterError
from shared.domain.history.asking import Ask
from shared.records.candles import CandleRecord
from tests.clocks import NOON

from .reading import DAILY, GOOD, HEADER, read, table, written

BAD_ROWS = {
    "high_below_low": "2024-01-04,12,11,14,13,7",
    "outside_range": "2024-01-04,12,14,11,15,7",
    "negative_volume": "2024-01-04,12,14,11,13,-7",
    "bad_price": "2024-01-04,0,14,0,13,7",
    "columns": "2024-01-04,12,14,11,13",
    "thousands": '2024-01-04,12,14,11,13,"1,234.5"',
    "decimal_comma": '2024-01-04,"12,5",14,11,13,7',
    "not_finite": "2024-01-04,12,14,11,nan,7",
    "no_number": "2024-01-04,12,14,11,n/a,7",
    "missing": "2024-01-04,12,14,11,,7",
    "absurd": "2024-01-04,12,14,11,13,1e99",
    "mixed_times": "2024-01-04 00:00:00,12,14,11,13,7",
    "ambiguous_date": "04/01/2024,12,14,11,13,7",
    "no_time": "yesterday,12,14,11,13,7",
    "impossible_time": "1984-01-04,12,14,11,13,7",
    "future": "2099-01-04,12,14,11,13,7",
    "conflicting": "2024-01-03,12,14,11,13.5,7",
    "unordered": "2024-01-02,12,14,11,13,7",
}


@pytest.mark.parametrize("reason", BAD_ROWS)
def test_a_bad_row_refuses_the_file_with_line_and_reason(reason: str, tmp_path: Path) -> None:
    path = written(tmp_path, table(*GOOD, BAD_ROWS[reason], "2024-01-05,12,14,11,13,7"))

    with pytest.raises(FileRefusedError) as refusal:
        read(path)

    assert (refusal.value.code, refusal.value.line) == (reason, 5)
    assert str(refusal.value).startswith("file.csv, line 5: ")


@pytest.mark.parametrize("reason", BAD_ROWS)
def test_the_rest_is_kept_when_bad_rows_are_skipped(reason: str, tmp_path: Path) -> None:
    path = written(tmp_path, table(*GOOD, BAD_ROWS[reason], "2024-01-05,12,14,11,13,7"))

    found, tally = read(path, skip_bad=True)

    assert len(found) == 4
    assert dict(tally.bad) == {reason: 1}
    assert [example.startswith("line 5: ") for example in tally.examples[reason]] == [True]  # type: ignore[index]


def test_examples_are_few_and_counts_are_complete(tmp_path: Path) -> None:
    path = written(tmp_path, table(*[f"2024-01-{day:02},5,4,9,5,1" for day in range(1, 21)]))

    found, tally = read(path, skip_bad=True)

    assert (len(found), tally.bad["high_below_low"], len(tally.examples["high_below_low"])) == (0, 20, 3)


def test_seconds_among_milliseconds_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, table("1704067200000,10,12,9,11,5", "1704153600,11,13,10,12,6"))

    with pytest.raises(FileRefusedError, match=r"line 3.*'1704153600' is written as s, the first one as ms"):
        read(path)


def test_a_candle_that_does_not_begin_with_its_interval_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, table("2024-01-01 05:00,10,12,9,11,5"))

    with pytest.raises(FileRefusedError) as refusal:
        read(path)

    assert refusal.value.code == "off_grid"


def test_the_same_row_twice_is_told_once_and_counted(tmp_path: Path) -> None:
    found, tally = read(written(tmp_path, table(*GOOD, GOOD[-1])))

    assert (len(found), tally.repeated, tally.bad) == (3, 1, {})


def test_newest_first_is_an_order_too(tmp_path: Path) -> None:
    found, _ = read(written(tmp_path, table(*reversed(GOOD))))

    assert len(found) == 3


def test_a_line_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, table(*GOOD).encode() + b"2024-01-04,12,14,11,13,\xff\n")

    with pytest.raises(FileRefusedError, match="line 5: no UTF-8"):
        read(path)
    found, tally = read(path, skip_bad=True)

    assert (len(found), tally.bad["encoding"]) == (3, 1)


def test_utf16_is_refused_whatever_is_skipped(tmp_path: Path) -> None:
    path = written(tmp_path, table(*GOOD).encode("utf-16"))

    with pytest.raises(FileRefusedError, match="UTF-16"):
        read(path, format_name="ohlcv", skip_bad=True)


def test_a_byte_order_mark_changes_nothing(tmp_path: Path) -> None:
    plain, _ = read(written(tmp_path, table(*GOOD)))

    marked, _ = read(written(tmp_path, table(*GOOD).encode("utf-8-sig")))

    assert marked == plain


@pytest.mark.parametrize(("content", "code"), [(b"", "empty"), (b"\n\n", "format"), (b"\x00\x01\x02", "format")])
def test_nothing_and_nonsense_are_refused(content: bytes, code: str, tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError) as refusal:
        read(written(tmp_path, content))

    assert refusal.value.code == code


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="No such file"):
        read(tmp_path / "none.csv")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="Is a directory"):
        read(tmp_path)


def test_quotation_marks_that_do_not_match_are_refused(tmp_path: Path) -> None:
    row = '2024-01-04,"12,14,11,13,7'

    with pytest.raises(FileRefusedError) as refusal:
        read(written(tmp_path, table(*GOOD, row)))

    assert refusal.value.code == "columns"


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = written(tmp_path, table(*GOOD) + "9" * 200_000)

    with pytest.raises(FileRefusedError, match="line 5: a line without an end"):
        read(path, skip_bad=True)


def test_a_gzip_that_grows_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    bomb = gzip.compress((HEADER + "\n").encode() + b"\n" * 5_000_000)
    assert len(bomb) < 10_000

    with pytest.raises(FileRefusedError, match="holds more than 1000000 bytes"):
        read(written(tmp_path, bomb), limit=1_000_000)


def test_a_zip_that_grows_beyond_the_limit_is_refused_whatever_it_says_of_itself(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.csv", (HEADER + "\n").encode() + b"\n" * 5_000_000)

    with pytest.raises(FileRefusedError, match="holds more than 1000000 bytes"):
        read(written(tmp_path, buffer.getvalue()), limit=1_000_000)


def test_a_zip_of_several_files_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("one.csv", table(*GOOD))
        archive.writestr("two.csv", table(*GOOD))

    with pytest.raises(FileRefusedError, match="holds 2 files"):
        read(written(tmp_path, buffer.getvalue()))


@pytest.mark.parametrize("cut", [0.5, 0.9])
def test_a_gzip_that_is_cut_off_is_refused(cut: float, tmp_path: Path) -> None:
    whole = gzip.compress(table(*[f"2024-01-{day:02},10,12,9,11,{day}.{day * 7919}" for day in range(1, 32)]).encode())

    with pytest.raises(FileRefusedError, match="broken or cut off"):
        read(written(tmp_path, whole[: int(len(whole) * cut)]), skip_bad=True)


def test_compressed_files_read_as_plain_ones(tmp_path: Path) -> None:
    plain, _ = read(written(tmp_path, table(*GOOD)))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("one.csv", table(*GOOD))

    for content in (gzip.compress(table(*GOOD).encode()), buffer.getvalue()):
        assert read(written(tmp_path, content))[0] == plain


def test_what_neither_file_nor_caller_says_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, table(*GOOD))

    with pytest.raises(InvalidParameterError, match="give --token"):
        read(path, Ask(known_at=NOON, interval="1d"))
    with pytest.raises(InvalidParameterError, match="--interval"):
        read(path, Ask(known_at=NOON, token="bitcoin"))


def test_a_candle_that_is_not_over_yet_is_left_out(tmp_path: Path) -> None:
    today = f"{NOON:%Y-%m-%d},12,14,11,13,7"

    found, tally = read(written(tmp_path, table(*GOOD, today)))

    assert (len(found), tally.unfinished) == (3, 1)


def test_a_volume_of_zero_is_unknown_where_the_price_moved_and_zero_where_it_did_not(tmp_path: Path) -> None:
    path = written(tmp_path, table("2024-01-01,10,12,9,11,0", "2024-01-02,11,11,11,11,0"))

    found, _ = read(path, DAILY)

    assert [fact.volume for fact in found if isinstance(fact, CandleRecord)] == [None, 0]
