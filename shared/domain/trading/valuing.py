"""What accounts are worth at the beginning of a day: the ground of daily loss limits, and the line of equity."""

from datetime import datetime

from .bars import PastPrices
from .keeping import TradingDocuments
from .risk import equity_of


async def value_accounts(documents: TradingDocuments, prices: PastPrices, *, now: datetime) -> int:
    """Value every account at the last known prices, once in each day (UTC); return how many were.

    Raises:
        DatabaseUnavailableError: PostgreSQL does not answer; the day is then begun by a later round.
        DocumentsUnavailableError: the store does not answer.
    """
    if await documents.valued_on() == now.date():
        return 0
    accounts = [account async for account in documents.every_account()]
    tokens = {token_id for account in accounts for token_id in account.positions}
    past = await prices.since(dict.fromkeys(tokens, now), now=now) if tokens else {}
    known = {token_id: each.last.price_usd for token_id, each in past.items() if each.last is not None}
    for account in accounts:
        await documents.value(account, now.date(), equity_of(account, known), now)
    await documents.valued(now.date())
    return len(accounts)
