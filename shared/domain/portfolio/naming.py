"""Symbols of a file to tokens; what may mean several is not guessed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from shared.records.portfolio import Transaction

from .layouts.drafts import SYMBOL_MARK
from .prices import Candidate

_FAR_LARGER = Decimal(50)
"""A token is meant by its symbol when its market capitalisation is so many times that of every other with this symbol."""


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A symbol that cannot be told to mean one token."""

    symbol: str
    code: str
    reason: str


def symbols_of(transactions: Iterable[Transaction]) -> set[str]:
    """Return every symbol that stands for a token."""
    return {
        name.removeprefix(SYMBOL_MARK)
        for each in transactions
        for name in (each.token_id, each.quote, each.fee_currency)
        if name.startswith(SYMBOL_MARK)
    }


def meanings(
    symbols: Iterable[str], told: Mapping[str, str], candidates: Mapping[str, Sequence[Candidate]]
) -> dict[str, str | Unnamed]:
    """Return each symbol's token: the one the caller told, the only one, or one far larger than all others."""
    return {symbol: told.get(symbol) or _meaning(symbol, candidates.get(symbol, ())) for symbol in symbols}


def named(transaction: Transaction, known: Mapping[str, str | Unnamed]) -> Transaction | Unnamed:
    """Return the transaction with tokens in place of symbols, or the symbol that has no meaning."""
    found: dict[str, str] = {}
    for name in ("token_id", "quote", "fee_currency"):
        value = getattr(transaction, name)
        if value.startswith(SYMBOL_MARK):
            meaning = known[value.removeprefix(SYMBOL_MARK)]
            if isinstance(meaning, Unnamed):
                return meaning
            found[name] = meaning
    return replace(transaction, **found) if found else transaction  # type: ignore[arg-type]


def _meaning(symbol: str, candidates: Sequence[Candidate]) -> str | Unnamed:
    if not candidates:
        return Unnamed(
            symbol, "unknown_symbol", f"no token has the symbol {symbol}: tell its id, symbols={symbol}:its-id"
        )
    first, *others = candidates
    largest = max((each.market_cap_usd or Decimal(0) for each in others), default=Decimal(0))
    if not others or (first.market_cap_usd is not None and first.market_cap_usd > _FAR_LARGER * largest):
        return first.token_id
    some = ", ".join(each.token_id for each in candidates[:5])
    return Unnamed(symbol, "ambiguous_symbol", f"{symbol} may be {some}: tell which, symbols={symbol}:{first.token_id}")
