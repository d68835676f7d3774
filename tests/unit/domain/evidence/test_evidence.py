"""The evidence that answers tell is what the report says, in the documented shape, and says what its intervals say."""

import re
from typing import get_args

import pytest

from shared.domain.evidence.models import Evidence
from shared.domain.evidence.reading import FOLDER, Subject, evidence
from shared.domain.scores.methodology import SCORES
from shared.domain.scores.methodology import VERSION as SCORES_VERSION
from shared.domain.signals.rules import STRENGTHS, VERSION
from tools.manifests import ROOT

ALL: tuple[Subject, ...] = get_args(Subject)


@pytest.mark.parametrize("subject", ALL)
def test_evidence_has_the_documented_shape_and_nothing_else(subject: Subject) -> None:
    told = evidence(subject)

    Evidence.model_validate(told)
    assert set(told) == {field.alias or name for name, field in Evidence.model_fields.items()}
    assert (ROOT / told["report"]).is_file()
    assert {path.name for path in FOLDER.glob("*.json")} == {f"{name}.json" for name in ALL}


@pytest.mark.parametrize("subject", ALL)
def test_what_is_said_of_a_figure_is_what_its_interval_says(subject: Subject) -> None:
    for each in Evidence.model_validate(evidence(subject)).findings:
        low, high = (
            (-each.high, -each.low) if each.measure == "brier" and each.low and each.high else (each.low, each.high)
        )
        chance = -each.chance if each.measure == "brier" else each.chance
        if low is None or high is None:
            assert each.says == "not_told"
        else:
            assert each.says == ("better" if low > chance else "worse" if high < chance else "not_told")


def test_every_score_and_every_strength_of_signals_has_evidence_of_the_version_in_use() -> None:
    scores, signals = (Evidence.model_validate(evidence(subject)) for subject in ALL)

    assert (scores.version, signals.version) == (SCORES_VERSION, VERSION)
    assert {each.subject for each in scores.findings} == {*SCORES, "crypto_score"}
    assert {each.subject for each in signals.findings} == {"all", "bullish", "bearish", *STRENGTHS}


def test_figures_are_those_of_the_report() -> None:
    report = (ROOT / "docs" / "science" / "signals.md").read_text(encoding="utf-8").replace("−", "-")

    for each in Evidence.model_validate(evidence("scores")).findings:
        [line] = re.findall(
            rf"^\| {each.subject} \| {each.horizon_days} d \| {each.trials} \| .*$", report, re.MULTILINE
        )
        [ends] = re.findall(r"(-?[\d.]+) \((-?[\d.]+) … (-?[\d.]+)\)", line)
        assert [float(end) for end in ends] == pytest.approx([each.value, each.low, each.high], abs=0.00501)
