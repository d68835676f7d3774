"""Paper trading as callers see it. Amounts are text, so that no digit is lost on the way."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shared.records.trading import (
    Liquidity,
    OrderStatus,
    OrderType,
    PriceSource,
    Side,
    SlippageKind,
    TimeInForce,
)


class FeesShown(BaseModel):
    """What a fill costs, in hundredths of a percent of its notional."""

    maker_bps: str = Field(description="For an order that rested.", examples=["10"])
    taker_bps: str = Field(description="For an order that took what was offered.", examples=["10"])


class SlippageShown(BaseModel):
    """How much worse than the price of the moment an order is filled."""

    kind: SlippageKind = Field(description="`market`: by book, measures, or rank and volume; `fixed`: always `bps`.")
    bps: str | None = Field(description="Hundredths of a percent, of `fixed`.", examples=["25"])


class LimitsShown(BaseModel):
    """What the account refuses to do; null is no limit."""

    max_order_notional_usd: str | None = Field(description="The largest order, in US dollars.", examples=["25000"])
    max_position_share: str | None = Field(description="Of the equity, in one token, from 0 to 1.", examples=["0.5"])
    daily_loss_limit_usd: str | None = Field(
        description="Below the equity at midnight UTC, from which on nothing is bought.", examples=["5000"]
    )
    max_open_orders: int = Field(description="How many orders may rest.")


_ACCOUNT: dict[str, Any] = {
    "id": "5f0c2a9be1d34c77",
    "name": "Main",
    "currency": "USD",
    "starting_cash_usd": "100000",
    "cash_usd": "83900.12345678",
    "reserved_usd": "6006",
    "bought_usd": "10083.79277045",
    "sold_usd": "0",
    "fees_usd": "10.08377277",
    "realised_usd": "0",
    "positions": 1,
    "open_orders": 1,
    "orders": 2,
    "fills": 1,
    "fee_model": {"maker_bps": "10", "taker_bps": "10"},
    "slippage_model": {"kind": "market", "bps": None},
    "risk_limits": {
        "max_order_notional_usd": None,
        "max_position_share": "0.5",
        "daily_loss_limit_usd": "5000",
        "max_open_orders": 50,
    },
    "created_at": "2026-03-01T12:00:00.000Z",
    "updated_at": "2026-03-01T12:05:00.000Z",
}


class AccountShown(BaseModel):
    """A paper account. Always, to the last digit: starting cash + sold = cash + reserved + bought + fees."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ACCOUNT]})

    id: str
    name: str
    currency: str = Field(description="Of all amounts: `USD`.")
    starting_cash_usd: str
    cash_usd: str = Field(description="Free to be spent, US dollars in steps of 1e-8.")
    reserved_usd: str = Field(description="Held for resting buys, with their fees.")
    bought_usd: str = Field(description="What all buys cost, without fees.")
    sold_usd: str = Field(description="What all sales brought, without fees.")
    fees_usd: str = Field(description="All fees paid.")
    realised_usd: str = Field(description="Proceeds less fees less the average cost, with fees, of what was sold.")
    positions: int = Field(description="How many tokens are held.")
    open_orders: int = Field(description="How many orders may still be filled.")
    orders: int = Field(description="How many orders were ever accepted.")
    fills: int = Field(description="How many fills there were.")
    fee_model: FeesShown
    slippage_model: SlippageShown
    risk_limits: LimitsShown
    created_at: datetime
    updated_at: datetime


