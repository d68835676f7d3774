"""On markets of pure noise the track record claims no skill: returns overlap, tokens share a market, scores follow the past, and still."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from shared.domain.panels.panel import FloatArray, Panel
from shared.domain.signals.emitting import fresh
from shared.domain.signals.numeric.deciding import strength_of
from shared.domain.signals.numeric.grading import Measured, record_of
from shared.domain.signals.rules import HORIZON_DAYS
from shared.records.signals import Emission, Graded, LastEmission
from tests.clocks import NOON
from tests.panels import panel_of
from tools.science.lived import Told, lived
from tools.science.logged import logged

LOOK_BACK = 20
DAY = timedelta(days=1)


def prices(seed: int, days: int, tokens: int) -> FloatArray:
    """Return random walks that share half of their variance."""
    random = np.random.default_rng(seed)
    moves = random.normal(0, 0.03, (days, 1)) + random.normal(0, 0.03, (days, tokens))
    return 50.0 * np.exp(np.cumsum(moves, axis=0))


def emission(token: int, score: float, price: float) -> Emission | None:
    strength = strength_of(score, 1.5)
    return strength and Emission(
        token_id=f"token-{token}",
        direction="bullish" if score > 0 else "bearish",
        strength=strength,
        score=Decimal(f"{score:.4f}"),
        effective=Decimal("1.5"),
        categories={},
        price_usd=repr(float(price)),
        position=None,
        inputs="",
        code="",
    )


def followed(close: FloatArray, *, skill: float = 0.0) -> Iterator[Graded]:
    """Yield the graded signals of whoever follows the trend, and knows a share of what comes."""
    last: dict[str, LastEmission] = {}
    for row in range(LOOK_BACK, len(close) - HORIZON_DAYS):
        at, later = NOON + row * DAY, close[row + HORIZON_DAYS]
        known = (1 - skill) * np.log(close[row] / close[row - LOOK_BACK]) + skill * np.log(later / close[row])
        said = [emission(place, float(np.tanh(each / 0.15)), close[row, place]) for place, each in enumerate(known)]
        for each in fresh([one for one in said if one], last, now=at):
            last[each.token_id] = LastEmission(direction=each.direction, strength=each.strength, emitted_at=at)
            yield graded(each, at.date(), float(later[int(each.token_id.split("-")[1])]))


def graded(each: Emission, day: date, exit_usd: float) -> Graded:
    return Graded(
        emitted_at=NOON + (day - NOON.date()),
        direction=each.direction,
        strength=each.strength,
        score=float(each.score),
        probability=0.5,
        entry_usd=float(each.price_usd),
        exit_usd=exit_usd,
        lost=False,
    )


@dataclass(frozen=True)
class Claims:
    """How often, of all markets."""

    held: float
    """The interval holds chance."""
    skill: float
    """It lies above."""


def claims(figures: Sequence[Measured], chance: Sequence[float]) -> Claims:
    ends = [(each.low, each.high) for each in figures if each.low is not None and each.high is not None]
    assert len(ends) == len(figures)
    low, high = np.array(ends).T
    return Claims(held=float(np.mean((low <= chance) & (chance <= high))), skill=float(np.mean(low > chance)))


def judged(markets: Iterable[Sequence[Graded]]) -> dict[str, Claims]:
    """Return what the record claims on noise: of the hit rate, the coefficient, and the Brier score."""
    kept = [(record_of(each), coin(each)) for each in markets]
    records = [record for record, _ in kept]
    assert min(each.graded for each in records) > 200
    return {
        "hits": claims([each.hit_rate for each in records], [0.5] * len(records)),
        "order": claims([each.information_coefficient for each in records], [0.0] * len(records)),
        "brier": claims([each.brier for each in records], [each for _, each in kept]),
    }


def coin(signals: Sequence[Graded]) -> float:
    """Return the Brier score that stated probabilities are to be expected to have where a coin decides."""
    return float(np.mean([0.25 + (each.probability - 0.5) ** 2 for each in signals]))


def held(found: dict[str, Claims], share: float = 0.95) -> dict[str, bool]:
    return {name: each.held >= share and each.skill <= 0.05 for name, each in found.items()}


ALL = {"hits": True, "order": True, "brier": True}


def test_who_follows_noise_is_not_said_to_have_skill() -> None:
    found = judged(list(followed(prices(seed, 240, 12))) for seed in range(40))

    # Of forty, nineteen of twenty are 36 or more in 19 of 20 tries; hundreds are tried where there is time.
    assert held(found, 36 / 40) == ALL, found


def test_who_knows_a_little_of_what_comes_is() -> None:
    found = judged(list(followed(prices(seed, 240, 12), skill=0.4)) for seed in range(5))

    assert (found["hits"].skill, found["order"].skill) == (1.0, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize(("days", "markets"), [(240, 400), (600, 200)])
def test_intervals_hold_chance_in_nineteen_of_twenty_noise_markets(days: int, markets: int) -> None:
    found = judged(list(followed(prices(seed, days, 12))) for seed in range(1_000, 1_000 + markets))

    assert held(found) == ALL, found


@pytest.mark.slow
def test_the_whole_way_from_prices_to_the_record_shows_no_skill_on_noise() -> None:
    markets = (noise_market(seed) for seed in range(MARKETS))

    found = judged(list(logged(lived(*market, begins=BEGINS)).graded) for market in markets)

    assert held(found) == ALL, found


MARKETS, DAYS, TOKENS = 200, 330, 12
BEGINS = (NOON - 230 * DAY).date()


def noise_market(seed: int) -> tuple[Panel, frozenset[str], Told]:
    """Return a market whose mood follows its past, as real ones' does, and whose future follows nothing."""
    random = np.random.default_rng(seed)
    close = prices(seed, DAYS, TOKENS)
    opened = np.vstack([close[:1], close[:-1]])
    reach = np.abs(random.normal(0, 0.012, (2, DAYS, TOKENS)))
    moves = np.abs(np.log(close / opened))
    panel = panel_of(
        close,
        high=np.maximum(opened, close) * np.exp(reach[0]),
        low=np.minimum(opened, close) * np.exp(-reach[1]),
        volume_usd=1e7 * np.exp(random.normal(0, 0.3, close.shape) + 5 * moves),
    )
    market = np.log(close).mean(axis=1)
    mood = 50 + 25 * np.tanh(4 * (market[14:] - market[:-14]))
    fear = {day.astype(date): float(each) for day, each in zip(panel.days[14:], mood, strict=True)}
    return panel, frozenset(), Told(fear=fear, chains={})
