"""Uncached reads from PostgreSQL at concurrency 16."""

from collections.abc import Sequence

from .alone import cold_alone
from .duties import check_rows, check_state
from .findings import Finding, times_rival
from .loads import Bounds, findings_of, side_by_side
from .ours import token_ids
from .rival_servers import RivalServers, Worker
from .scenarios import (
    LARGEST_BOUND,
    LIVE,
    MOVERS,
    NO_CACHE,
    PAGE,
    Work,
    filtered,
    list_page,
    rival_tokens,
    single_token,
    write_scenarios,
)
from .stage import TOKENS, Stage

_AT_ONCE = 16
_BOUNDS: Bounds = {"rps": times_rival(2.5, "at least"), "p99_ms": times_rival(1 / 2, "at most")}
_NAMES = {
    "single": "uncached single token, c = 16",
    "page": "uncached page of 50 quotes, c = 16",
    "filtered": "uncached 50 rows over a bound, c = 16",
}


def cold(stage: Stage) -> list[Finding]:
    """Measure tokens and pages that are computed anew each time, and filtered lists that nobody asked for before.

    The filtered lists need nothing special: every bound is a new key, for the rival as it is as well as for us.
    """
    url = stage.platform.function_url("prices")
    for path in (f"{LIVE}?limit={PAGE}&offset=7", "/api/v1/prices/bitcoin"):
        check_state(url, path, "miss", NO_CACHE)
        check_state(url, path, "miss", NO_CACHE)
    check_rows(stage.platform.function_url("market"), f"{MOVERS}?limit={PAGE}&min_volume_usd={LARGEST_BOUND}", PAGE)
    if stage.rival is None:
        return cold_alone(stage, _AT_ONCE)
    rival = stage.rival
    anew = [single_token(TOKENS), list_page(TOKENS)]
    new = [filtered(rival.folder)]
    return [
        *_measured(stage, rival, rival.uncached, "prices", anew),
        *_measured(stage, rival, rival.plain, "market", new),
    ]


def _measured(stage: Stage, rival: RivalServers, worker: Worker, function: str, works: Sequence[Work]) -> list[Finding]:
    files = write_scenarios(
        stage.plan.folder / "scenarios",
        works,
        ours=token_ids(stage.platform, TOKENS),
        rival=rival_tokens(rival.folder),
    )
    only = [work.name for work in works]
    results = side_by_side(stage, rival, worker, function, files=files, only=only, concurrency=[_AT_ONCE])
    return [finding for result in results for finding in findings_of(result, _NAMES[result.scenario], _BOUNDS)]