class ValuedAccount(AccountShown):
    """A paper account and what it is worth at the last known prices."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _ACCOUNT
                | {"equity_usd": "99990.5", "coins_usd": "10084.37654322", "return_pct": "-0.0095", "unpriced": []}
            ]
        }
    )

    equity_usd: str = Field(description="Cash, what is reserved, and the coins, to 1e-8.")
    coins_usd: str = Field(description="What the coins are worth; without a price they count at what they cost.")
    return_pct: str = Field(description="(equity − starting cash) ÷ starting cash × 100.")
    unpriced: list[str] = Field(description="Tokens that have no price.")


class PositionShown(BaseModel):
    """The coins of one token."""

    token_id: str = Field(examples=["bitcoin"])
    quantity: str = Field(description="Coins, in steps of 1e-8.", examples=["0.15691"])
    free: str = Field(description="What may be sold.")
    reserved: str = Field(description="Held for resting sales.")
    cost_usd: str = Field(description="What the coins cost with fees, at average cost.")
    average_cost_usd: str = Field(description="The same for one coin.")
    price_usd: str | None = Field(description="The last known price; null where there is none.")
    priced_at: datetime | None = Field(description="When it was so.")
    price_stale: bool = Field(description="Whether there is no price of the last three minutes.")
    value_usd: str | None = Field(description="Quantity × price, to 1e-8.")
    unrealised_usd: str | None = Field(description="Value less cost.")
    unrealised_pct: str | None = Field(description="The same in percent of the cost.")


class OrderShown(BaseModel):
    """One order and how far it came."""

    id: str = Field(examples=["o7"])
    account_id: str
    token_id: str = Field(examples=["bitcoin"])
    side: Side
    type: OrderType
    time_in_force: TimeInForce = Field(description="`gtc` rests for up to 90 days; `ioc` is filled at once or not.")
    status: OrderStatus = Field(
        description="`open`, `triggered` (a stop-limit whose limit now rests) and `partially_filled` may still be filled; `filled`, "
        "`cancelled`, `expired` (not all of it could be filled in time) and `rejected` have ended."
    )
    reason: str | None = Field(
        description="Why it expired or was rejected: `no_liquidity`, `not_within_limit`, `insufficient_cash`, `too_many_positions`, `rested_too_long`."
    )
    quantity: str | None = Field(description="Coins wanted; null where an amount was given.")
    amount_usd: str | None = Field(description="Cash to be spent with the fee; null where coins were given.")
    limit_price: str | None = Field(description="In US dollars.")
    stop_price: str | None = Field(description="In US dollars.")
    filled_quantity: str
    average_price_usd: str | None = Field(description="Mean price of what was filled.")
    notional_usd: str = Field(description="What was filled was worth; buys are rounded up to 1e-8, sales down.")
    fee_usd: str = Field(description="Fees so far, rounded up to 1e-8; of a sale at most the notional.")
    reserved_usd: str = Field(description="Cash held for the rest.")
    reserved_quantity: str = Field(description="Coins held for the rest.")
    created_at: datetime
    updated_at: datetime
    triggered_at: datetime | None = Field(description="When the stop was reached.")
    expires_at: datetime | None = Field(description="When it ends if nothing happens; null when it has ended.")


class FillShown(BaseModel):
    """A part of an order that was traded at once, and where its price comes from."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "o1-1772366400000",
                    "account_id": "5f0c2a9be1d34c77",
                    "order_id": "o1",
                    "token_id": "bitcoin",
                    "side": "buy",
                    "liquidity": "taker",
                    "quantity": "0.15691",
                    "price_usd": "64264.82",
                    "notional_usd": "10083.7929062",
                    "fee_usd": "10.08379291",
                    "filled_at": "2026-03-01T12:00:00.000Z",
                    "price_source": "book",
                    "price_age_s": 0.4,
                    "priced_at": "2026-03-01T11:59:59.600Z",
                    "providers": ["binance"],
                    "market": "BTCUSDT",
                    "slippage_model": "walk",
                    "slippage_parameters": {"quote_currency": "usdt", "usd_rate": "0.9998", "levels_taken": "3"},
                }
            ]
        }
    )

    id: str = Field(description="The order and the moment, milliseconds since 1970.")
    account_id: str
    order_id: str
    token_id: str
    side: Side
    liquidity: Liquidity = Field(description="Whose fee was charged: `maker` rested, `taker` took.")
    quantity: str
    price_usd: str = Field(description="Mean price over the levels that were taken.")
    notional_usd: str
    fee_usd: str
    filled_at: datetime
    price_source: PriceSource = Field(
        description="`book`: an exchange's order book; `depth_summary`: what was measured on one; `last_price`; `candle`: a closed minute."
    )
    price_age_s: float = Field(description="Seconds between the price and the fill.", ge=0)
    priced_at: datetime
    providers: list[str]
    market: str | None = Field(description="The exchange's own name of the pair.")
    slippage_model: str = Field(
        description="`walk` (level by level), `linear_between_measures`, `square_root` (half a spread by rank + 500 bps × √(order ÷ day's "
        "volume)), `fixed`, `limit_touched`, `open_of_minute`, `stop_in_minute`."
    )
    slippage_parameters: dict[str, str] = Field(description="What went into it; numbers as text.")


class EquityPoint(BaseModel):
    """What an account was worth."""

    at: datetime
    equity_usd: str = Field(examples=["100412.5"])
