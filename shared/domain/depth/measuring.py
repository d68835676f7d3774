"""What a book amounts to: spread, depth, imbalance, slippage. Pure, and exact but for a rounding at the end.

Source: Harris, Trading and Exchanges (2003), chapters 4 and 21: spreads, depth, the price impact of market orders.
"""

from collections.abc import Sequence
from decimal import Decimal

from shared.records.depth import BookRecord, Level, Measures

ORDER_USD = (Decimal(10_000), Decimal(100_000))
_BPS, _PERCENT = Decimal(10_000), Decimal(100)
_DIGITS, _CENTS, _FINE = Decimal("1e-4"), Decimal("0.01"), Decimal("1e-6")
Sums = tuple[Decimal | None, Decimal | None]
"""Of bids, of asks."""


def measure(book: BookRecord, usd_rate: Decimal | None) -> Measures:
    """Return the measures of a book.

    Args:
        book: Best prices first, not crossed.
        usd_rate: What a unit of its currency costs in dollars, of the same minutes; without it nothing is said in dollars.
    """
    mid = mid_of(book)
    near, far = depths(book, mid, Decimal("0.01")), depths(book, mid, Decimal("0.02"))
    slips = [_slippage(book, mid, usd_rate, worth) for worth in ORDER_USD]
    return Measures(
        best_bid=book.bids[0].price if book.bids else None,
        best_ask=book.asks[0].price if book.asks else None,
        mid=mid,
        spread_bps=_rounded((book.asks[0].price - book.bids[0].price) / mid * _BPS, _DIGITS) if mid else None,
        usd_rate=usd_rate,
        bid_depth_1pct_usd=_in_dollars(near[0], usd_rate),
        ask_depth_1pct_usd=_in_dollars(near[1], usd_rate),
        bid_depth_2pct_usd=_in_dollars(far[0], usd_rate),
        ask_depth_2pct_usd=_in_dollars(far[1], usd_rate),
        imbalance=_imbalance(near),
        buy_slippage_10k_bps=slips[0][0],
        buy_slippage_100k_bps=slips[1][0],
        sell_slippage_10k_bps=slips[0][1],
        sell_slippage_100k_bps=slips[1][1],
        bid_reach_pct=_reach(book.bids, mid),
        ask_reach_pct=_reach(book.asks, mid),
        bid_levels=len(book.bids),
        ask_levels=len(book.asks),
    )


def mid_of(book: BookRecord) -> Decimal | None:
    """Return the price half-way between the best ones, `None` where a side is empty."""
    return (book.bids[0].price + book.asks[0].price) / 2 if book.bids and book.asks else None


def depths(book: BookRecord, mid: Decimal | None, within: Decimal) -> Sums:
    """Return what bids and asks within a part of the mid are worth, in the currency of quotation."""
    if mid is None:
        return None, None
    lowest, highest = mid * (1 - within), mid * (1 + within)
    return (
        sum((level.price * level.amount for level in book.bids if level.price >= lowest), Decimal(0)),
        sum((level.price * level.amount for level in book.asks if level.price <= highest), Decimal(0)),
    )


def fill_price(levels: Sequence[Level], amount: Decimal) -> Decimal | None:
    """Return the mean price of a market order for so many tokens, `None` when fewer are offered."""
    left, paid = amount, Decimal(0)
    for level in levels:
        taken = min(left, level.amount)
        paid += taken * level.price
        left -= taken
        if left <= 0:
            return paid / amount
    return None


def _slippage(book: BookRecord, mid: Decimal | None, usd_rate: Decimal | None, worth_usd: Decimal) -> Sums:
    """Return how much worse than the mid a buy and a sale are, in basis points."""
    if not mid or not usd_rate:
        return None, None
    amount = worth_usd / usd_rate / mid
    bought, sold = fill_price(book.asks, amount), fill_price(book.bids, amount)
    return (
        None if bought is None else _rounded((bought - mid) / mid * _BPS, _DIGITS),
        None if sold is None else _rounded((mid - sold) / mid * _BPS, _DIGITS),
    )


def _imbalance(near: Sums) -> Decimal | None:
    bids, asks = near
    if bids is None or asks is None or not bids + asks:
        return None
    return _rounded((bids - asks) / (bids + asks), _FINE)


def _reach(levels: Sequence[Level], mid: Decimal | None) -> Decimal | None:
    return _rounded(abs(levels[-1].price - mid) / mid * _PERCENT, _DIGITS) if levels and mid else None


def _in_dollars(value: Decimal | None, usd_rate: Decimal | None) -> Decimal | None:
    return None if value is None or usd_rate is None else _rounded(value * usd_rate, _CENTS)


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    # Too large for two digits behind the point is too large to need them.
    return value.quantize(step) if value.adjusted() < 20 else value
