"""The regime on the sandbox's market, whose phases are known."""

import numpy as np

from sandbox.market import Market
from shared.domain.panels.panel import Panel
from shared.domain.regime.numeric.labelling import Judgement, judged
from shared.domain.regime.numeric.market import market_of
from shared.domain.regime.numeric.scoring import Score, Sides, scored, switched
from tests.panels import sandbox_panel

WARM_UP = 800
SIDE = {"strong_bullish": 1, "bullish": 1, "bearish": -1, "strong_bearish": -1, "neutral": 0, None: 0}


def seen(seed: int, days: int) -> tuple[Panel, Sides]:
    """Return the panel of tokens with prices of their own, and the true side of each day."""
    panel, market = sandbox_panel(days, 20, seed=seed, samples=1)
    own = [place for place, token in enumerate(market.tokens) if not token.stable and token.follows is None]
    return only(panel, own), true_sides(panel, market)


def only(panel: Panel, columns: list[int]) -> Panel:
    arrays = (panel.open, panel.high, panel.low, panel.close, panel.volume_usd, panel.market_cap_usd)
    open_, high, low, close, volume, cap = (array[:, columns] for array in arrays)
    ids = tuple(panel.token_ids[column] for column in columns)
    return Panel(
        days=panel.days,
        token_ids=ids,
        open=open_,
        high=high,
        low=low,
        close=close,
        volume_usd=volume,
        market_cap_usd=cap,
    )


def true_sides(panel: Panel, market: Market) -> Sides:
    from datetime import UTC, datetime

    kinds = (market.phase_at(datetime.combine(day, datetime.min.time(), UTC)).kind for day in panel.days.tolist())
    return np.array([{"bull": 1, "neutral": 0, "bear": -1}[kind] for kind in kinds], dtype=np.int64)


def sides_of(judgements: list[Judgement]) -> Sides:
    return np.array([SIDE[each.gauge] for each in judgements], dtype=np.int64)


def compared(seed: int, days: int) -> tuple[Score, Score]:
    """Return the scores of the regime and of the 200-day switch on one seed, after the warm-up."""
    panel, truth = seen(seed, days)
    ours, switch = sides_of(judged(panel)), switched(market_of(panel).log_return)
    return scored(ours[WARM_UP:], truth[WARM_UP:]), scored(switch[WARM_UP:], truth[WARM_UP:])
