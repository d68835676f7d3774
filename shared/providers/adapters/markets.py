"""What the lists of markets have in common."""

from shared.records.market import QuoteCurrency

_CURRENCIES: dict[str, QuoteCurrency] = {"USD": "usd", "ZUSD": "usd", "USDT": "usdt"}


def currency_of(name: str) -> QuoteCurrency | None:
    """Return the currency of quotation, or `None` when it is neither dollars nor tethers."""
    return _CURRENCIES.get(name.upper())
