"""One small market and one sandbox over it, whose clock stands at noon."""

from collections.abc import Iterator

import pytest

from sandbox.desk import Desk
from sandbox.market import Market
from sandbox.serving import Served, serve
from tests.unit.sandbox.calls import CAP, NOON, PRO, Caller


@pytest.fixture(scope="session")
def market() -> Market:
    return Market(7, 300)


@pytest.fixture
def desk(market: Market) -> Desk:
    return Desk(market, lambda: NOON, pro_keys=[PRO], coincap_keys=[CAP])


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    with serve(seed=7, tokens=300, frozen_at=NOON, pro_keys=[PRO], coincap_keys=[CAP]) as running:
        yield running


@pytest.fixture
def call(served: Served) -> Iterator[Caller]:
    caller = Caller(served.port)
    yield caller
    caller.call("DELETE", "/admin/faults")
    caller.call("DELETE", "/admin/requests")
    caller.call("PUT", "/admin/clock", {"now": NOON.isoformat()})
