"""Money without a lost digit: sums and products are exact or fail, and rounding happens only where it says so.

Cash and coins are whole multiples of 1e-8. What a fill costs is rounded up and what it brings down, so that a rounding is
always against the trader and at most one unit for each order's notional and one for its fee.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)

STEP = Decimal("1e-8")
"""Of cash and of coins."""
PRICE_STEP = Decimal("1e-30")
_BPS = Decimal(10_000)
_FAILS = [InvalidOperation, DivisionByZero, Overflow]
# 15 digits before the point for coins and for prices, 8 and 30 behind, 6 more for a fee: 75 at most.
_EXACT = Context(prec=160, traps=[*_FAILS, Inexact])
_ROUNDING = Context(prec=160, traps=_FAILS)


@contextmanager
def exactly() -> Iterator[None]:
    """Make every sum and product within the block exact: one that is not raises `decimal.Inexact`."""
    with localcontext(_EXACT):
        yield


def up(value: Decimal) -> Decimal:
    """Return the smallest multiple of the step that is not below the value: what the trader pays."""
    return value.quantize(STEP, ROUND_CEILING, _ROUNDING)


def down(value: Decimal) -> Decimal:
    """Return the largest multiple of the step that is not above the value: what the trader gets."""
    return value.quantize(STEP, ROUND_FLOOR, _ROUNDING)


def quotient(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Return the quotient as a price."""
    return priced(_ROUNDING.divide(dividend, divisor))


def affordable(cash: Decimal, price: Decimal) -> Decimal:
    """Return the coins that so much cash buys, rounded down."""
    return down(_ROUNDING.divide(cash, price)) if cash > 0 else Decimal(0)


def share_of(value: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """Return the part of a value, rounded down."""
    return down(_ROUNDING.divide(_ROUNDING.multiply(value, part), whole))


def priced(value: Decimal) -> Decimal:
    """Return a price with at most 30 digits behind the point, rounded to even."""
    return value.quantize(PRICE_STEP, ROUND_HALF_EVEN, _ROUNDING).normalize(_ROUNDING)


def moved(price: Decimal, bps: Decimal) -> Decimal:
    """Return the price moved by hundredths of a percent, down where they are below zero."""
    return priced(_ROUNDING.divide(_ROUNDING.multiply(price, _BPS + bps), _BPS))


def rate_of(bps: Decimal) -> Decimal:
    """Return hundredths of a percent as a factor, exactly."""
    return bps.scaleb(-4, _EXACT)


def rounded_ratio(part: Decimal, whole: Decimal, step: Decimal) -> Decimal:
    """Return part ÷ whole to the nearest multiple of the step."""
    return _ROUNDING.divide(part, whole).quantize(step, ROUND_HALF_EVEN, _ROUNDING)


def text_of(value: Decimal) -> str:
    """Return the number without an exponent and without zeros that say nothing."""
    if not value:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
