"""A strategy day by day: when it trades, what that costs, what happens to what it holds."""

from dataclasses import replace

import numpy as np
import pytest

from shared.domain.indices.numeric.choosing import Chooser, rebalance_days
from shared.domain.indices.numeric.market import SILENT_DAYS, Market, market_of
from shared.domain.indices.numeric.simulating import Simulation, Track
from shared.domain.indices.numeric.state import BASE, packed, unpacked
from shared.domain.indices.rules import Constant, Costs, Rules
from shared.domain.panels.panel import FloatArray
from tests.panels import panel_of, walks

FREE = Costs(fee_bp=0.0, slippage=0.0)
HOLD = Rules(exposure=Constant(), top=1, cap=1.0, weighting="equal", rebalance="never", costs=FREE)


def run(market: Market, rules: Rules, exposure: FloatArray | float = 1.0) -> Track:
    levels = np.broadcast_to(np.asarray(exposure, dtype=float), market.days.shape)
    return Simulation(market, rules, levels).run()


def market(close: list[list[float]], opens: FloatArray | None = None) -> Market:
    given = np.array(close, dtype=float)
    return market_of(panel_of(given) if opens is None else panel_of(given, open=opens))


def test_a_decision_of_the_close_is_carried_out_at_the_next_open() -> None:
    opens = np.array([[9.0], [10.0], [30.0]])
    track = run(market([[9.5], [20.0], [40.0]], opens), HOLD)

    assert track.values == pytest.approx([BASE, BASE * 2, BASE * 4])
    (fill,) = track.fills
    assert (fill.day, fill.price) == (track.days[1], 10.0)
    assert fill.units == pytest.approx(BASE / 10)


def test_a_delay_moves_the_trade_and_nothing_else() -> None:
    opens = np.array([[9.0], [10.0], [30.0], [40.0]])
    track = run(market([[9.5], [20.0], [35.0], [80.0]], opens), replace(HOLD, delay_days=2))

    assert [(fill.day, fill.price) for fill in track.fills] == [(track.days[3], 40.0)]
    assert track.values == pytest.approx([BASE, BASE, BASE, BASE * 2])


def test_costs_are_fee_and_slippage_of_what_is_traded() -> None:
    costs = Costs(fee_bp=10.0, slippage=1.0)
    track = run(market([[10.0]] * 4), replace(HOLD, costs=costs))

    (fill,) = track.fills
    assert fill.fee == pytest.approx(fill.value * 0.0010)
    assert fill.slippage == pytest.approx(fill.value * 0.0002)
    assert track.values[-1] == pytest.approx(BASE - fill.fee - fill.slippage, rel=1e-12)
    assert fill.value == pytest.approx(BASE / 1.0012)
    assert track.costs.sum() == pytest.approx(fill.fee + fill.slippage)


def test_slippage_grows_with_the_rank_and_unknown_ranks_cost_the_most() -> None:
    caps = np.tile(np.append(np.arange(120, 0, -1.0), np.nan), (2, 1))
    chosen = Chooser(market_of(panel_of(np.ones((2, 121)), market_cap_usd=caps)), Rules(exposure=Constant()))

    rates = chosen.slippage(1) * 10_000

    assert [rates[at] for at in (0, 9, 10, 49, 50, 99, 100, 120)] == pytest.approx([2, 2, 10, 10, 25, 25, 50, 50])


def test_nothing_is_made_or_lost_in_a_market_that_stands_still() -> None:
    still = market([[1.0, 2.0, 3.0, 4.0, 5.0]] * 60)
    track = run(still, Rules(exposure=Constant(), top=5, costs=FREE))

    assert track.values == pytest.approx(np.full(60, BASE), rel=1e-12)


def test_values_are_conserved_but_for_costs() -> None:
    track = run(market_of(walks(400, 30)), Rules(exposure=Constant(), top=20, rebalance="daily"))

    holdings: dict[str, float] = {}
    cash = BASE
    for fill in track.fills:
        holdings[fill.token_id] = holdings.get(fill.token_id, 0.0) + fill.units
        cash -= fill.units * fill.price + fill.fee + fill.slippage
    assert cash == pytest.approx(track.standing.cash, abs=1e-7)
    assert min(holdings.values()) > -1e-9
    assert cash >= 0


def test_membership_is_that_of_the_day_and_rebalanced_on_sundays() -> None:
    days = 30
    caps = np.ones((days, 3))
    caps[:, 1] = np.linspace(0.5, 2.0, days)
    followed = market_of(panel_of(np.ones((days, 3)), market_cap_usd=caps))
    track = run(followed, Rules(exposure=Constant(), top=2, cap=1.0, costs=FREE))

    bought = [(fill.day, fill.token_id) for fill in track.fills if fill.units > 0 and fill.token_id == "token-1"]
    first = bought[0][0]
    row = int((first - track.days[0]) / np.timedelta64(1, "D"))
    assert caps[row - 1, 1] > 1.0
    assert first.astype(object).isoweekday() == 1


