"""However many orders there are, and whatever becomes of them, no digit of cash or coins appears or is lost."""

import pytest

from .simulation import Simulation

OFTEN = 50


def run(orders: int, seed: int) -> Simulation:
    simulation = Simulation(seed)
    for number in range(orders):
        simulation.step()
        if number % OFTEN == 0:
            simulation.check()
    simulation.check()
    return simulation


def test_five_thousand_random_orders_conserve_cash_and_coins_to_the_last_digit() -> None:
    simulation = run(5_000, seed=1)

    ends = {"filled", "cancelled", "expired", "rejected", "partially_filled", "triggered", "open"}
    refusals = {"insufficient_cash", "insufficient_coins", "max_open_orders"}
    assert ends | refusals <= set(simulation.statuses), "the simulation has to have been everywhere"
    assert simulation.fills > 2_000


@pytest.mark.slow
def test_a_hundred_thousand_random_orders_conserve_cash_and_coins_to_the_last_digit() -> None:
    assert run(100_000, seed=2).fills > 10_000
