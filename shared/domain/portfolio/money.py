"""Exact numbers: sums and products keep every digit, and dollars are rounded once, where a transaction is read.

A transaction's dollars are whole multiples of 1e-12 (half to even). From there on only sums and differences follow, and
parts of a lot's cost, whose rest stays with the lot: so what comes in and what goes out balance to the last digit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow, localcontext

USD_STEP = Decimal("1e-12")
_CENT = Decimal("0.01")
_PRICE_STEP = Decimal("1e-30")
_FAILS = [InvalidOperation, DivisionByZero, Overflow]
# Quantities, prices and rates have 18 digits before the point and 30 behind: three multiplied make 144.
_EXACT = Context(prec=200, traps=[*_FAILS, Inexact])
_ROUNDING = Context(prec=200, traps=_FAILS, rounding=ROUND_HALF_EVEN)


@contextmanager
def exactly() -> Iterator[None]:
    """Make every sum and product within the block exact: one that is not raises `decimal.Inexact`."""
    with localcontext(_EXACT):
        yield


def dollars(value: Decimal) -> Decimal:
    """Return dollars as a multiple of the step."""
    return value.quantize(USD_STEP, context=_ROUNDING)


def cents(value: Decimal) -> Decimal:
    """Return dollars to the cent."""
    return value.quantize(_CENT, context=_ROUNDING)


def price_of(value: Decimal) -> Decimal:
    """Return a price of the market with as many digits as one may be told with."""
    return value.quantize(_PRICE_STEP, context=_ROUNDING).normalize(_ROUNDING)


def part_of(cost: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """Return the dollars that a part of so many coins cost."""
    return dollars(_ROUNDING.divide(_ROUNDING.multiply(cost, part), whole))


def per_coin(cost: Decimal, quantity: Decimal) -> Decimal:
    """Return the dollars for one coin, to 18 digits behind the point."""
    return _ROUNDING.divide(cost, quantity).quantize(Decimal("1e-18"), context=_ROUNDING)


def text_of(value: Decimal) -> str:
    """Return a number as plain text, without zeros at its end or an exponent."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def text_or_none(value: Decimal | None) -> str | None:
    """Return a number as text where there is one."""
    return None if value is None else text_of(value)