def test_every_rebalance_has_its_days() -> None:
    days = np.arange(np.datetime64("2024-01-01"), np.datetime64("2025-01-01"))
    due = {each: days[rebalance_days(days, each)] for each in ("never", "daily", "weekly", "monthly", "quarterly")}

    assert {name: len(each) for name, each in due.items()} == {
        "never": 0,
        "daily": 366,
        "weekly": 52,
        "monthly": 12,
        "quarterly": 4,
    }
    assert {each.astype(object).isoweekday() for each in due["weekly"]} == {7}
    assert [str(each) for each in due["quarterly"]] == ["2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31"]


def test_a_delisting_in_mid_hold_is_sold_at_the_last_price_less_the_penalty() -> None:
    close = np.ones((40, 2))
    close[10:, 1] = np.nan
    track = run(market_of(panel_of(close)), Rules(exposure=Constant(), top=2, cap=0.5, costs=FREE, rebalance="never"))

    (gone,) = [fill for fill in track.fills if fill.reason == "delisting"]
    assert (gone.token_id, gone.price) == ("token-1", 1.0)
    assert gone.day == track.days[9 + SILENT_DAYS]
    assert gone.units == pytest.approx(-BASE / 2)
    assert gone.slippage == pytest.approx(BASE / 4)
    assert track.values[-1] == pytest.approx(BASE * 0.75)


def test_a_redenomination_changes_coins_and_no_value() -> None:
    close = np.ones((20, 1))
    close[8:] = 0.001
    caps = np.full((20, 1), 1e6)
    track = run(market_of(panel_of(close, market_cap_usd=caps)), HOLD)

    (changed,) = [fill for fill in track.fills if fill.reason == "redenomination"]
    assert changed.units == pytest.approx(BASE * 1000)
    assert track.values == pytest.approx(np.full(20, BASE))


def test_what_cannot_be_sold_for_want_of_a_price_is_sold_when_there_is_one() -> None:
    close = np.ones((12, 1))
    close[5:7] = np.nan
    levels = np.array([1.0] * 4 + [0.0] * 8)
    track = run(market_of(panel_of(close)), HOLD, levels)

    (sold,) = [fill for fill in track.fills if fill.units < 0]
    assert (sold.reason, sold.day) == ("delayed", track.days[7])
    assert track.invested[-1] == 0.0


def test_all_tokens_excluded_means_all_in_usdc() -> None:
    panel = walks(60, 5)
    track = run(market_of(panel, excluded=panel.token_ids), Rules(exposure=Constant()))

    assert track.values.tolist() == [BASE] * 60
    assert (list(track.fills), track.invested.max()) == ([], 0.0)


@pytest.mark.parametrize("days", [0, 1, 13])
def test_short_histories_are_no_trouble(days: int) -> None:
    track = run(market_of(walks(days, 3)), Rules(exposure=Constant()))

    assert track.values.shape == (days,)
    assert np.isfinite(track.values).all()


def test_stablecoins_are_never_held() -> None:
    panel = walks(100, 6)
    track = run(market_of(panel, excluded=["token-2"]), Rules(exposure=Constant()))

    assert "token-2" not in {fill.token_id for fill in track.fills}


def test_an_unknown_share_keeps_the_last_one() -> None:
    track = run(market([[1.0]] * 10), HOLD, np.array([np.nan, 1.0, np.nan, np.nan, 0.0, np.nan, *[np.nan] * 4]))

    assert track.invested.tolist() == [0, 0, 1, 1, 1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("cut", [1, 97, 180, 299])
def test_going_on_from_a_stored_state_is_bit_identical(cut: int) -> None:
    whole_market = market_of(walks(300, 12))
    rules = Rules(exposure=Constant(), top=8, delay_days=1)
    levels = np.where(np.arange(300) // 40 % 2 == 0, 1.0, 0.5)
    whole = Simulation(whole_market, rules, levels).run()

    first = Simulation(whole_market, rules, levels).run(0, cut)
    state = packed(first.standing, whole_market.token_ids)
    second = Simulation(whole_market, rules, levels, standing=unpacked(state, whole_market.token_ids)).run(cut)

    assert [*first.values, *second.values] == whole.values.tolist()
    assert [*first.fills, *second.fills] == list(whole.fills)


def test_the_order_of_tokens_changes_nothing() -> None:
    panel = walks(200, 15)
    turned = replace(
        panel,
        token_ids=panel.token_ids[::-1],
        **{
            name: getattr(panel, name)[:, ::-1]
            for name in ("open", "high", "low", "close", "volume_usd", "market_cap_usd")
        },
    )
    rules = Rules(exposure=Constant(), top=7)

    one, other = run(market_of(panel), rules), run(market_of(turned), rules)

    assert one.values == pytest.approx(other.values, rel=1e-12)
