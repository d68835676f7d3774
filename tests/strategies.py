"""Markets without any drift, and strategies to try on them."""

import numpy as np

from shared.domain.indices.numeric.families import quickly
from shared.domain.indices.numeric.market import Market, market_of
from shared.domain.indices.rules import Constant, Costs, Rules
from shared.domain.panels.panel import FloatArray, Panel
from tests.panels import panel_of

FREE = Costs(fee_bp=0.0, slippage=0.0, delisting_penalty=0.0)


def noise_panel(days: int, tokens: int, *, seed: int) -> Panel:
    """Return prices that are as likely to rise as to fall, in dollars: no strategy can expect anything."""
    random = np.random.default_rng(seed)
    common = random.normal(0, 0.02, (days, 1))
    own = random.standard_t(4, (days, tokens)) * 0.02
    moves = np.clip(common + own, -0.5, 0.5)
    close = random.uniform(0.01, 1000, tokens) * np.cumprod(1.0 + moves, axis=0)
    return panel_of(close, market_cap_usd=close * random.uniform(1e5, 1e9, tokens))


def noise_tracks(days: int, tokens: int, strategies: int, *, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return the daily returns of always holding everything, (days,), and of strategies that switch by chance, (days, strategies)."""
    market = market_of(noise_panel(days, tokens, seed=seed))
    random = np.random.default_rng(seed + 1)
    rules = Rules(exposure=Constant(), top=tokens, costs=FREE)
    made = [quickly(market, rules, switches(market, random), 0).returns() for _ in range(strategies)]
    return quickly(market, rules, np.ones(days), 0).returns(), np.stack(made, axis=1)


def switches(market: Market, random: np.random.Generator) -> FloatArray:
    """Return levels that change every few weeks, without any reason."""
    size = len(market.days)
    changes = random.random(size) < 1 / 20
    levels = random.choice([0.0, 0.25, 0.5, 0.75, 1.0], size)
    return levels[np.maximum.accumulate(np.where(changes, np.arange(size), 0))]
