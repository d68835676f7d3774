"""What callers send: accounts and orders."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, RootModel, Tag, model_validator
from pydantic.json_schema import SkipJsonSchema

from shared.domain.trading.accounts import Opening
from shared.domain.trading.placing import Wish
from shared.domain.trading.risk import MOST_OPEN_ORDERS
from shared.http.parameters import SLUG
from shared.records.trading import FeeModel, RiskLimits, Side, SlippageKind, SlippageModel, TimeInForce

from .texts import number_in_text

_ABOVE_ZERO = r"(?!0+(\.0+)?$)"
Money = Annotated[Decimal, *number_in_text(_ABOVE_ZERO + r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,8})?", "100000")]
Coins = Annotated[Decimal, *number_in_text(_ABOVE_ZERO + r"(0|[1-9][0-9]{0,14})(\.[0-9]{1,8})?", "0.15")]
Price = Annotated[Decimal, *number_in_text(_ABOVE_ZERO + r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,30})?", "64250.5")]
Bps = Annotated[Decimal, *number_in_text(r"(0|[1-9][0-9]{0,2})(\.[0-9]{1,2})?", "10")]
Share = Annotated[Decimal, *number_in_text(_ABOVE_ZERO + r"(0(\.[0-9]{1,4})?|1)", "0.5")]


class _Body(BaseModel):
    """A body with nothing unknown in it; what is not meant is left out, never null."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        if isinstance(given, dict) and None in given.values():
            raise ValueError("leave out what is not meant instead of giving null")
        return given


class Fees(_Body):
    """What a fill costs, in hundredths of a percent of its notional, from 0 to 999.99."""

    maker_bps: Bps = Field(default=FeeModel().maker_bps, description="For an order that rested.")
    taker_bps: Bps = Field(default=FeeModel().taker_bps, description="For an order that takes what is offered.")


class Slippage(_Body):
    """How much worse than the price of the moment an order is filled."""

    kind: SlippageKind = Field(
        default="market",
        description="`market`: level by level through an order book asked for at that moment, else by what was last measured on one, else "
        "by rank and volume; `fixed`: the last price, worsened by `bps`.",
    )
    bps: Bps = Field(default=Decimal(0), description="Hundredths of a percent; of `fixed` only.")


class Limits(_Body):
    """What the account is to refuse; left out, there is no limit."""

    max_order_notional_usd: Money | SkipJsonSchema[None] = Field(default=None, description="Of one order, US dollars.")
    max_position_share: Share | SkipJsonSchema[None] = Field(
        default=None, description="Of the equity, in one token after a buy, with the buys that rest."
    )
    daily_loss_limit_usd: Money | SkipJsonSchema[None] = Field(
        default=None, description="Below the equity at midnight UTC, from which on nothing is bought."
    )
    max_open_orders: int = Field(
        default=50, ge=0, le=MOST_OPEN_ORDERS, strict=True, description="Orders that may rest."
    )


class NewAccount(_Body):
    """A paper account."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Main",
                    "starting_cash_usd": "100000",
                    "fee_model": {"maker_bps": "10", "taker_bps": "10"},
                    "risk_limits": {"max_position_share": "0.5", "daily_loss_limit_usd": "5000"},
                }
            ]
        }
    )

    name: str = Field(pattern=r"^[^\x00-\x1f\x7f]{1,100}$", description="As you like; need not be unique.")
    starting_cash_usd: Money = Field(description="US dollars, up to 12 digits before the point and 8 behind.")
    currency: Literal["USD"] = "USD"
    fee_model: Fees = Field(default_factory=Fees)
    slippage_model: Slippage = Field(default_factory=Slippage)
    risk_limits: Limits = Field(default_factory=Limits)

    def opening(self) -> Opening:
        """Return what the domain calls it."""
        slippage, limits = self.slippage_model, self.risk_limits
        return Opening(
            name=self.name,
            starting_cash_usd=self.starting_cash_usd,
            fees=FeeModel(maker_bps=self.fee_model.maker_bps, taker_bps=self.fee_model.taker_bps),
            slippage=SlippageModel(kind=slippage.kind, bps=slippage.bps if slippage.kind == "fixed" else None),
            limits=RiskLimits(
                max_order_notional_usd=limits.max_order_notional_usd,
                max_position_share=limits.max_position_share,
                daily_loss_limit_usd=limits.daily_loss_limit_usd,
                max_open_orders=limits.max_open_orders,
            ),
        )


class _Order(_Body):
    token_id: str = Field(pattern=SLUG, description="Slug of a token.", examples=["bitcoin"])

    def wish(self) -> Wish:
        """Return what the domain calls it."""
        return Wish(**self.model_dump())


class MarketOrder(_Order):
    """Filled at once at what is on offer; what is not on offer is given up."""

    type: Literal["market"]
    side: Side
    quantity: Coins = Field(description="Coins, in steps of 1e-8.")


class AmountOrder(_Order):
    """A market buy of as many coins as an amount pays for, with the fee."""

    type: Literal["market"]
    side: Literal["buy"]
    amount_usd: Money = Field(description="Spent at most, with the fee; up to a few steps of 1e-8 are left.")


class LimitOrder(_Order):
    """Filled at its limit or better, at once as far as that is on offer, and then whenever it is touched."""

    type: Literal["limit"]
    side: Side
    quantity: Coins = Field(description="Coins, in steps of 1e-8.")
    limit_price: Price = Field(description="US dollars for a coin.")
    time_in_force: TimeInForce = Field(
        default="gtc",
        description="`gtc`: rests until cancelled, at most 90 days; `ioc`: what is not filled at once expires.",
    )


class StopOrder(_Order):
    """Rests until a minute reaches the stop price (above for a buy, below for a sale), then is filled at once."""

    type: Literal["stop"]
    side: Side
    quantity: Coins = Field(description="Coins, in steps of 1e-8.")
    stop_price: Price = Field(description="US dollars for a coin; a buy holds 1.05 times as much cash.")


class StopLimitOrder(_Order):
    """Rests until a minute reaches the stop price, then as a limit order from the next minute on."""

    type: Literal["stop_limit"]
    side: Side
    quantity: Coins = Field(description="Coins, in steps of 1e-8.")
    stop_price: Price = Field(description="US dollars for a coin.")
    limit_price: Price = Field(description="US dollars for a coin.")


def _kind(given: Any) -> str | None:
    """Return which of the models a body is meant to be."""
    if not isinstance(given, dict):
        return None
    kind = given.get("type")
    return "amount" if kind == "market" and "amount_usd" in given else kind if isinstance(kind, str) else None


_AnyOrder = Annotated[
    Annotated[MarketOrder, Tag("market")]
    | Annotated[AmountOrder, Tag("amount")]
    | Annotated[LimitOrder, Tag("limit")]
    | Annotated[StopOrder, Tag("stop")]
    | Annotated[StopLimitOrder, Tag("stop_limit")],
    Discriminator(_kind),
]


class NewOrder(RootModel[_AnyOrder]):
    """An order; each type has exactly its own fields."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"token_id": "bitcoin", "side": "buy", "type": "market", "amount_usd": "2500"},
                {"token_id": "bitcoin", "side": "sell", "type": "limit", "quantity": "0.15", "limit_price": "99000.5"},
                {"token_id": "bitcoin", "side": "sell", "type": "stop", "quantity": "0.15", "stop_price": "51000"},
            ]
        }
    )

    def wish(self) -> Wish:
        """Return what the domain calls it."""
        return self.root.wish()
