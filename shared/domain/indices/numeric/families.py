"""What was tried beside a strategy, and what it does at other costs: the trials that its honesty section counts."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from shared.domain.honesty.numeric.deflated import moments
from shared.domain.indices.rules import ByGauge, Rules
from shared.domain.panels.panel import FloatArray

from .market import Market
from .performance import Figures, figures
from .simulating import Simulation, Track
from .state import BASE

GAUGE_LEVELS: tuple[tuple[float, float, float, float, float], ...] = (
    (0.0, 0.25, 0.5, 0.75, 1.0),
    (0.0, 0.0, 0.0, 1.0, 1.0),
    (0.0, 0.0, 1.0, 1.0, 1.0),
    (0.25, 0.25, 0.5, 1.0, 1.0),
)
SWEEP: tuple[tuple[float, int], ...] = ((0.0, 0), (2.0, 0), (4.0, 0), (1.0, 1), (1.0, 2), (1.0, 5))
"""Pairs: what the costs are multiplied by, and further days of delay."""
RANDOM_RUNS = 200


def neighbours(rules: Rules) -> Iterator[Rules]:
    """Yield the strategy's family: other sizes, rebalances and, by the gauge, other levels; the strategy itself first."""
    yield rules
    seen = {rules}
    levels = GAUGE_LEVELS if isinstance(rules.exposure, ByGauge) else ()
    exposures = [rules.exposure, *(ByGauge(each) for each in levels)]
    tops = [rules.top] if rules.top == 1 else [rules.top, max(rules.top // 2, 1), max(rules.top // 5, 1)]
    for exposure in exposures:
        for top in tops:
            for rebalance in (rules.rebalance, "monthly"):
                other = replace(rules, exposure=exposure, top=top, rebalance=rebalance)
                if other not in seen:
                    seen.add(other)
                    yield other


def swept(rules: Rules) -> Iterator[tuple[dict[str, float], Rules]]:
    """Yield the strategy at other costs and delays, each with what was changed."""
    for factor, delay in SWEEP:
        costs = replace(rules.costs, fee_bp=rules.costs.fee_bp * factor, slippage=rules.costs.slippage * factor)
        changed = replace(rules, costs=costs, delay_days=rules.delay_days + delay)
        yield {"costs_times": factor, "delay_days": float(changed.delay_days)}, changed


def quickly(market: Market, rules: Rules, exposure: FloatArray, start: int) -> Track:
    """Return a strategy's track from row `start` on, without its log."""
    return Simulation(market, rules, exposure, keep_fills=False).run(start)


def figures_of(track: Track) -> Figures:
    """Return the figures of a track."""
    return figures(track.days, track.returns(), track.invested, track.traded, track.costs / before(track))


def before(track: Track) -> FloatArray:
    """Return the values at the closes before each day."""
    return np.concatenate([[BASE], track.values[:-1]])


def sweep_entry(changed: dict[str, float], track: Track) -> dict[str, Any]:
    """Return one line of the sweep."""
    told = asdict(figures_of(track))
    return changed | {name: told[name] for name in ("cagr", "sharpe", "max_drawdown", "turnover_a_year")}


def random_switches(
    exposure: FloatArray, full: FloatArray, cost_per_switch: float, *, seed: int, runs: int = RANDOM_RUNS
) -> dict[str, Any] | None:
    """Return how a strategy's switches compare with random ones of the same number, lengths and levels.

    Both are reckoned alike: yesterday's share of the always invested portfolio's return, less costs by what the share moved.

    Args:
        exposure: (D,) share to be invested at each close.
        full: (D,) returns of the same holdings always invested.
        cost_per_switch: Share lost when everything is bought or sold.
        seed: Of the shuffles.
        runs: How many of them.

    Returns:
        The share of the random ones that it beats, and their Sharpe ratios' quantiles; `None` without switches.
    """
    held = np.nan_to_num(exposure)
    begins = np.flatnonzero(np.concatenate([[True], held[1:] != held[:-1]]))
    if begins.size < 4:
        return None
    lengths, levels = np.diff([*begins, held.size]), held[begins]
    own = _sharpe_of(held, full, cost_per_switch)
    generator = np.random.default_rng(seed)
    others = np.array([_sharpe_of(_shuffled(levels, lengths, generator), full, cost_per_switch) for _ in range(runs)])
    low, middle, high = (float(each) for each in np.quantile(others, [0.05, 0.5, 0.95]))
    return {
        "runs": runs,
        "beaten": float((others < own).mean()),
        "sharpe": own,
        "sharpe_quantiles": {"5": low, "50": middle, "95": high},
    }


def _shuffled(levels: FloatArray, lengths: "np.ndarray[Any, Any]", generator: np.random.Generator) -> FloatArray:
    order = generator.permutation(levels.size)
    return np.repeat(levels[order], lengths[order])


def _sharpe_of(held: FloatArray, full: FloatArray, cost: float) -> float:
    moved = np.abs(np.diff(held, prepend=0.0))
    returns = np.concatenate([[0.0], held[:-1] * full[1:]]) - moved * cost
    found = moments(returns)
    return 0.0 if found is None else found.sharpe * float(np.sqrt(365.0))
