"""The cached list of fifty quotes: one worker each, answers from memory against answers from Redis."""

from .alone import hot_alone
from .duties import check_duties, check_state
from .findings import Finding, times_rival
from .loads import Bounds, findings_of, side_by_side
from .scenarios import BROWSER, LIVE, hot_list, write_scenarios
from .stage import Stage

_P99 = times_rival(1 / 8, "at most")
_BOUNDS: dict[int, Bounds] = {
    16: {"rps": times_rival(8, "at least"), "p99_ms": _P99},
    80: {"rps": times_rival(10, "at least"), "p99_ms": _P99},
}


def hot(stage: Stage) -> list[Finding]:
    """Measure what a browser asks, which names its origin and takes gzip, and what the rival's own scenario asks."""
    check_duties(stage.platform, "prices", LIVE)
    check_state(stage.platform.function_url("prices"), LIVE, "hit-memory")
    if stage.rival is None:
        return hot_alone(stage, tuple(_BOUNDS))
    works = [hot_list(BROWSER, "browser_list"), hot_list({}, "hot_list")]
    files = write_scenarios(stage.plan.folder / "scenarios", works, ours=[], rival=[])
    only = [work.name for work in works]
    results = side_by_side(
        stage, stage.rival, stage.rival.plain, "prices", files=files, only=only, concurrency=tuple(_BOUNDS)
    )
    names = {"browser_list": "cached list, asked by a browser", "hot_list": "cached list, asked for plain"}
    return [
        finding
        for result in results
        for finding in findings_of(
            result, f"{names[result.scenario]}, c = {result.concurrency}", _BOUNDS[result.concurrency]
        )
    ]
