"""Accounts, orders and fills come back from their documents as they were, to the last digit."""

from datetime import datetime
from decimal import Decimal

import pytest

from shared.domain.trading.documents import account_of, fill_of, order_of, to_fields
from shared.domain.trading.placing import place
from shared.records.trading import Account, Fill, Order, Position, RiskLimits, SlippageModel
from tests.clocks import NOON
from tests.trading import account, offers, valuation, wish

FULL = account(
    "123456789012.12345678",
    limits=RiskLimits(max_position_share=Decimal("0.5"), daily_loss_limit_usd=Decimal("1e-8")),
    slippage=SlippageModel(kind="fixed", bps=Decimal("2.5")),
    positions={"a.b-c": Position(free=Decimal("1e-8"), reserved=Decimal("123456789012345.00000001"))},
)
PLACED = place(
    account(), wish(kind="limit", quantity="3", limit_price="105"), offers(("1e-30", "1")), valuation(), now=NOON
)


def kept(record: Account | Order | Fill) -> dict[str, object]:
    """Return what a store would give back: equal, and nothing that it cannot hold."""

    def check(value: object) -> object:
        assert not isinstance(value, Decimal | tuple)
        if isinstance(value, dict):
            return {name: check(each) for name, each in value.items()}
        assert value is None or isinstance(value, str | int | bool | list | datetime)
        return value

    return {name: check(value) for name, value in to_fields(record).items()}


@pytest.mark.parametrize("record", [FULL, account()])
def test_an_account_comes_back_as_it_was(record: Account) -> None:
    assert account_of(kept(record)) == record


def test_an_order_and_its_fill_come_back_as_they_were() -> None:
    assert PLACED.fill is not None
    assert order_of(kept(PLACED.order)) == PLACED.order
    assert fill_of(kept(PLACED.fill)) == PLACED.fill


def test_a_field_of_a_later_version_is_passed_over() -> None:
    assert account_of(kept(FULL) | {"invented_later": 1}) == FULL
