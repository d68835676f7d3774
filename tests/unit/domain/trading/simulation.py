"""Random orders by the thousand: placed, matched, cancelled, expired, over a market that wanders."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from shared.core.errors import ConflictError
from shared.domain.trading.matching import Bar, Conditions, concerned, matched
from shared.domain.trading.money import exactly, priced
from shared.domain.trading.offers import Offer, Offers
from shared.domain.trading.placing import Wish, ended, place
from shared.domain.trading.risk import Valuation
from shared.records.trading import Account, FeeModel, Fill, Order, Pricing, Side
from tests.clocks import NOON
from tests.trading import MINUTE, account, lost_cash, lost_value

START = {"bitcoin": "64250.123456789", "doge": "0.1234567890123", "dust": "0.000000000000123456789"}
SIZE = {"bitcoin": 1, "doge": 50_000, "dust": 10**13}
VALUATION = Valuation({}, Decimal(0))


@dataclass
class Simulation:
    """An account under fire; `check` finds a digit that went missing."""

    seed: int
    account: Account = field(
        default_factory=lambda: account("100000.00000001", fees=FeeModel(maker_bps=Decimal("7.35")))
    )
    live: dict[str, Order] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    coins: dict[str, Decimal] = field(default_factory=dict)
    paid: Decimal = Decimal(0)
    """What all fills together cost, less what they brought, with fees."""
    fills: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.prices = {token_id: Decimal(price) for token_id, price in START.items()}
        self.now = NOON

    def step(self) -> None:
        """Place an order, and now and then let a minute pass, or cancel one."""
        self.now += timedelta(milliseconds=7)
        chance = self.random.random()
        if chance < 0.1:
            self._pass_minute()
        elif chance < 0.15 and self.live:
            order = self.live[self.random.choice(sorted(self.live))]
            self._kept(*ended(self.account, order, "cancelled", None, now=self.now))
        self._place()

    def check(self) -> None:
        """Fail if cash, reservations or coins do not add up to the last digit."""
        assert lost_cash(self.account) == 0
        assert lost_value(self.account) == 0
        with exactly():
            assert self.account.cash_usd + self.account.reserved_usd + self.paid == self.account.starting_cash_usd
            assert sum((each.reserved_usd for each in self.live.values()), Decimal(0)) == self.account.reserved_usd
            for token_id in START:
                self._check_coins(token_id)
        assert len(self.live) == self.account.open_orders
        assert self.account.cash_usd >= 0
        assert self.account.reserved_usd >= 0

    def _check_coins(self, token_id: str) -> None:
        resting = (each.reserved_quantity for each in self.live.values() if each.token_id == token_id)
        held = self.account.positions.get(token_id)
        assert (held.quantity if held else Decimal(0)) == self.coins.get(token_id, Decimal(0))
        assert (held.reserved if held else Decimal(0)) == sum(resting, Decimal(0))
        assert held is None or held.free >= 0

    def _place(self) -> None:
        wish = self._wish()
        levels = self._levels(wish.token_id, wish.side)
        offers = None if wish.waits_for_stop or (not wish.takes_now and self.random.random() < 0.2) else levels
        try:
            placed = place(self.account, wish, offers, VALUATION, now=self.now)
        except ConflictError as refused:
            self.statuses[refused.code] += 1
            return
        self._kept(placed.account, placed.order, *([placed.fill] if placed.fill else []))

    def _pass_minute(self) -> None:
        for token_id in START:
            bar = self._bar(token_id)
            for order in [each for each in self.live.values() if each.token_id == token_id and concerned(each, [bar])]:
                came = matched(self.account, order, [bar], Conditions(rank=3, volume_24h_usd=Decimal(10**9)))
                self._kept(came.account, came.order, *came.fills)
        self.now += MINUTE

    def _kept(self, account: Account, order: Order, *fills: Fill) -> None:
        self.account = account
        self.statuses[order.status] += 1
        self.live.pop(order.order_id, None)
        if order.live:
            self.live[order.order_id] = order
        with exactly():
            for fill in fills:
                sign = 1 if fill.side == "buy" else -1
                self.coins[fill.token_id] = self.coins.get(fill.token_id, Decimal(0)) + sign * fill.quantity
                self.paid += sign * fill.notional_usd + fill.fee_usd
                self.fills += 1

    def _wish(self) -> Wish:
        token_id, side = self.random.choice(list(START)), self.random.choice(("buy", "sell"))
        kind = self.random.choice(("market", "market", "limit", "limit", "stop", "stop_limit"))
        quantity: Decimal | None = self._quantity(token_id)
        amount = None
        if kind == "market" and side == "buy" and self.random.random() < 0.5:
            quantity, amount = None, Decimal(self.random.randrange(1, 10**12)).scaleb(-8)
        return Wish(
            token_id=token_id,
            side=side,  # type: ignore[arg-type]
            type=kind,  # type: ignore[arg-type]
            time_in_force="ioc" if kind == "limit" and self.random.random() < 0.3 else "gtc",
            quantity=quantity,
            amount_usd=amount,
            limit_price=self._near(token_id) if kind in ("limit", "stop_limit") else None,
            stop_price=self._near(token_id) if kind in ("stop", "stop_limit") else None,
        )

    def _quantity(self, token_id: str) -> Decimal:
        if self.random.random() < 0.05:
            return Decimal(self.random.randrange(1, 4)).scaleb(-8)
        return Decimal(self.random.randrange(1, 10**8 * SIZE[token_id] // 4)).scaleb(-8)

    def _near(self, token_id: str) -> Decimal:
        price = self.prices[token_id] * Decimal(self.random.randrange(9_700, 10_300)) / 10_000
        return Decimal(f"{price:.9g}")

    def _levels(self, token_id: str, side: Side) -> Offers:
        sign = 1 if side == "buy" else -1
        levels = [
            Offer(priced(self.prices[token_id] * (10_000 + sign * (number * 7 + 1)) / 10_000), self._quantity(token_id))
            for number in range(self.random.randrange(4))
        ]
        return Offers(levels, PRICING)

    def _bar(self, token_id: str) -> Bar:
        opened = self.prices[token_id]
        closed = priced(opened * Decimal(self.random.randrange(9_800, 10_204)) / 10_000)
        self.prices[token_id] = closed
        begins: datetime = self.now + timedelta(seconds=1)
        volume = self._quantity(token_id) * 20 if self.random.random() < 0.8 else None
        return Bar(
            begins_at=begins,
            ends_at=begins + timedelta(seconds=50),
            open=opened,
            high=max(opened, closed),
            low=min(opened, closed),
            volume=volume,
            providers=("binance",),
        )


PRICING = Pricing(source="book", priced_at=NOON, providers=("binance",), market="X", model="walk")
