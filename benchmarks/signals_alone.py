"""All data points for 6,000 tokens in a process of its own, whose peak is theirs alone: `python -m benchmarks.signals_alone [histories]`."""

import json
import resource
import sys
import time

import numpy as np

from shared.domain.datapoints.numeric.bars import bars_of
from shared.domain.datapoints.numeric.technical import histories, latest
from shared.domain.panels.panel import Panel
from shared.domain.panels.reading import CHUNK

TOKENS, DAYS = 6_000, 400


def main() -> None:
    """Print processor seconds and peak megabytes as JSON; making up the market is not counted."""
    made = histories if "histories" in sys.argv else latest
    spent = 0.0
    for seed in range(TOKENS // CHUNK):
        panel = walk(seed)
        began = time.process_time()
        for _ in made(bars_of(panel, panel.close[:, 0])):
            pass
        spent += time.process_time() - began
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": spent, "peak_mb": peak_mb}))


def walk(seed: int) -> Panel:
    """Return a chunk of random walks with every day known, the most there is to compute."""
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0, 0.04, (DAYS, CHUNK)), axis=0))
    today = np.datetime64("2026-03-01")
    return Panel(
        days=np.arange(today - DAYS, today),
        token_ids=tuple(f"token-{number}" for number in range(CHUNK)),
        open=close * 1.01,
        high=close * 1.03,
        low=close * 0.97,
        close=close,
        volume_usd=1e6 * np.exp(random.normal(0, 0.4, close.shape)),
        market_cap_usd=close * 1e6,
    )


if __name__ == "__main__":
    main()
