"""The page and the verdict."""

from datetime import date

from benchmarks.findings import Finding, at_most
from benchmarks.ratios import Spread
from benchmarks.report import page, verdict
from benchmarks.start import states

GOOD = Finding(work="memory", figure="prices", unit="MB", ours=Spread(90, 90, 90), bound=at_most(110))
BAD = Finding(work="memory", figure="market", unit="MB", ours=Spread(120, 120, 120), bound=at_most(110))
SHOWN = Finding(work="refresh", figure="fetch", unit="ms", ours=Spread(900, 900, 900))


def test_the_page_holds_the_table_the_command_and_the_machine() -> None:
    text = page([GOOD], machine="2 cores of a processor", day=date(2026, 11, 21))

    assert "| memory " in text
    assert "`nox -s bench` on 2026-11-21" in text
    assert "2 cores of a processor" in text
    assert "$" not in text


def test_the_verdict_names_what_missed_and_counts_only_what_is_bound() -> None:
    assert verdict([GOOD, BAD, SHOWN]) == "1 of 2 figures reach what they must\n  missed: memory: market"


def test_the_tiers_are_read_from_a_log_that_others_write_too() -> None:
    log = '2026 INFO GET /live 200\n{"severity":"INFO","cache":"hit-firestore"}\n{"message":"x"}\n{"cache":"miss"}\n'

    assert states(log) == ["hit-firestore", "miss"]
