"""What the command line asks for."""

from pathlib import Path

import pytest

from benchmarks.plan import SECTIONS, read_plan


def test_only_a_whole_run_at_full_length_is_worth_writing_down() -> None:
    assert read_plan([], Path()).whole
    assert not read_plan(["--quick"], Path()).whole
    assert not read_plan(["--only", "hot,cold"], Path()).whole


def test_sections_keep_their_order_however_they_are_asked_for() -> None:
    assert read_plan(["--only", "memory,hot"], Path()).sections == ("hot", "memory")
    assert read_plan([], Path()).sections == SECTIONS


def test_an_unknown_section_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_plan(["--only", "warm"], Path())

    assert (
        "there is no warm; choose from hot, cold, start, memory, groups, screener, refresh, imports, identity"
        in capsys.readouterr().err
    )
