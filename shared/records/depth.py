"""Order books, and what is measured on them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from .market import QuoteCurrency


def quoted_in(market: str) -> QuoteCurrency:
    """Return the currency of a market by its name: only markets in dollars and tethers are asked for."""
    return "usdt" if market.upper().endswith("USDT") else "usd"


class Level(NamedTuple):
    """What is offered at one price."""

    price: Decimal
    """In the currency of quotation."""
    amount: Decimal
    """In units of the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRecord:
    """One exchange's book of one token, as far as it was told; best prices first, never crossed."""

    token_id: str
    provider: str
    market: str
    """The exchange's own name of the pair: `BTCUSDT`, `BTC-USD`, `XBTUSD`."""
    quote_currency: QuoteCurrency
    bids: tuple[Level, ...]
    """Descending; empty where nobody buys."""
    asks: tuple[Level, ...]
    """Ascending; empty where nobody sells."""
    observed_at: datetime
    known_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What a book amounts to. `None` = it cannot be said: a side is empty, too little is offered, or no dollar rate is known."""

    best_bid: Decimal | None
    best_ask: Decimal | None
    mid: Decimal | None
    """Half-way between the two, in the currency of quotation."""
    spread_bps: Decimal | None
    """(ask − bid) ÷ mid × 10,000."""
    usd_rate: Decimal | None
    """What a unit of the currency of quotation cost in dollars in the same minutes; 1 for dollars."""
    bid_depth_1pct_usd: Decimal | None
    ask_depth_1pct_usd: Decimal | None
    bid_depth_2pct_usd: Decimal | None
    ask_depth_2pct_usd: Decimal | None
    """Worth of what is offered within 1 and 2 % of the mid, in US dollars, as far as the book was told."""
    imbalance: Decimal | None
    """(bids − asks) ÷ (bids + asks) within 1 %: −1 nobody buys, 1 nobody sells."""
    buy_slippage_10k_bps: Decimal | None
    buy_slippage_100k_bps: Decimal | None
    sell_slippage_10k_bps: Decimal | None
    sell_slippage_100k_bps: Decimal | None
    """How much worse than the mid the mean price of a market order worth so many dollars at mid is."""
    bid_reach_pct: Decimal | None
    ask_reach_pct: Decimal | None
    """How far from the mid the told part of the book reaches; below 2 there may be more depth than is told."""
    bid_levels: int
    ask_levels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthPoint:
    """A book's measures, as they are stored."""

    token_id: str
    provider: str
    market: str
    quote_currency: QuoteCurrency
    observed_at: datetime
    known_at: datetime
    measures: Measures

    @classmethod
    def of(cls, book: BookRecord, measures: Measures) -> "DepthPoint":
        """Return what is kept of a book."""
        return cls(
            token_id=book.token_id,
            provider=book.provider,
            market=book.market,
            quote_currency=book.quote_currency,
            observed_at=book.observed_at,
            known_at=book.known_at,
            measures=measures,
        )
