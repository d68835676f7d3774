"""Binance's export of the transaction history: a row for each change of a balance; the rows of a trade share their second.

Source: https://www.binance.com/en/support/faq/detail/990afa0a0a9341f78e7a9298a9575163
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
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
    needed,
    size_of,
    symbol_of,
    time_of,
)

_TRADES = frozenset({
    "buy", "sell", "fee", "transaction buy", "transaction spend", "transaction sold", "transaction revenue", "transaction fee",
    "transaction related", "binance convert", "large otc trading", "small assets exchange bnb", "buy crypto", "sell crypto",
})  # fmt: skip
_FEES = frozenset({"fee", "transaction fee"})
_COMES = frozenset({"deposit", "crypto deposit", "p2p trading", "receive"})
_GOES = frozenset({"withdraw", "crypto withdrawal", "withdrawal", "send"})
_EARNED = ("interest", "reward", "distribution", "airdrop", "cashback", "commission history", "referral", "bonus")
_WITHIN = (
    "subscription",
    "redemption",
    "purchase",
    "transfer between",
    "main and funding",
    "transfer_",
    "internal transfer",
)
_CASH = frozenset({"USDT", "USDC", "BUSD", "FDUSD", "TUSD", "USDP", "DAI"}) | FIAT
"""What a trade is told in; between two others the one that came in was bought."""


@dataclass(frozen=True, slots=True)
class _Change:
    line: int
    at: datetime
    operation: str
    symbol: str
    size: Decimal
    sign: int


def read(rows: Iterator[Numbered], settlement: Settlement) -> Sheet:
    """Return the transactions of the file."""
    sheet = Sheet()
    trades: dict[tuple[datetime, str], list[_Change]] = defaultdict(list)
    for line, row in rows:
        try:
            change = _change(line, row)
            if change.operation in _TRADES:
                trades[(change.at, row.get("account", ""))].append(change)
                continue
            found = _single(change)
        except BadRowError as error:
            sheet.refused.append(Refused(line, error.code, error.reason))
            continue
        if isinstance(found, Draft):
            sheet.drafts.append(found)
        else:
            sheet.ignored.append(found)
    for changes in trades.values():
        _add_trade(sheet, changes, settlement)
    sheet.drafts.sort(key=lambda each: each.line)
    return sheet


def _change(line: int, row: Row) -> _Change:
    time, operation, coin, change = needed(row, "utc_time", "operation", "coin", "change")
    size, sign = size_of(change, "Change")
    symbol_of(coin)
    return _Change(line, time_of(time, "UTC_Time"), operation.lower(), coin.upper(), above_zero(size, "Change"), sign)


def _single(change: _Change) -> Draft | Refused:
    operation = change.operation
    if change.symbol in FIAT:
        return Refused(change.line, "cash", "money is outside of a portfolio")
    if any(each in operation for each in _WITHIN):
        return Refused(change.line, "internal", "moves coins between accounts of the exchange")
    if change.sign > 0 and any(each in operation for each in _EARNED):
        return _draft(change, "income")
    if operation in _COMES and change.sign > 0:
        return _draft(change, "transfer_in")
    if operation in _GOES and change.sign < 0:
        return _draft(change, "transfer_out")
    raise BadRowError("operation", f"'{operation[:60]}' with this sign is no operation that we know")


def _draft(change: _Change, kind: str) -> Draft:
    transaction = Transaction(
        at=change.at,
        kind=kind,  # type: ignore[arg-type]
        token_id=symbol_of(change.symbol),
        quantity=change.size,
        note=change.operation[:200] if kind == "income" else "",
    )
    return Draft(change.line, transaction)


def _add_trade(sheet: Sheet, changes: Sequence[_Change], settlement: Settlement) -> None:
    try:
        sheet.drafts.append(Draft(changes[0].line, _trade(changes, settlement)))
    except BadRowError as error:
        sheet.refused += [Refused(each.line, error.code, error.reason) for each in changes]


def _trade(changes: Sequence[_Change], settlement: Settlement) -> Transaction:
    sides = [each for each in changes if each.operation not in _FEES]
    got, gave = _summed(each for each in sides if each.sign > 0), _summed(each for each in sides if each.sign < 0)
    fees = _summed(each for each in changes if each.operation in _FEES)
    if len(got) != 1 or len(gave) != 1 or len(fees) > 1:
        raise BadRowError("trade", "the rows of this second are not one coin for another, with one fee at most")
    ((bought, quantity),), ((paid, amount),) = got.items(), gave.items()
    fee_symbol, fee = next(iter(fees.items()), ("USD", Decimal(0)))
    foreign = {bought, paid, fee_symbol} & (FIAT - {"USD"})
    if foreign:
        raise BadRowError("currency", f"what a trade in {min(foreign)} was worth in US dollars is not told")
    sells = bought in _CASH and paid not in _CASH
    return Transaction(
        at=changes[0].at,
        kind="sell" if sells else "buy",
        token_id=symbol_of(paid if sells else bought),
        quantity=amount if sells else quantity,
        amount=quantity if sells else amount,
        quote=symbol_of(bought if sells else paid),
        settlement=settlement,
        fee=fee,
        fee_currency=symbol_of(fee_symbol),
    )


def _summed(changes: Iterable[_Change]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for each in changes:
        found[each.symbol] = found.get(each.symbol, Decimal(0)) + each.size
    return found
