"""The honesty section: everything that may make a good backtest worthless, beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.domain.panels.panel import FloatArray

from .bootstrap import intervals, ratios, sharpe_difference
from .deflated import Moments, deflated_sharpe, expected_best, moments, trial_variance
from .overfitting import overfitting

SIGNIFICANT = 0.95
MOST_OVERFITTING = 0.5
_A_YEAR = float(np.sqrt(365.0))
_SEED = 20_140_601
METHOD = "stationary block bootstrap, mean block 21 days, 1,000 samples, 95 %"

Section = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the section is made of."""

    returns: FloatArray
    """(D,) of the strategy, after costs."""
    benchmark: FloatArray
    """(D,) of the baseline that it has to beat, after the same costs."""
    tried: FloatArray
    """(D, N) of everything that was tried on the same days, this one among it."""
    earlier_sharpes: Sequence[float] = ()
    """Of one day, of trials whose returns are not at hand."""
    sweep: Sequence[Mapping[str, Any]] = ()
    """Figures at other costs and delays; `sharpe` in each."""
    random_switches: Mapping[str, Any] | None = None
    survivorship: str = ""


def honesty_of(evidence: Evidence) -> Section:
    """Return the section as JSON has it; numbers that cannot be told are `None`."""
    given = moments(evidence.returns)
    section: Section = {
        "trials": None,
        "deflated_sharpe": None,
        "overfitting": _overfitting(evidence.tried),
        "intervals": _intervals(evidence),
        "sweep": list(evidence.sweep),
        "random_switches": evidence.random_switches,
        "survivorship": evidence.survivorship,
    }
    if given is not None:
        section |= _deflated(evidence, given)
    reasons = _doubts(section)
    section["verdict"] = {"significant": not reasons, "doubts": reasons}
    return section


def significant(given: Moments, trials: int, variance: float) -> bool:
    """Return whether a Sharpe ratio passes the first of the tests: its deflated one."""
    return deflated_sharpe(given, trials, variance) >= SIGNIFICANT


def _deflated(evidence: Evidence, given: Moments) -> Section:
    sharpes = np.array([*_sharpes(evidence.tried), *evidence.earlier_sharpes])
    trials = max(int(sharpes.size), 1)
    variance = trial_variance(sharpes, given.size)
    return {
        "trials": {"count": trials, "sharpe_deviation": float(np.sqrt(variance)) * _A_YEAR},
        "deflated_sharpe": {
            "probability": deflated_sharpe(given, trials, variance),
            "sharpe": given.sharpe * _A_YEAR,
            "expected_best_by_luck": expected_best(trials, variance) * _A_YEAR,
            "skewness": given.skewness,
            "kurtosis": given.kurtosis,
        },
    }


def _sharpes(tried: FloatArray) -> list[float]:
    found = (moments(tried[:, at]) for at in range(tried.shape[1]))
    return [each.sharpe for each in found if each is not None]


def _overfitting(tried: FloatArray) -> Section | None:
    found = overfitting(tried)
    if found is None:
        return None
    return {
        "probability": found.probability,
        "loss_probability": found.loss_probability,
        "degradation": found.degradation,
        "strategies": found.strategies,
        "splits": found.splits,
    }


def _intervals(evidence: Evidence) -> Section | None:
    if moments(evidence.returns) is None:
        return None
    ends = intervals(evidence.returns, ratios, seed=_SEED)
    pair = np.stack([evidence.returns, evidence.benchmark], axis=1)
    over = intervals(pair, sharpe_difference, seed=_SEED)
    names = ("cagr", "sharpe", "max_drawdown")
    told: Section = {name: _ends(ends[:, at]) for at, name in enumerate(names)}
    return told | {"sharpe_over_benchmark": _ends(over[:, 0]), "method": METHOD}


def _ends(pair: FloatArray) -> list[float] | None:
    low, high = (float(each) for each in pair)
    return [low, high] if np.isfinite(low) and np.isfinite(high) else None


def _doubts(section: Section) -> list[str]:
    """Return what speaks against the strategy; nothing means significant."""
    deflated, ends, chosen = section["deflated_sharpe"], section["intervals"], section["overfitting"]
    if deflated is None or ends is None:
        return ["too few days to tell"]
    doubts = []
    if deflated["probability"] < SIGNIFICANT:
        doubts.append("the Sharpe ratio may be the best of so many trials by luck")
    if ends["sharpe"] is None or ends["sharpe"][0] <= 0:
        doubts.append("the interval of the Sharpe ratio holds 0")
    if ends["sharpe_over_benchmark"] is None or ends["sharpe_over_benchmark"][0] <= 0:
        doubts.append("the Sharpe ratio may be no higher than the benchmark's")
    if chosen is not None and chosen["probability"] > MOST_OVERFITTING:
        doubts.append("what is best in one half of the days is below the median in the other")
    if any(each["sharpe"] is None or each["sharpe"] <= 0 for each in section["sweep"]):
        doubts.append("higher costs or a delay use it up")
    return doubts
