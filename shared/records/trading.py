"""Paper trading: an account with its cash and coins, orders, and what they were filled at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

Side = Literal["buy", "sell"]
OrderType = Literal["market", "limit", "stop", "stop_limit"]
TimeInForce = Literal["gtc", "ioc"]
OrderStatus = Literal["open", "triggered", "partially_filled", "filled", "cancelled", "expired", "rejected"]
Liquidity = Literal["maker", "taker"]
PriceSource = Literal["book", "depth_summary", "last_price", "candle"]
SlippageKind = Literal["market", "fixed"]

LIVE: frozenset[OrderStatus] = frozenset({"open", "triggered", "partially_filled"})
"""States in which an order may still be filled and holds cash or coins."""
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeModel:
    """What a fill costs, in hundredths of a percent of what is traded, in cash."""

    maker_bps: Decimal = Decimal(10)
    """For an order that rested."""
    taker_bps: Decimal = Decimal(10)
    """For an order that took what was offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlippageModel:
    """How much worse than the price of the moment an order is filled."""

    kind: SlippageKind = "market"
    """`market`: by the order book, else by what was measured on it, else by rank and volume; `fixed`: always `bps`."""
    bps: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLimits:
    """What an account refuses to do; `None` is no limit."""

    max_order_notional_usd: Decimal | None = None
    max_position_share: Decimal | None = None
    """Of the account's equity, from 0 to 1, in one token after a buy."""
    daily_loss_limit_usd: Decimal | None = None
    """Below the equity at the beginning of the day (UTC), from which on nothing is bought."""
    max_open_orders: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The coins of one token."""

    free: Decimal = _ZERO
    reserved: Decimal = _ZERO
    """Held for resting sales."""
    cost_usd: Decimal = _ZERO
    """What the coins cost with fees, at average cost."""

    @property
    def quantity(self) -> Decimal:
        """Return all of them."""
        return self.free + self.reserved


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A paper account. At any time, to the last digit: `starting_cash_usd + sold_usd = cash_usd + reserved_usd + bought_usd + fees_usd`."""

    account_id: str
    owner: str
    name: str
    starting_cash_usd: Decimal
    cash_usd: Decimal
    """Free to be spent."""
    created_at: datetime
    updated_at: datetime
    reserved_usd: Decimal = _ZERO
    """Held for resting buys, with their fees."""
    bought_usd: Decimal = _ZERO
    sold_usd: Decimal = _ZERO
    fees_usd: Decimal = _ZERO
    realised_usd: Decimal = _ZERO
    """Proceeds less fees less the average cost of what was sold."""
    positions: Mapping[str, Position] = field(default_factory=dict)
    open_orders: int = 0
    orders: int = 0
    """How many were ever accepted; the newest has this number."""
    fills: int = 0
    revision: int = 0
    """Counts the changes: a document store may take an equal document for an unchanged one."""
    fees: FeeModel = field(default_factory=FeeModel)
    slippage: SlippageModel = field(default_factory=SlippageModel)
    limits: RiskLimits = field(default_factory=RiskLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order and how far it came."""

    order_id: str
    account_id: str
    owner: str
    number: int
    """From 1, within the account."""
    token_id: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    status: OrderStatus
    created_at: datetime
    updated_at: datetime
    rests_until: datetime
    matched_until: datetime
    """What happened before has been looked at already."""
    quantity: Decimal | None = None
    """Coins; `None` for a market buy of an amount."""
    amount_usd: Decimal | None = None
    """Cash to be spent with the fee, of a market buy."""
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    triggered_at: datetime | None = None
    untested: bool = False
    """Whether a limit has not been compared with any price since it was accepted or triggered."""
    filled: Decimal = _ZERO
    exact_cost: Decimal = _ZERO
    """What was filled, times its prices, unrounded; `notional_usd` is this rounded."""
    exact_fee: Decimal = _ZERO
    notional_usd: Decimal = _ZERO
    fee_usd: Decimal = _ZERO
    reserved_usd: Decimal = _ZERO
    reserved_quantity: Decimal = _ZERO
    reason: str | None = None
    """Why it ended without being filled, as a code."""

    @property
    def live(self) -> bool:
        """Return whether it may still be filled."""
        return self.status in LIVE

    @property
    def remaining(self) -> Decimal:
        """Return the coins that are still to be traded; none where an amount of cash was given."""
        return _ZERO if self.quantity is None else self.quantity - self.filled


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricing:
    """Where the price of a fill comes from."""

    source: PriceSource
    priced_at: datetime
    """When it was so."""
    providers: tuple[str, ...]
    market: str | None = None
    """The exchange's own name of the pair, of a book or what was measured on one."""
    model: str
    """Which formula made the fill's price of it."""
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A part of an order that was traded at once."""

    fill_id: str
    """The order and the moment of the match: a match that is done twice is the same fill."""
    account_id: str
    order_id: str
    owner: str
    token_id: str
    side: Side
    liquidity: Liquidity
    quantity: Decimal
    price_usd: Decimal
    """`notional_usd` ÷ `quantity` before the rounding to cash: the mean over the levels that were taken."""
    notional_usd: Decimal
    fee_usd: Decimal
    filled_at: datetime
    pricing: Pricing
