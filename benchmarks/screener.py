"""The screener over 6,000 tokens, every filter new, beside the rival's over its 2,000: the time in which half of the answers are there."""

import random
import statistics
import time
from collections.abc import Mapping

from .asking import get
from .duties import check_rows
from .errors import MeasurementError
from .findings import Finding, times_rival
from .loads import side_by_side
from .plan import Plan
from .ratios import paired, spread
from .rival_servers import RivalServers
from .scenarios import PAGE, SCREENED, screened, write_scenarios
from .scripts import OURS, RIVAL
from .stage import Stage, set_stage

TOKENS = 6_000
_MEASURED = ("prices", "screener", "refresh_market", "refresh_screener")
_BOUND = times_rival(1, "at most")
_AT_ONCE = (1, 16)
_REQUESTS = 200


def screener(plan: Plan, environ: Mapping[str, str]) -> list[Finding]:
    """Measure, on a stage of its own: three times the tokens that the others are measured over."""
    with set_stage(plan, environ, tokens=TOKENS, only=_MEASURED) as stage:
        if not stage.platform.run_refresh("refresh_screener").succeeded:
            raise MeasurementError("refresh_screener failed, so that there is nothing to screen")
        check_rows(stage.platform.function_url("screener"), SCREENED.format(0, 0), PAGE)
        return _alone(stage) if stage.rival is None else _beside(stage, stage.rival)


def _beside(stage: Stage, rival: RivalServers) -> list[Finding]:
    work = screened(rival.folder)
    files = write_scenarios(stage.plan.folder / "scenarios", [work], ours=[], rival=[])
    results = side_by_side(stage, rival, rival.plain, "screener", files=files, only=[work.name], concurrency=_AT_ONCE)
    return [
        Finding(
            work=_work(result.concurrency),
            figure="median",
            unit="ms",
            ours=spread(result.of(OURS, "p50_ms")),
            rival=spread(result.of(RIVAL, "p50_ms")),
            ratio=paired(result.of(OURS, "p50_ms"), result.of(RIVAL, "p50_ms")),
            bound=_BOUND,
            errors=result.errors(OURS),
        )
        for result in results
    ]


def _alone(stage: Stage) -> list[Finding]:
    """Ask one after the other, where there is neither a rival nor `wrk`."""
    url, chance = stage.platform.function_url("screener"), random.Random(1)
    medians = []
    for _ in range(stage.plan.rounds):
        took = []
        for _ in range(_REQUESTS):
            path = SCREENED.format(f"{chance.uniform(0, 50):.6f}", f"{chance.uniform(0, 5_000):.4f}")
            began = time.perf_counter()
            if get(url, path).status != 200:
                raise MeasurementError(f"{path} was not answered")
            took.append((time.perf_counter() - began) * 1_000)
        medians.append(statistics.median(took))
    return [Finding(work=_work(1), figure="median", unit="ms", ours=spread(medians))]


def _work(concurrency: int) -> str:
    return f"uncached screener over {TOKENS:,} tokens, c = {concurrency}"
