from datetime import timedelta

import pytest

from tools.release.canary import BAKE, PATIENCE, Verdict, Window, decide
from tools.release.metrics import MetricsError, window_of

from .series import NEW, OLD, counts, latencies, windows

FAST = {5: 80, 9: 18, 11: 2}
"""A hundred answers, 95 % of them within 1.4 ** 9 = 21 ms."""
SLOW = {5: 50, 16: 50}
"""Half of them up to 1.4 ** 16 = 218 ms."""

HEALTHY = windows(
    counts((OLD, "2xx", [900] * 5), (OLD, "4xx", [40] * 5), (OLD, "5xx", [1, 0, 0, 0, 1]), (NEW, "2xx", [100] * 5)),
    latencies((OLD, [FAST] * 9), (NEW, [FAST] * 5)),
)
SLOWER = windows(
    counts((OLD, "2xx", [900] * 5), (NEW, "2xx", [100] * 5)), latencies((OLD, [FAST] * 9), (NEW, [SLOW] * 5))
)
FAILING = windows(
    counts((OLD, "2xx", [900] * 2), (NEW, "2xx", [90, 88]), (NEW, "5xx", [10, 12])),
    latencies((OLD, [FAST] * 9), (NEW, [FAST] * 2)),
)
ONLY_PROBES = windows(counts((NEW, "2xx", [20])), latencies((NEW, [{5: 20}])))
NOTHING = windows({}, {})


def test_a_healthy_revision_waits_for_the_end_of_the_step_and_is_promoted() -> None:
    early = decide(*HEALTHY, probes=20, watched=timedelta(minutes=2))
    late = decide(*HEALTHY, probes=20, watched=BAKE)

    assert early.verdict is Verdict.WAIT
    assert late.verdict is Verdict.PROMOTE
    assert late.reason == "0 of 500 answers failed (old: 2 of 4702), 95 % within 21 ms"


def test_a_slow_revision_goes_back_without_waiting() -> None:
    decision = decide(*SLOWER, probes=20, watched=timedelta(minutes=1))

    assert decision.verdict is Verdict.ROLL_BACK
    assert decision.reason == "95 % of answers within 218 ms; 21 ms at the old revision"


def test_a_failing_revision_goes_back_without_waiting() -> None:
    decision = decide(*FAILING, probes=20, watched=timedelta(minutes=1))

    assert decision.verdict is Verdict.ROLL_BACK
    assert decision.reason == "11.0% of 200 answers failed, of the old revision's 0.0%"


def test_a_function_that_nobody_calls_is_promoted_by_its_probes_once_patience_ends() -> None:
    waiting = decide(*ONLY_PROBES, probes=20, watched=BAKE)
    ended = decide(*ONLY_PROBES, probes=20, watched=PATIENCE)

    assert waiting.verdict is Verdict.WAIT
    assert ended.verdict is Verdict.PROMOTE
    assert ended.reason == "hardly any traffic, 20 answers, 0 failed"


def test_a_function_that_nobody_calls_goes_back_when_one_probe_failed() -> None:
    decision = decide(Window(0, 0, None), Window(20, 1, 20.0), probes=20, watched=PATIENCE)

    assert decision.verdict is Verdict.ROLL_BACK


@pytest.mark.parametrize(("old", "new"), [NOTHING, (None, None), (HEALTHY[0], Window(0, 0, None))])
def test_without_metrics_nothing_is_promoted_and_patience_ends_in_going_back(
    old: Window | None, new: Window | None
) -> None:
    waiting = decide(old, new, probes=20, watched=BAKE)
    ended = decide(old, new, probes=20, watched=PATIENCE)

    assert waiting.verdict is Verdict.WAIT
    assert ended.verdict is Verdict.ROLL_BACK
    assert "nobody can tell" in ended.reason


def test_one_failure_among_few_is_noise_and_not_worse() -> None:
    assert decide(Window(900, 0, 20.0), Window(40, 1, 20.0), probes=20, watched=BAKE).verdict is Verdict.WAIT


def test_a_revision_that_fails_no_more_than_the_old_one_is_not_to_blame() -> None:
    bad_day = decide(Window(4500, 450, 20.0), Window(500, 52, 20.0), probes=20, watched=BAKE)

    assert bad_day.verdict is Verdict.PROMOTE


def test_a_little_slower_is_within_the_coarseness_of_buckets() -> None:
    assert decide(Window(900, 0, 21.0), Window(500, 0, 57.0), probes=20, watched=BAKE).verdict is Verdict.PROMOTE


def test_a_revision_that_is_not_mentioned_did_nothing() -> None:
    assert window_of(counts((OLD, "2xx", [5])), latencies((OLD, [FAST])), NEW) == Window(0, 0, None)


def test_answers_of_callers_mistakes_count_as_answers_and_not_as_failures() -> None:
    assert window_of(counts((NEW, "4xx", [7]), (NEW, "5xx", [3])), {}, NEW) == Window(10, 3, None)


@pytest.mark.parametrize(
    "answer", [{"timeSeries": [{}]}, {"timeSeries": [{"resource": {"labels": {"revision_name": NEW}}, "points": 1}]}]
)
def test_an_answer_of_another_shape_is_an_error(answer: dict[str, object]) -> None:
    with pytest.raises(MetricsError, match="otherwise than expected"):
        window_of(answer, {}, NEW)
