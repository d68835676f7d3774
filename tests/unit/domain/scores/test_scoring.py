"""Scores as arithmetic: what they are made of, what they never look at, and what they make of bad input."""

from typing import Any

import numpy as np
import pytest

from shared.domain.panels.panel import FloatArray, Panel
from shared.domain.scores.methodology import ALL, DAYS, MOMENTUM, SCORES, VALUATION
from shared.domain.scores.numeric.inputs import inputs_of
from shared.domain.scores.numeric.scoring import Scored, measured, scored, together
from shared.domain.scores.numeric.standing import standing
from shared.domain.scores.numeric.valuation import paid
from tests.panels import panel_of, walks

TOKENS = 40


def nothing(panel: Panel) -> FloatArray:
    return np.full(len(panel.token_ids), np.nan)


def score(
    panel: Panel, *, excluded: Any = None, tvl: FloatArray | None = None, fees: FloatArray | None = None
) -> Scored:
    found = measured(
        panel,
        tvl_usd=nothing(panel) if tvl is None else tvl,
        yearly_fees_usd=nothing(panel) if fees is None else fees,
    )
    out = np.zeros(len(panel.token_ids), dtype=bool) if excluded is None else np.asarray(excluded)
    return scored(found, out)


def with_token(close: FloatArray, **fields: FloatArray) -> Panel:
    """Return random walks with the given closes as their last token."""
    others = walks(DAYS, TOKENS)
    fields = {"volume_usd": np.where(np.isnan(close), np.nan, 1e6), "market_cap_usd": close * 1e6} | fields
    joined: dict[str, Any] = {
        name: np.hstack([getattr(others, name), values[:, None]]) for name, values in fields.items()
    }
    return panel_of(np.hstack([others.close, close[:, None]]), **joined)


def walk(days: int = DAYS) -> FloatArray:
    close = walks(DAYS, 1, seed=3).close[:, 0]
    close[: DAYS - days] = np.nan
    return close


def test_weights_are_whole() -> None:
    assert sum(each.weight for each in ALL.values()) == pytest.approx(1, abs=1e-12)
    for each in ALL.values():
        assert sum(part.weight for part in each.parts) == pytest.approx(1, abs=1e-12)


def test_contributions_add_up_to_every_score() -> None:
    found = score(walks(DAYS, 300), tvl=np.where(np.arange(300) < 9, 1e9, np.nan))

    for composite in (*found.scores.values(), found.crypto_score):
        known = np.isfinite(composite.score)
        assert known.sum() == 300
        assert np.abs(composite.contributions.sum(axis=0) - composite.score)[known].max() < 1e-9
        assert np.abs(composite.weights.sum(axis=0) - 1)[known].max() < 1e-9
        assert ((composite.score >= 0) & (composite.score <= 100))[known].all()
    by_hand = sum(ALL[name].weight * found.scores[name].score for name in SCORES)
    np.testing.assert_allclose(found.crypto_score.score, by_hand, rtol=0, atol=1e-9)


def test_standing_is_winsorised_and_keeps_the_order() -> None:
    values = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 1e12, -1e12, np.nan])

    found = standing(values, np.ones(8, dtype=bool))

    assert list(found[5:7]) == [100, 0]
    assert np.isnan(found[7])
    assert (np.diff(found[:5]) > 0).all()
    assert found[2] == 50


def test_one_extreme_does_not_move_the_others() -> None:
    values = np.linspace(-1, 1, 101)
    wild = values.copy()
    wild[-1] = 1e9

    everybody = np.ones(101, dtype=bool)

    np.testing.assert_allclose(standing(wild, everybody)[:-1], standing(values, everybody)[:-1], rtol=0, atol=1e-9)


def test_equal_ones_all_stand_in_the_middle() -> None:
    assert set(standing(np.full(9, 7.0), np.ones(9, dtype=bool))) == {50.0}


def test_few_are_not_compared() -> None:
    assert np.isnan(standing(np.arange(4.0), np.ones(4, dtype=bool))).all()


