"""The command asks until all is there, and says what stands in the way."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.backfill.calling import Part
from local.backfill.importing import report
from local.backfill.loading import GIVE_UP_AFTER, StuckError, load
from local.backfill.options import read_options
from local.backfill.places import NoDatabaseError, asking_at, database_of
from local.display import Silence
from local.lock import FolderLock
from local.standing import Standing, forget, heard, tell
from shared.domain.history.importing import Imported
from shared.domain.history.refusals import Tally

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Scripted:
    """Answers one part after the other, the last one for ever."""

    def __init__(self, *parts: Part) -> None:
        self.orders: list[Mapping[str, Any]] = []
        self._parts = list(parts)

    def next(self, order: Mapping[str, Any]) -> Part:
        self.orders.append(order)
        return self._parts.pop(0) if len(self._parts) > 1 else self._parts[0]


class RecordingBar:
    """Remembers what it shows."""

    def __init__(self) -> None:
        self.shares: list[float] = []

    def show(self, share: float, words: str) -> None:
        self.shares.append(share)

    def close(self) -> None:
        """Nothing is open."""


def part(unit: int, *, state: str = "running", cursor: str | None = None) -> Part:
    return Part(
        {"unit": unit, "units": 4, "state": state, "cursor": cursor, "asked": 1, "complete": 0, "rows": 7, "at": "x"}
    )


def loaded(*parts: Part) -> tuple[Mapping[str, Any], list[float], list[float], Scripted]:
    asks, bar, pauses = Scripted(*parts), RecordingBar(), list[float]()
    progress = load(asks, {"from": "2026-01-01"}, bar, say=lambda _: None, pause=pauses.append)
    return progress, bar.shares, pauses, asks


def test_parts_are_asked_for_until_the_last() -> None:
    progress, shares, pauses, asks = loaded(part(1), part(2), part(4, state="done"))

    assert (progress["unit"], shares, pauses) == (4, [0.25, 0.5, 1.0], [])
    assert asks.orders[0] == {"from": "2026-01-01", "within_s": 10}


def test_one_waits_while_nobody_answers_or_another_one_is_at_it() -> None:
    _, _, pauses, _ = loaded(part(1), part(1), Part(None, "nobody answered"), part(2), part(4, state="done"))

    assert len(pauses) == 2


def test_an_order_that_makes_no_sense_is_not_repeated() -> None:
    with pytest.raises(StuckError, match="give a date"):
        loaded(Part(None, "give a date", final=True))


def test_what_does_not_move_is_given_up_at_last() -> None:
    pauses = list[float]()

    with pytest.raises(StuckError, match="goes on from here"):
        load(Scripted(Part(None, "silence")), {}, RecordingBar(), say=lambda _: None, pause=pauses.append)

    assert len(pauses) == GIVE_UP_AFTER - 1


def test_an_order_has_half_open_days_and_sensible_defaults() -> None:
    small = read_options(["--from", "2026-01-01"], now=NOW)
    named = read_options(
        ["--from", "2026-01-01", "--to", "2026-01-31", "--tokens", "bitcoin", "--chains", "none"], now=NOW
    )

    assert small.order == {"from": "2026-01-01", "to": "2026-03-01", "intervals": ["1d"], "top": 50, "chains": ["all"]}
    assert named.order == {"from": "2026-01-01", "to": "2026-02-01", "intervals": ["1d"], "tokens": ["bitcoin"]}


def test_files_come_with_what_they_do_not_say_themselves() -> None:
    options = read_options(
        ["--file", "a.csv", "--file", "b.csv", "--token", "BTC=bitcoin", "--interval", "1d", "--skip-bad"], now=NOW
    )

    assert (options.files, options.skip_bad, options.order) == ((Path("a.csv"), Path("b.csv")), True, None)
    assert options.ask is not None
    assert (options.ask.names, options.ask.interval, options.ask.known_at) == ({"BTC": "bitcoin"}, "1d", NOW)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--from", "yesterday"],
        ["--from", "2026-01-01", "--file", "a.csv"],
        ["--from", "2026-01-01", "--tokens", "a", "--top", "5"],
        ["--file", "a.csv", "--interval", "3d"],
        ["--file", "a.csv", "--token", "Not A Token"],
        ["--file", "a.csv", "--format", "excel"],
    ],
)
def test_senseless_commands_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        read_options(arguments, now=NOW)

    assert refusal.value.code == 2
    assert "error" in capsys.readouterr().err


def test_a_report_counts_by_reason_and_shows_the_first_of_each() -> None:
    tally = Tally("a.csv", skip_bad=True, read=10, repeated=1, bad=Counter({"thousands": 2}))
    tally.examples = {"thousands": ["line 3: '1,2'"]}

    text = report(Path("a.csv"), Imported("ohlcv", tally, 7, 6))

    assert text.splitlines() == [
        "a.csv (ohlcv): 10 rows read, 7 facts, 6 new or changed in the database",
        "  1 said once more what the row before had said",
        "  2 skipped: thousands separators, or what a spreadsheet made of a number",
        "    line 3: '1,2'",
    ]


def test_a_running_platform_is_found_by_its_word(tmp_path: Path) -> None:
    options = read_options(["--file", "a.csv", "--data", str(tmp_path)], now=NOW)
    folder, socket = tmp_path / "sandbox", tmp_path / "socket"
    socket.touch()
    with FolderLock(folder):
        tell(folder, Standing(str(socket), {"backfill": "http://127.0.0.1:1"}))

        with database_of(options, Silence(), {}) as place:
            assert (place.database.socket_path, place.database.user) == (str(socket), "cryptoprism_writer")
            assert place.data_source == "sandbox"
        with asking_at(options, Silence(), {}) as asks:
            assert asks.next({}).problem == "the function does not answer"


def test_a_platform_that_is_still_starting_is_no_place_to_go(tmp_path: Path) -> None:
    options = read_options(["--file", "a.csv", "--data", str(tmp_path)], now=NOW)
    with FolderLock(tmp_path / "sandbox"):
        with pytest.raises(NoDatabaseError, match="try again in a moment"), database_of(options, Silence(), {}):
            pass
        tell(tmp_path / "sandbox", Standing(str(tmp_path), {}))
        with pytest.raises(NoDatabaseError, match="without the function backfill"), asking_at(options, Silence(), {}):
            pass


def test_a_configured_database_comes_first(tmp_path: Path) -> None:
    options = read_options(["--file", "a.csv", "--data", str(tmp_path)], now=NOW)
    environ = {"DB_HOST": "db.test", "DB_USER": "writer", "DB_NAME": "prism", "DATA_SOURCE": "live"}

    with database_of(options, Silence(), environ) as place:
        assert (place.database.host, place.data_source) == ("db.test", "live")


def test_a_word_that_was_taken_back_or_garbled_is_none(tmp_path: Path) -> None:
    tell(tmp_path, Standing("socket", {}))
    forget(tmp_path)
    assert heard(tmp_path) is None

    (tmp_path / "running.json").write_text("{")
    assert heard(tmp_path) is None
