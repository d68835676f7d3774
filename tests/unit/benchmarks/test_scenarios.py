"""The same work in both servers' words."""

import json
from pathlib import Path

from benchmarks.scenarios import BROWSER, hot_list, list_page, single_token, write_scenarios


def test_both_files_hold_the_same_scenarios_and_their_own_tokens(tmp_path: Path) -> None:
    works = [single_token(2), list_page(2_000)]

    ours, rival = (
        json.loads(file.read_text())
        for file in write_scenarios(tmp_path / "scenarios", works, ours=["bitcoin", "ether"], rival=["token-0"])
    )

    assert list(ours["scenarios"]) == list(rival["scenarios"]) == ["single", "page"]
    assert (ours["tokens"]["named"], ours["tokens"]["count"]) == (["bitcoin", "ether"], 2)
    assert rival["tokens"]["named"] == ["token-0"]


def test_only_ours_is_asked_to_compute_anew_for_the_rival_cannot_be() -> None:
    work = single_token(2_000)

    assert work.ours["headers"] == {"Cache-Control": "no-cache"}
    assert "headers" not in work.rival


def test_both_sides_are_asked_alike() -> None:
    work = hot_list(BROWSER, "browser_list")

    assert work.ours["headers"] == work.rival["headers"] == BROWSER
