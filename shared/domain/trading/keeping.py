"""Where accounts, orders and fills are kept: documents of their owner, changed together or not at all."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from shared.cache.documents import Document, DocumentStore, Put, Removal, Write
from shared.cache.owned import name_of, owned
from shared.core.errors import InvalidParameterError, NotFoundError
from shared.domain.last_made import LastMade, last_made
from shared.records.trading import Account, Fill, Order

from .documents import Fields, account_of, fill_of, order_of, to_fields
from .money import text_of

ACCOUNTS, ORDERS, OPEN_ORDERS, FILLS = "trading_accounts", "trading_orders", "trading_open_orders", "trading_fills"
EQUITY = "trading_equity"
WATERMARKS, VALUED = "trading_matching/watermarks", "trading_matching/valued"
MOST_ACCOUNTS = 20
_LAST = 10**13 - 1
_PAGE = 500


@dataclass(frozen=True, slots=True)
class KeptAccount:
    """An account and the version that it is replaced by."""

    account: Account
    version: str


@dataclass(frozen=True, slots=True)
class Page:
    """Orders or fills, newest first, and where the next page begins."""

    documents: Sequence[Document]
    cursor: str | None


class TradingDocuments:
    """The repository. Every method raises `DocumentsUnavailableError` when the store does not answer."""

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents

    async def accounts(self, owner: str) -> list[Account]:
        """Return an owner's accounts, oldest first."""
        found = await self._documents.list(ACCOUNTS, prefix=owned(owner), limit=MOST_ACCOUNTS * 2)
        return sorted((account_of(each.fields) for each in found), key=lambda account: account.created_at)

    async def every_account(self) -> AsyncIterator[Account]:
        """Yield everybody's accounts."""
        async for document in self._everybody(ACCOUNTS):
            yield account_of(document.fields)

    async def account(self, owner: str, account_id: str) -> KeptAccount:
        """Return an owner's account.

        Raises:
            NotFoundError: there is none of the owner's.
        """
        document = await self._documents.get(_path(ACCOUNTS, owner, account_id))
        if document is None:
            raise NotFoundError("account", account_id)
        return KeptAccount(account_of(document.fields), document.version)

    async def order(self, owner: str, account_id: str, order_id: str) -> Order:
        """Return an order of an account.

        Raises:
            NotFoundError: there is none.
        """
        number = order_id.removeprefix("o")
        named = re.fullmatch(r"o[1-9][0-9]{0,11}", order_id, re.ASCII)
        document = await self._documents.get(_order_path(owner, account_id, int(number))) if named else None
        if document is None:
            raise NotFoundError("order", order_id)
        return order_of(document.fields)

    async def orders(self, account: Account, *, cursor: str | None, limit: int) -> tuple[list[Order], str | None]:
        """Return an account's orders, newest first, and the cursor of the next page."""
        page = await self._page(ORDERS, account, cursor, limit)
        return [order_of(each.fields) for each in page.documents], page.cursor

    async def open_orders(self, account: Account) -> list[Order]:
        """Return an account's live orders, newest first."""
        prefix = owned(account.owner, f"{account.account_id}.")
        found = await self._documents.list(OPEN_ORDERS, prefix=prefix, limit=_PAGE)
        return [order_of(each.fields) for each in found]

    async def every_open_order(self) -> AsyncIterator[Order]:
        """Yield everybody's live orders, account by account."""
        async for document in self._everybody(OPEN_ORDERS):
            yield order_of(document.fields)

    async def fills(self, account: Account, *, cursor: str | None, limit: int) -> tuple[list[Fill], str | None]:
        """Return an account's fills, newest first, and the cursor of the next page."""
        page = await self._page(FILLS, account, cursor, limit)
        return [fill_of(each.fields) for each in page.documents], page.cursor

    async def last_made(self, owner: str) -> LastMade:
        """Return which account an owner opened last: read before their accounts are counted."""
        return await last_made(self._documents, owner, "trading_account")

    async def create(self, account: Account, *others: Write) -> bool:
        """Keep a new account; return whether it, and whatever is written along, was."""
        return await self._documents.commit(
            [Put(path=_account_path(account), fields=to_fields(account), new=True), *others]
        )

    async def change(
        self, kept: KeptAccount, account: Account, orders: Sequence[Order], fills: Sequence[Fill], *others: Write
    ) -> bool:
        """Replace an account together with what happened; return `False`, and change nothing, if it is not the one that was read.

        Args:
            kept: The account as it was read.
            account: What it becomes.
            orders: New or changed ones.
            fills: New ones; one that is kept already makes the whole fail.
            others: What else is written in the same moment.
        """
        # A store may take an equal document for an unchanged one.
        fields = to_fields(replace(account, revision=kept.account.revision + 1))
        writes: list[Write] = [Put(path=_account_path(account), fields=fields, version=kept.version)]
        for order in orders:
            writes += _writes_of(order)
        writes += [Put(path=_fill_path(fill), fields=to_fields(fill), new=True) for fill in fills]
        return await self._documents.commit([*writes, *others])

    async def remove(self, kept: KeptAccount) -> bool:
        """Remove an account and all that is known of it; return `False`, and remove nothing, if it was changed meanwhile.

        The account and its live orders go in one commit; what nobody can reach any more follows.
        """
        account = kept.account
        writes: list[Write] = [Removal(path=_account_path(account), version=kept.version)]
        writes += [Removal(path=_open_path(order)) for order in await self.open_orders(account)]
        if not await self._documents.commit(writes):
            return False
        for collection in (ORDERS, FILLS, EQUITY):
            await self._purge(collection, owned(account.owner, f"{account.account_id}."))
        return True

    async def value(self, account: Account, day: date, equity_usd: Decimal, at: datetime) -> None:
        """Keep an account's equity at the beginning of a day; the first one counts."""
        name = owned(account.owner, f"{account.account_id}.{_LAST - day.toordinal():013d}")
        fields: Fields = {"owner": account.owner, "day": day.isoformat(), "equity_usd": text_of(equity_usd), "at": at}
        await self._documents.create(f"{EQUITY}/{name}", fields)

    async def equity(self, account: Account, *, limit: int) -> list[tuple[datetime, Decimal]]:
        """Return an account's equity at the beginnings of days, newest first."""
        prefix = owned(account.owner, f"{account.account_id}.")
        found = await self._documents.list(EQUITY, prefix=prefix, limit=limit)
        return [(each.fields["at"], Decimal(str(each.fields["equity_usd"]))) for each in found]  # type: ignore[misc]

    async def watermarks(self) -> dict[str, datetime]:
        """Return by token until when its past has been matched with every live order."""
        document = await self._documents.get(WATERMARKS)
        return dict(cast("dict[str, datetime]", document.fields["until"])) if document else {}

    async def mark(self, until: Mapping[str, datetime]) -> None:
        """Keep until when the tokens' past has been matched."""
        await self._documents.set(WATERMARKS, {"until": dict(until)})

    async def valued_on(self) -> date | None:
        """Return the day at whose beginning all accounts were last valued."""
        document = await self._documents.get(VALUED)
        return date.fromisoformat(str(document.fields["day"])) if document else None

    async def valued(self, day: date) -> None:
        """Keep that all accounts were valued at the beginning of a day."""
        await self._documents.set(VALUED, {"day": day.isoformat()})

    async def _page(self, collection: str, account: Account, cursor: str | None, limit: int) -> Page:
        prefix = owned(account.owner, f"{account.account_id}.")
        after = "" if cursor is None else f"{prefix}{_checked(cursor)}"
        found = await self._documents.list(collection, prefix=prefix, after=after, limit=limit + 1)
        more = len(found) > limit
        shown = found[:limit]
        return Page(shown, name_of(shown[-1].path).partition(".")[2] if more else None)

    async def _everybody(self, collection: str) -> AsyncIterator[Document]:
        after = ""
        while found := await self._documents.list(collection, after=after, limit=_PAGE):
            for document in found:
                yield document
            after = found[-1].path.partition("/")[2]

    async def _purge(self, collection: str, prefix: str) -> None:
        while found := await self._documents.list(collection, prefix=prefix, limit=_PAGE):
            await self._documents.commit([Removal(path=each.path) for each in found])


