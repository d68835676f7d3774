"""Markets to learn from, and rows of them, small enough for tests."""

from functools import cache

import numpy as np

from shared.domain.ml.numeric.rows import Gathering, Rows
from shared.domain.ml.numeric.training import Trained, trained
from shared.domain.panels.panel import Panel
from shared.domain.regime.numeric.market import market_of
from tests.panels import panel_of, walks

DAYS, TOKENS = 400, 60
ROUNDS = 20
"""Trees enough to find what is planted."""


def noise(seed: int = 1, *, days: int = DAYS, tokens: int = TOKENS) -> Panel:
    """Return a market of random walks, in which nothing can be known."""
    return walks(days, tokens, seed=seed)


def planted(seed: int = 1, *, strength: float = 0.25, days: int = DAYS, tokens: int = TOKENS) -> Panel:
    """Return a market in which tokens that did better than half of the others in a fortnight go on doing so."""
    random = np.random.default_rng(seed)
    moves = random.normal(0, 0.04, (days, tokens))
    for day in range(31, days):
        past = moves[day - 15 : day - 1].sum(axis=0)
        moves[day] += strength * 0.04 * np.sign(past - np.median(past))
    # Capitalisations stay alike, or one token would come to be the market.
    return panel_of(10 * np.exp(np.cumsum(moves, axis=0)), market_cap_usd=np.full((days, tokens), 1e9))


def rows_of(panel: Panel, *, chunk: int = 1_000, most_a_day: int = 500) -> Rows:
    """Return the rows of a market, gathered in chunks of tokens."""
    gathering = Gathering(market_of(panel).log_return, panel.close[:, 0], most_a_day=most_a_day)
    for first in range(0, len(panel.token_ids), chunk):
        gathering.add(columns(panel, list(range(first, min(first + chunk, len(panel.token_ids))))))
    return gathering.rows()


def columns(panel: Panel, places: list[int]) -> Panel:
    """Return some tokens of a panel."""
    names = ("open", "high", "low", "close", "volume_usd", "market_cap_usd")
    fields = {name: getattr(panel, name)[:, places] for name in names}
    return Panel(days=panel.days, token_ids=tuple(panel.token_ids[at] for at in places), **fields)


@cache
def model(market: str, *, seed: int = 1) -> Trained:
    """Return what a market teaches, once for all tests."""
    panel = {"noise": noise, "planted": planted}[market](seed)
    return trained(rows_of(panel), model_id=f"relative-7d-{market}-{seed}", rounds=ROUNDS)
