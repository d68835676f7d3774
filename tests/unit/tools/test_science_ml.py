"""The report on models: it says what was found, and nothing when there was nothing."""

import numpy as np
import pytest

from tests.learning import model, noise, planted, rows_of
from tools.science.ml import Study, shuffled, written


@pytest.mark.parametrize(("market", "verdict"), [("planted", "some skill"), ("noise", "no skill")])
def test_the_report_tells_the_verdict_and_every_fold_in_whole_numbers(market: str, verdict: str) -> None:
    rows = rows_of(planted() if market == "planted" else noise())

    report = "\n".join(written(Study(rows, model(market), model("noise"))))

    assert f"**Verdict: {verdict}.**" in report
    assert "nan" not in report.lower()
    assert sum(line.startswith("| 20") for line in report.splitlines()) == len(model(market).record["folds"])


def test_outcomes_are_dealt_out_anew_within_their_week() -> None:
    rows = rows_of(noise(days=120)).labelled

    dealt = shuffled(rows)

    assert np.array_equal(dealt.values, rows.values, equal_nan=True)
    assert not np.array_equal(dealt.labels, rows.labels)
    for day in np.unique(rows.days):
        week = rows.days == day
        assert np.array_equal(np.sort(dealt.labels[week]), np.sort(rows.labels[week]))
