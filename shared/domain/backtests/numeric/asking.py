"""From a backtest's rules and a market to what is reported."""

from dataclasses import replace
from datetime import date

import numpy as np

from shared.domain.indices.catalogue import BENCHMARK, INDICES, MAIN
from shared.domain.indices.numeric.loading import Loaded
from shared.domain.indices.numeric.performance import DAYS_A_YEAR
from shared.domain.indices.numeric.reporting import Question, Report
from shared.domain.indices.rules import Rules


def question_of(loaded: Loaded, rules: Rules, first: date, earlier: tuple[float, ...]) -> Question:
    """Return what is to be reported.

    Raises:
        ValueError: there is nothing to hold.
    """
    market = loaded.market
    known = {name for at, name in enumerate(market.token_ids) if np.isfinite(market.close[:, at]).any()}
    if rules.only and not known.intersection(rules.only):
        raise ValueError("none of the tokens has a daily history in these days")
    baselines = {each.id: replace(each.rules, costs=rules.costs) for each in INDICES.values() if each.id != MAIN}
    return Question(
        market=market,
        rules=rules,
        gauge=loaded.gauge,
        start=int(np.searchsorted(market.days, np.datetime64(first, "D"))),
        baselines=baselines,
        benchmark="btc-hold" if rules.only else BENCHMARK,
        earlier_sharpes=earlier,
    )


def daily_sharpe(report: Report) -> float | None:
    """Return the Sharpe ratio of one day, as trials are counted."""
    annual: float | None = report["figures"]["sharpe"]
    return None if annual is None else annual / float(np.sqrt(DAYS_A_YEAR))
