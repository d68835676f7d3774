"""What an order would be filled at now: by the order book, else by what was measured on it, else by rank and volume.

Source: Almgren, Thum, Hauptmann, Li, Direct Estimation of Equity Market Impact (2005), and Tóth et al., Anomalous price
impact and the critical nature of liquidity (2011): impact ≈ daily volatility × √(order ÷ daily volume).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shared.core.errors import PriceStaleError
from shared.domain.market.service import STALE_AFTER
from shared.records.depth import BookRecord
from shared.records.market import QuoteCurrency
from shared.records.trading import Pricing, Side, SlippageModel

from .money import down, exactly, moved, priced, quotient, rounded_ratio, text_of
from .offers import Offer, Offers

VOLATILITY_BPS = Decimal(500)
"""A day's, as the square-root law's factor: 5 %, about the usual of large coins."""
UNKNOWN_VOLUME_BPS = Decimal(100)
MOST_OF_DAY = Decimal("0.01")
"""Of the day's volume in one order priced by it; the law is not known to hold beyond."""
_HALF_SPREADS = ((10, Decimal(2)), (100, Decimal(5)), (500, Decimal(15)))
_UNRANKED = Decimal(50)
_SMALL, _LARGE = Decimal(10_000), Decimal(100_000)
_ZERO = Decimal(0)
_BPS_STEP = Decimal("1e-4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What was last measured on one exchange's book; amounts and slippage as in `records.depth.Measures`."""

    provider: str
    market: str
    observed_at: datetime
    mid_usd: Decimal
    half_spread_bps: Decimal
    slippage_10k_bps: dict[Side, Decimal | None]
    slippage_100k_bps: dict[Side, Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What is known of one token's market at a moment."""

    token_id: str
    now: datetime
    price_usd: Decimal | None = None
    priced_at: datetime | None = None
    providers: tuple[str, ...] = ()
    rank: int | None = None
    volume_24h_usd: Decimal | None = None
    book: BookRecord | None = None
    tether_usd: Decimal | None = None
    summaries: Sequence[Summary] = ()
    """Best first."""

    @property
    def fresh(self) -> bool:
        """Return whether the last price may be traded at."""
        return self.priced_at is not None and self.now - self.priced_at <= STALE_AFTER


def offers_of(
    market: Market, side: Side, model: SlippageModel, *, quantity: Decimal | None, amount_usd: Decimal | None
) -> Offers:
    """Return what is on offer to an order of so many coins or so much cash.

    Raises:
        PriceStaleError: there is no price young enough.
    """
    if model.kind == "fixed":
        return _at_fixed(market, side, model.bps or _ZERO)
    return (
        _in_book(market, side)
        or _by_summary(market, side, quantity=quantity, amount_usd=amount_usd)
        or by_last_price(market, side, quantity=quantity, amount_usd=amount_usd)
    )


def by_last_price(market: Market, side: Side, *, quantity: Decimal | None, amount_usd: Decimal | None) -> Offers:
    """Return what is on offer by the last price, the token's rank and its volume.

    Raises:
        PriceStaleError: the last price is too old.
    """
    price, priced_at = _last(market)
    worth = amount_usd if quantity is None else quantity * price
    bps, parameters = impact_bps(worth or _ZERO, rank=market.rank, volume_usd=market.volume_24h_usd)
    most = None
    if market.volume_24h_usd:
        most = down(quotient(market.volume_24h_usd * MOST_OF_DAY, price))
    offered = Offer(_worse(price, side, bps), most)
    pricing = Pricing(
        source="last_price",
        priced_at=priced_at,
        providers=market.providers,
        model="square_root",
        parameters={"price_usd": text_of(price), **parameters},
    )
    return Offers([offered], pricing)


def impact_bps(worth_usd: Decimal, *, rank: int | None, volume_usd: Decimal | None) -> tuple[Decimal, dict[str, str]]:
    """Return how much worse than the last price an order of that worth is filled, and by which parameters."""
    half = next((bps for last, bps in _HALF_SPREADS if rank is not None and rank <= last), _UNRANKED)
    parameters = {"half_spread_bps": text_of(half)}
    if not volume_usd:
        bps = half + UNKNOWN_VOLUME_BPS
        return bps, {**parameters, "unknown_volume_bps": text_of(UNKNOWN_VOLUME_BPS), "bps": text_of(bps)}
    part = min(worth_usd, volume_usd) / volume_usd
    bps = (half + VOLATILITY_BPS * part.sqrt()).quantize(_BPS_STEP)
    more = {"volatility_bps": text_of(VOLATILITY_BPS), "volume_24h_usd": text_of(volume_usd), "bps": text_of(bps)}
    return bps, parameters | more


def worse(price: Decimal, side: Side, bps: Decimal) -> Decimal:
    """Return a price that is so many hundredths of a percent worse for the one who takes it; never below zero."""
    return _worse(price, side, bps)


def _at_fixed(market: Market, side: Side, bps: Decimal) -> Offers:
    price, priced_at = _last(market)
    pricing = Pricing(
        source="last_price",
        priced_at=priced_at,
        providers=market.providers,
        model="fixed",
        parameters={"price_usd": text_of(price), "bps": text_of(bps)},
    )
    return Offers([Offer(_worse(price, side, bps), None)], pricing)


def _in_book(market: Market, side: Side) -> Offers | None:
    book = market.book
    if book is None or market.now - book.observed_at > STALE_AFTER:
        return None
    rate = _dollars(book.quote_currency, market.tether_usd)
    if rate is None:
        return None
    levels = book.asks if side == "buy" else book.bids
    with exactly():
        offered = [Offer(priced(each.price * rate), down(each.amount)) for each in levels]
    pricing = Pricing(
        source="book",
        priced_at=book.observed_at,
        providers=(book.provider,),
        market=book.market,
        model="walk",
        parameters={"quote_currency": book.quote_currency, "usd_rate": text_of(rate), "levels_told": str(len(levels))},
    )
    return Offers([each for each in offered if each.quantity], pricing)


def _dollars(currency: QuoteCurrency, tether_usd: Decimal | None) -> Decimal | None:
    return Decimal(1) if currency == "usd" else tether_usd


def _by_summary(market: Market, side: Side, *, quantity: Decimal | None, amount_usd: Decimal | None) -> Offers | None:
    """Return an offer by what was last measured on a book, `None` where that does not reach so far."""
    for summary in market.summaries:
        if market.now - summary.observed_at > STALE_AFTER:
            continue
        worth = (amount_usd if quantity is None else quantity * summary.mid_usd) or _ZERO
        bps = _measured_bps(summary, side, worth)
        if bps is not None:
            pricing = Pricing(
                source="depth_summary",
                priced_at=summary.observed_at,
                providers=(summary.provider,),
                market=summary.market,
                model="linear_between_measures",
                parameters={"mid_usd": text_of(summary.mid_usd), "bps": text_of(bps)},
            )
            most = None if quantity is None else quantity
            return Offers([Offer(_worse(summary.mid_usd, side, bps), most)], pricing)
    return None


def _measured_bps(summary: Summary, side: Side, worth: Decimal) -> Decimal | None:
    """Return the slippage between half the spread at nothing, and what was measured at 10,000 and 100,000 dollars."""
    small, large = summary.slippage_10k_bps[side], summary.slippage_100k_bps[side]
    if small is None:
        return None
    if worth <= _SMALL:
        return _between(summary.half_spread_bps, small, rounded_ratio(worth, _SMALL, _BPS_STEP))
    if large is None or worth > _LARGE:
        return None
    return _between(small, large, rounded_ratio(worth - _SMALL, _LARGE - _SMALL, _BPS_STEP))


def _between(low: Decimal, high: Decimal, part: Decimal) -> Decimal:
    return (low + (max(high, low) - low) * part).quantize(_BPS_STEP)


def _last(market: Market) -> tuple[Decimal, datetime]:
    if market.price_usd is None or market.priced_at is None or not market.fresh:
        raise PriceStaleError(market.token_id, None if market.priced_at is None else market.now - market.priced_at)
    return priced(market.price_usd), market.priced_at


def _worse(price: Decimal, side: Side, bps: Decimal) -> Decimal:
    return moved(price, bps if side == "buy" else -min(bps, Decimal(9_999)))