def test_excluded_tokens_are_neither_scored_nor_compared_with() -> None:
    panel = walks(DAYS, TOKENS)
    excluded = np.arange(TOKENS) % 4 == 0

    with_them = score(panel, excluded=excluded)
    without = score(_chosen(panel, ~excluded))

    assert {with_them.reasons["momentum"][at] for at in range(0, TOKENS, 4)} == {"excluded"}
    assert np.isnan(with_them.crypto_score.score[excluded]).all()
    np.testing.assert_array_equal(with_them.crypto_score.score[~excluded], without.crypto_score.score)


def test_all_excluded_is_no_score_at_all() -> None:
    found = score(walks(DAYS, TOKENS), excluded=np.ones(TOKENS, dtype=bool))

    assert np.isnan(found.crypto_score.score).all()


def test_chunks_give_what_the_whole_gives() -> None:
    panel = walks(DAYS, TOKENS)
    chunks = [_chosen(panel, np.arange(TOKENS) // 7 == number) for number in range(6)]
    parts = [measured(each, tvl_usd=nothing(each), yearly_fees_usd=nothing(each)) for each in chunks]

    found = scored(together(parts), np.zeros(TOKENS, dtype=bool))

    np.testing.assert_array_equal(found.crypto_score.score, score(panel).crypto_score.score)


@pytest.mark.parametrize("days", [0, 1, 13, 49])
def test_too_little_history_has_no_score_and_says_why(days: int) -> None:
    found = score(with_token(walk(days)))

    assert np.isnan(found.crypto_score.score[-1])
    wanted = "not_priced" if days == 0 else "too_little_history"
    assert {found.reasons[name][-1] for name in SCORES} == {wanted}
    assert np.isfinite(found.crypto_score.score[:-1]).all()


def test_sixty_days_are_enough_for_a_momentum_of_short_look_backs() -> None:
    found = score(with_token(walk(60)))

    assert np.isfinite(found.scores["momentum"].score[-1])
    assert found.scores["momentum"].coverage[-1] == pytest.approx(0.5)
    assert found.reasons["durability"][-1] == "too_little_history"
    assert np.isnan(found.crypto_score.score[-1])


def test_holes_of_three_days_are_bridged_and_longer_ones_are_not() -> None:
    held, silent = walk(), walk()
    held[-3:] = np.nan
    silent[-4:] = np.nan

    assert score(with_token(held)).reasons["momentum"][-1] is None
    assert score(with_token(silent)).reasons["momentum"][-1] == "not_priced"


def test_holes_in_the_middle_do_not_hurt() -> None:
    close = walk()
    close[::9] = np.nan
    close[200:230] = np.nan

    found = score(with_token(close))

    assert np.isfinite(found.crypto_score.score[-1])


def test_a_constant_price_is_no_market() -> None:
    found = score(with_token(np.full(DAYS, 0.1)))

    assert {found.reasons[name][-1] for name in SCORES} == {"never_moved"}


def test_no_volume_is_the_least_liquidity_and_no_nvt() -> None:
    found = score(with_token(walk(), volume_usd=np.zeros(DAYS)))

    parts = [part.id for part in ALL["durability"].parts]
    assert found.values["durability"][parts.index("liquidity"), -1] == 0
    assert np.isnan(found.values["valuation"][0, -1])
    assert found.reasons["valuation"][-1] == "too_little_known"
    assert np.isfinite(found.crypto_score.score[-1])


def test_a_price_of_zero_is_an_unknown_one() -> None:
    ended, once = walk(), walk()
    ended[-10:] = 0
    once[-40] = 0

    assert score(with_token(ended)).reasons["momentum"][-1] == "not_priced"
    assert np.isfinite(score(with_token(once)).crypto_score.score[-1])


def test_without_capitalisation_valuation_is_left_out_and_its_weight_shared() -> None:
    found = score(with_token(walk(), market_cap_usd=np.full(DAYS, np.nan)))

    assert found.reasons["valuation"][-1] == "too_little_known"
    assert list(found.crypto_score.weights[:, -1]) == pytest.approx([0.4 / 0.75, 0.35 / 0.75, 0])


def test_hardly_any_tokens_and_days_are_no_accident() -> None:
    few = score(walks(DAYS, 3))

    assert np.isnan(few.crypto_score.score).all()
    assert few.reasons["momentum"] == ["too_little_known"] * 3
    assert score(panel_of(np.full((1, 2), 5.0))).reasons["momentum"] == ["too_little_history"] * 2


def test_rising_tokens_have_more_momentum_than_falling_ones() -> None:
    drift = np.linspace(-0.01, 0.01, TOKENS)
    noise = np.random.default_rng(1).normal(0, 0.02, (DAYS, TOKENS))
    found = score(panel_of(100 * np.exp(np.cumsum(drift + noise, axis=0))))

    momentum = found.scores["momentum"].score
    assert momentum[-10:].min() > momentum[:10].max()


def test_momentum_is_of_trend_and_not_of_the_plain_return() -> None:
    """Of two that rose alike within 200 days, the one whose trend holds is before the one that jumped once and sinks since."""
    days = np.arange(DAYS)
    rise = np.log(2) * np.clip((days - 200) / 199, 0, 1)
    jump = np.where(days >= 260, np.log(4), 0) - np.log(2) * np.clip((days - 260) / 139, 0, 1)
    noise = np.random.default_rng(2).normal(0, 0.01, (2, DAYS))
    steady, jumped = 10 * np.exp(rise + noise[0]), 10 * np.exp(jump + noise[1])
    panel = with_token(steady)
    both = panel_of(
        np.hstack([panel.close, jumped[:, None]]),
        volume_usd=np.hstack([panel.volume_usd, panel.volume_usd[:, -1:]]),
        market_cap_usd=np.hstack([panel.market_cap_usd, jumped[:, None] * 1e6]),
    )

    momentum = score(both).scores["momentum"].score

    assert steady[-1] == pytest.approx(jumped[-1], rel=0.1)
    assert momentum[-2] > momentum[-1] + 20


def test_cheap_for_its_fees_and_value_locked_is_more_valuable() -> None:
    panel = walks(DAYS, TOKENS)
    cap = panel.market_cap_usd[-1]
    chains = np.arange(TOKENS) < 8
    cheapness = np.geomspace(0.01, 100, TOKENS)

    found = score(
        panel, tvl=np.where(chains, cap * cheapness, np.nan), fees=np.where(chains, cap * cheapness / 50, np.nan)
    )

    names = [part.id for part in VALUATION.parts]
    for part in ("cap_to_tvl", "cap_to_fees"):
        values = found.values["valuation"][names.index(part)]
        assert (np.diff(values[:8]) >= 0).all()
        assert values[7] > values[0]
        assert np.isnan(values[8:]).all()
    weights = found.scores["valuation"].weights
    assert list(weights[:, 0]) == pytest.approx([0.3, 0.3, 0.2, 0.2])
    assert list(weights[:, 20]) == pytest.approx([0.5, 0.5, 0, 0])


def test_what_holders_paid_is_the_price_while_all_of_it_is_traded_daily_and_the_first_while_none_is() -> None:
    close = walk()
    busy = with_token(close, volume_usd=close * 1e6)
    quiet = with_token(close, volume_usd=np.zeros(DAYS))

    assert paid(inputs_of(busy))[-1] == pytest.approx(close[-1], rel=1e-12)
    assert paid(inputs_of(quiet))[-1] == pytest.approx(close[0], rel=1e-12)


def test_a_redenomination_seen_in_the_price_alone_does_not_break_anything() -> None:
    close = walk()
    close[-30:] *= 1000

    found = score(with_token(close))

    assert np.isfinite(found.crypto_score.score).all()
    assert len(MOMENTUM.parts) == 4


def _chosen(panel: Panel, which: Any) -> Panel:
    fields = ("open", "high", "low", "close", "volume_usd", "market_cap_usd")
    ids = tuple(name for name, chosen in zip(panel.token_ids, which, strict=True) if chosen)
    return Panel(days=panel.days, token_ids=ids, **{name: getattr(panel, name)[:, which] for name in fields})
