"""Binance's export of spot trades, in its older and its newer columns.

Source: https://www.binance.com/en/support/faq/detail/e4ff64f2533f4d23a0b3f8f17f510eab
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from shared.records.portfolio import Settlement, Transaction

from .drafts import (
    FIAT,
    BadRowError,
    Draft,
    Numbered,
    Refused,
    Row,
    Sheet,
    above_zero,
    each_row,
    needed,
    number_of,
    symbol_of,
    time_of,
)

_QUOTES = (
    "FDUSD", "USDT", "USDC", "BUSD", "TUSD", "USDP", "DAI", "BTC", "ETH", "BNB", "XRP", "TRX", "DOGE", "EUR", "GBP", "AUD", "TRY",
    "BRL", "RUB", "UAH", "NGN", "ZAR", "PLN", "RON", "CZK", "JPY", "MXN", "ARS", "USD",
)  # fmt: skip
_AMOUNT = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)\s*([A-Za-z][A-Za-z0-9]*)?")


def read(rows: Iterator[Numbered], settlement: Settlement) -> Sheet:
    """Return the trades of the file; it has no deposits, so what was paid with mostly came from outside."""

    def draft(line: int, row: Row) -> Draft | Refused:
        return Draft(line, _new(row, settlement) if "pair" in row else _old(row, settlement))

    return each_row(rows, draft)


def _new(row: Row, settlement: Settlement) -> Transaction:
    time, pair, side, price, executed, amount, fee = needed(
        row, "date(utc)", "pair", "side", "price", "executed", "amount", "fee"
    )
    total, named = _split(amount, "amount")
    base, quote = _sides(pair, named)
    paid, fee_symbol = _fee(fee, base, quote)
    quantity = number_of(executed.upper().removesuffix(base), "executed")
    return _trade(time, side, base, quote, quantity, total, number_of(price, "price"), paid, fee_symbol, settlement)


def _old(row: Row, settlement: Settlement) -> Transaction:
    time, market, side, price, amount, total, fee, coin = needed(
        row, "date(utc)", "market", "type", "price", "amount", "total", "fee", "fee coin"
    )
    base, quote = _sides(market, None)
    quantity, worth, paid = number_of(amount, "amount"), number_of(total, "total"), number_of(fee, "fee")
    return _trade(time, side, base, quote, quantity, worth, number_of(price, "price"), paid, coin, settlement)


def _trade(
    time: str,
    side: str,
    base: str,
    quote: str,
    quantity: Decimal,
    total: Decimal,
    price: Decimal,
    fee: Decimal,
    fee_symbol: str,
    settlement: Settlement,
) -> Transaction:
    if side.upper() not in ("BUY", "SELL"):
        raise BadRowError("side", f"side '{side[:20]}' is neither BUY nor SELL")
    return Transaction(
        at=time_of(time, "Date(UTC)"),
        kind="buy" if side.upper() == "BUY" else "sell",
        token_id=symbol_of(base),
        quantity=above_zero(quantity, "executed"),
        price=price,
        amount=total,
        quote=_currency(quote),
        settlement=settlement,
        fee=fee,
        fee_currency=_currency(fee_symbol) if fee else "USD",
    )


def _currency(symbol: str) -> str:
    if symbol.upper() in FIAT - {"USD"}:
        raise BadRowError("currency", f"what a trade in {symbol.upper()} was worth in US dollars is not told")
    return symbol_of(symbol)


def _sides(pair: str, named: str | None) -> tuple[str, str]:
    plain = pair.upper().replace("/", "").replace("-", "")
    quotes = (named,) if named else _QUOTES
    for quote in quotes:
        if plain.endswith(quote) and plain != quote:
            return plain.removesuffix(quote), quote
    raise BadRowError("pair", f"'{pair[:40]}' cannot be read as a pair")


def _split(text: str, column: str) -> tuple[Decimal, str | None]:
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise BadRowError("number", f"{column}: '{text[:40]}' is no number with a symbol")
    return number_of(found[1], column), found[2].upper() if found[2] else None


def _fee(text: str, base: str, quote: str) -> tuple[Decimal, str]:
    for symbol in (base, quote):
        if text.upper().endswith(symbol):
            return number_of(text[: -len(symbol)], "fee"), symbol
    fee, symbol_told = _split(text, "fee")
    if symbol_told is None and fee:
        raise BadRowError("fee", f"fee: '{text[:40]}' has no symbol")
    return fee, symbol_told or quote