def _writes_of(order: Order) -> list[Write]:
    fields = to_fields(order)
    listed: Write = Put(path=_open_path(order), fields=fields) if order.live else Removal(path=_open_path(order))
    return [Put(path=_order_path(order.owner, order.account_id, order.number), fields=fields), listed]


def _checked(cursor: str) -> str:
    number, _, rest = cursor.partition("-")
    if not (
        cursor.isascii()
        and number.isdigit()
        and len(number) == 13
        and (not rest or rest.isdigit())
        and len(cursor) < 32
    ):
        raise InvalidParameterError("cursor", "give one that an answer told", cursor)
    return cursor


def _path(collection: str, owner: str, name: str) -> str:
    return f"{collection}/{owned(owner, name)}"


def _account_path(account: Account) -> str:
    return _path(ACCOUNTS, account.owner, account.account_id)


# Numbers run backwards in names, so that a list begins with the newest.
def _order_path(owner: str, account_id: str, number: int) -> str:
    return _path(ORDERS, owner, f"{account_id}.{_LAST - number:013d}")


def _open_path(order: Order) -> str:
    return _path(OPEN_ORDERS, order.owner, f"{order.account_id}.{_LAST - order.number:013d}")


def _fill_path(fill: Fill) -> str:
    number, _, at = fill.fill_id.removeprefix("o").partition("-")
    return _path(FILLS, fill.owner, f"{fill.account_id}.{_LAST - int(at):013d}-{int(number):013d}")
