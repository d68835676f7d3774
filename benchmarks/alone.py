"""Our own load figures where there is no rival: the same work, without ratios."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from .findings import Finding
from .plain_wrk import Load, run_wrk, write_paths
from .ratios import spread
from .scenarios import BROWSER, LARGEST_BOUND, LIVE, MOVERS, NO_CACHE, PAGE
from .stage import TOKENS, Stage


def hot_alone(stage: Stage, concurrency: Sequence[int]) -> list[Finding]:
    """Return the cached list at several concurrencies."""
    url = stage.platform.function_url("prices") + LIVE
    return [
        finding
        for connections in concurrency
        for finding in _measured(stage, f"cached list, c = {connections}", url, connections, BROWSER)
    ]


def cold_alone(stage: Stage, connections: int) -> list[Finding]:
    """Return pages and filtered lists that are computed anew each time."""
    folder = stage.plan.folder / "scenarios"
    pages = write_paths(folder / "pages.lua", f"{LIVE}?limit={PAGE}&offset=%d", TOKENS - PAGE)
    bounds = write_paths(folder / "bounds.lua", f"{MOVERS}?limit={PAGE}&min_volume_usd=%d", LARGEST_BOUND)
    prices, market = (stage.platform.function_url(name) for name in ("prices", "market"))
    return [
        *_measured(stage, f"uncached page, c = {connections}", prices, connections, NO_CACHE, pages),
        *_measured(stage, f"uncached filtered list, c = {connections}", market, connections, NO_CACHE, bounds),
    ]


def _measured(
    stage: Stage, work: str, url: str, connections: int, headers: Mapping[str, str], script: Path | None = None
) -> list[Finding]:
    if shutil.which("wrk") is None:
        print(f"{work}: skipped, wrk not found; Debian and Ubuntu: apt-get install wrk", flush=True)
        return []
    rounds: list[Load] = []
    for _ in range(stage.plan.rounds):
        seconds = stage.plan.seconds
        rounds.append(run_wrk(url, connections=connections, seconds=seconds, headers=headers, script=script))
    errors = sum(each.errors for each in rounds)
    rate, tail = spread([each.requests_per_second for each in rounds]), spread([each.p99_ms for each in rounds])
    return [
        Finding(work=work, figure="requests/s", unit="", ours=rate, errors=errors),
        Finding(work=work, figure="p99", unit="ms", ours=tail, errors=errors),
    ]
