"""Ten years of the index over 500 tokens: from a panel in memory to the last day's value."""

import time

import numpy as np

from shared.domain.indices.catalogue import INDICES, MAIN
from shared.domain.indices.numeric.exposures import exposure_of
from shared.domain.indices.numeric.market import market_of
from shared.domain.indices.numeric.simulating import Simulation
from shared.domain.panels.panel import FloatArray, Panel

from .findings import Finding, at_most
from .plan import Plan
from .ratios import spread

DAYS, TOKENS = 3_650, 500
_BOUND = at_most(5)


def backtests(plan: Plan) -> list[Finding]:
    """Measure the index with its log: the market made fit, every day simulated, every trade kept."""
    panel, gauge = _history()
    seconds = [_once(panel, gauge) for _ in range(plan.refreshes)]
    work = f"backtest of {MAIN}, {DAYS:,} days of {TOKENS} tokens"
    return [Finding(work=work, figure="panel to last value", unit="s", ours=spread(seconds), bound=_BOUND)]


def _once(panel: Panel, gauge: FloatArray) -> float:
    rules = INDICES[MAIN].rules
    began = time.perf_counter()
    market = market_of(panel)
    Simulation(market, rules, exposure_of(rules.exposure, market, gauge)).run()
    return time.perf_counter() - began


def _history() -> tuple[Panel, FloatArray]:
    random = np.random.default_rng(1)
    moves = random.normal(0, 0.03, (DAYS, 1)) + random.normal(0, 0.03, (DAYS, TOKENS))
    close = random.lognormal(0, 2, TOKENS) * np.exp(np.cumsum(moves - 0.0009, axis=0))
    opened = np.vstack([close[:1], close[:-1]])
    caps = close * random.lognormal(18, 2, TOKENS)
    panel = Panel(
        days=np.datetime64("2016-01-01") + np.arange(DAYS),
        token_ids=("bitcoin", *(f"token-{number}" for number in range(1, TOKENS))),
        open=opened,
        high=np.maximum(opened, close),
        low=np.minimum(opened, close),
        close=close,
        volume_usd=caps / 50,
        market_cap_usd=caps,
    )
    return panel, np.round(2 * np.sin(np.arange(DAYS) / 60))
