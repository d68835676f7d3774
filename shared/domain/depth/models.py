"""Order books as callers see them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Level = tuple[float, float, float | None]
"""[price in the currency of quotation, amount in units of the token, worth in US dollars]."""

_MEASURED: dict[str, Any] = {
    "exchange": "coinbase",
    "market": "BTC-USD",
    "quote_currency": "usd",
    "as_of": "2026-03-01T12:00:00.000Z",
    "best_bid": 64249.99,
    "best_ask": 64250.01,
    "mid": 64250,
    "spread_bps": 0.0031,
    "usd_rate": 1,
    "bid_depth_1pct_usd": 8123456.78,
    "ask_depth_1pct_usd": 7923456.78,
    "bid_depth_2pct_usd": 15123456.78,
    "ask_depth_2pct_usd": 14923456.78,
    "imbalance": 0.012464,
    "buy_slippage_10k_bps": 0.0031,
    "buy_slippage_100k_bps": 0.1204,
    "sell_slippage_10k_bps": 0.0031,
    "sell_slippage_100k_bps": 0.1304,
    "bid_reach_pct": 99.9,
    "ask_reach_pct": 1456.1,
    "bid_levels": 8123,
    "ask_levels": 9123,
}


class Measured(BaseModel):
    """What one exchange's book amounts to; nulls where that cannot be said."""

    exchange: str | None = Field(description="Whose book it is: `binance`, `coinbase`, `kraken`.")
    market: str | None = Field(description="The exchange's own name of the pair.")
    quote_currency: Literal["usd", "usdt"] | None = Field(description="The currency of prices, `best_bid` to `mid`.")
    as_of: datetime | None = Field(description="When the book was so, UTC.")
    best_bid: float | None = Field(description="What the best buyer pays; null when nobody buys.")
    best_ask: float | None = Field(description="What the best seller asks; null when nobody sells.")
    mid: float | None = Field(description="Half-way between the two.")
    spread_bps: float | None = Field(description="(ask − bid) ÷ mid, in hundredths of a percent.")
    usd_rate: float | None = Field(
        description="What a unit of the currency cost in dollars in the same minutes; without it there are no amounts in dollars."
    )
    bid_depth_1pct_usd: float | None = Field(description="Worth of the bids within 1 % of the mid, in US dollars.")
    ask_depth_1pct_usd: float | None = Field(description="Worth of the asks within 1 % of the mid, in US dollars.")
    bid_depth_2pct_usd: float | None = Field(description="Worth of the bids within 2 % of the mid, in US dollars.")
    ask_depth_2pct_usd: float | None = Field(description="Worth of the asks within 2 % of the mid, in US dollars.")
    imbalance: float | None = Field(description="(bids − asks) ÷ (bids + asks) within 1 %, from −1 to 1.", ge=-1, le=1)
    buy_slippage_10k_bps: float | None = Field(
        description="How much above the mid the mean price of a market order worth 10,000 dollars is, in hundredths of a "
        "percent; null when less is offered."
    )
    buy_slippage_100k_bps: float | None = Field(description="The same for 100,000 dollars.")
    sell_slippage_10k_bps: float | None = Field(
        description="How much below the mid a sale worth 10,000 dollars at mid is."
    )
    sell_slippage_100k_bps: float | None = Field(description="The same for 100,000 dollars.")
    bid_reach_pct: float | None = Field(
        description="How far below the mid the bids reach that the exchange told; below 2 there may be more than `bid_depth_2pct_usd`."
    )
    ask_reach_pct: float | None = Field(description="How far above the mid the asks reach that the exchange told.")
    bid_levels: int | None = Field(description="How many prices of bids the measures rest on.")
    ask_levels: int | None = Field(description="How many prices of asks the measures rest on.")


class Depth(Measured):
    """One token's order book at one exchange; without levels it is what was last measured."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "bitcoin",
                    "symbol": "BTC",
                    "name": "Bitcoin",
                    "levels": 2,
                    "bids": [[64249.99, 0.5, 32124.995], [64249.5, 1.2, 77099.4]],
                    "asks": [[64250.01, 0.25, 16062.5025], [64251, 2, 128502]],
                    **_MEASURED,
                    "exchanges": [_MEASURED],
                }
            ]
        }
    )

    id: str = Field(description="The token.")
    symbol: str
    name: str
    levels: int | None = Field(
        description="How many prices a side are shown at most; null when no exchange answered: then there is no book, and the "
        "measures are the last stored ones."
    )
    bids: list[Level] | None = Field(description="`[price, amount, worth in dollars]`, highest price first.")
    asks: list[Level] | None = Field(description="`[price, amount, worth in dollars]`, lowest price first.")
    exchanges: list[Measured] = Field(
        description="What was last measured at each exchange, every minute (Kraken every third), the deepest first."
    )
