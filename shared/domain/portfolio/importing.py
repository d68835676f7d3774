"""A file into a portfolio: all of it or nothing, unless its bad rows are to be passed over; twice adds nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from shared.core.clock import Clock
from shared.core.errors import InvalidParameterError
from shared.records.answer import Answer
from shared.records.portfolio import Settlement, Transaction

from .changing import until_done
from .duplicates import KnownRows, digest_of
from .keeping import Holding, Portfolios
from .layouts.drafts import Draft, Refused, Sheet
from .layouts.reading import Layout, read_sheet
from .ledger import Ledger, ShortError, in_order
from .money import exactly
from .naming import Unnamed, meanings, named, symbols_of
from .prices import KnowsPrices
from .rules import filled, refusal_of, tokens_of
from .showing import written
from .transactions import check_room

MOST_TOLD = 200
"""Rows of each list of the report; their number is told in full."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be imported, and how."""

    text: str
    layout: Layout | None = None
    settlement: Settlement | None = None
    skip_bad: bool = False
    dry_run: bool = False
    symbols: Mapping[str, str] = field(default_factory=dict)
    """Tokens by symbols in capitals, as the caller tells them."""


@dataclass(slots=True)
class _Sorting:
    """What becomes of each row."""

    sheet: Sheet
    good: list[Draft]
    duplicates: int = 0
    tokens: dict[str, str] = field(default_factory=dict)

    def refuse(self, line: int, code: str, reason: str) -> None:
        self.sheet.refused.append(Refused(line, code, reason))


class PortfolioImports:
    """Every method raises `NotFoundError` for a portfolio that is not the caller's, `DocumentsUnavailableError` and
    `DatabaseUnavailableError` when a store does not answer."""

    def __init__(self, portfolios: Portfolios, prices: KnowsPrices, clock: Clock, *, data_source: str) -> None:
        self._portfolios = portfolios
        self._prices = prices
        self._clock = clock
        self._data_source = data_source

    async def find(self, uid: str, portfolio_id: str) -> None:
        """Return when there is such a portfolio: whose it is not is told nothing else, whatever they send."""
        await self._portfolios.one(uid, portfolio_id)

    async def run(self, uid: str, portfolio_id: str, order: Order) -> Answer:
        """Import a file and return the report.

        Raises:
            InvalidParameterError: it is in no layout that we know.
            ConflictError: the portfolio would hold too many.
        """
        layout, _ = await asyncio.to_thread(read_sheet, order.text, order.layout, order.settlement)

        async def tried() -> Answer | None:
            holding = await self._portfolios.whole(uid, portfolio_id)
            sorting = await self._sorted(order, holding)
            keep = not order.dry_run and (order.skip_bad or not sorting.sheet.refused)
            if keep and sorting.good:
                check_room(holding.portfolio, len(sorting.good))
                for draft in sorting.good:
                    holding.add(draft.transaction)
                if not await self._portfolios.save(holding, self._clock.now()):
                    return None
            return self._report(order, layout, sorting, added=len(sorting.good) if keep else 0)

        return await until_done(tried)

    async def _sorted(self, order: Order, holding: Holding) -> _Sorting:
        _, sheet = await asyncio.to_thread(read_sheet, order.text, order.layout, order.settlement)
        sorting = _Sorting(sheet, sheet.drafts)
        await self._name(sorting, order.symbols)
        self._drop_known(sorting, holding)
        await self._fill(sorting)
        await asyncio.to_thread(_cover, sorting, list(holding.rows.values()))
        sheet.refused.sort(key=lambda each: each.line)
        return sorting

    async def _name(self, sorting: _Sorting, told: Mapping[str, str]) -> None:
        """Put tokens in place of symbols, and refuse what names none that exists."""
        symbols = symbols_of(each.transaction for each in sorting.good)
        candidates = await self._prices.candidates(symbols - set(told))
        known = meanings(symbols, told, candidates)
        sorting.tokens = {symbol: name for symbol, name in sorted(known.items()) if isinstance(name, str)}
        good: list[Draft] = []
        for draft in sorting.good:
            found = named(draft.transaction, known)
            if isinstance(found, Unnamed):
                sorting.refuse(draft.line, found.code, found.reason)
            else:
                good.append(replace(draft, transaction=found))
        exist = set(await self._prices.current(tokens_of(each.transaction for each in good)))
        sorting.good = []
        for draft in good:
            unknown = sorted(tokens_of([draft.transaction]) - exist)
            refusal = refusal_of(draft.transaction, now=self._clock.now())
            if unknown:
                sorting.refuse(draft.line, "unknown_token", f"there is no token '{unknown[0]}'")
            elif refusal is not None:
                sorting.refuse(draft.line, refusal.field, refusal.reason)
            else:
                sorting.good.append(draft)

    def _drop_known(self, sorting: _Sorting, holding: Holding) -> None:
        rows, new = KnownRows(holding.rows.values()), []
        for draft in sorting.good:
            digest = digest_of(draft.transaction)
            if rows.knows(draft.transaction, digest):
                sorting.duplicates += 1
            else:
                new.append(replace(draft, transaction=replace(draft.transaction, imported_as=digest)))
        sorting.good = new

    async def _fill(self, sorting: _Sorting) -> None:
        known = await filled([each.transaction for each in sorting.good], self._prices)
        good: list[Draft] = []
        for draft, found in zip(sorting.good, known, strict=True):
            if isinstance(found, Transaction):
                good.append(replace(draft, transaction=found))
            else:
                sorting.refuse(draft.line, "no_price", found[1].reason)
        sorting.good = good

    def _report(self, order: Order, layout: Layout, sorting: _Sorting, *, added: int) -> Answer:
        sheet = sorting.sheet
        report = {
            "layout": layout,
            "kept": added > 0 or (not sheet.refused and not order.dry_run),
            "dry_run": order.dry_run,
            "added": added,
            "good": len(sorting.good),
            "duplicates": sorting.duplicates,
            "refused": len(sheet.refused),
            "ignored": len(sheet.ignored),
            "symbols": sorting.tokens,
            "refused_rows": _told(sheet.refused),
            "ignored_rows": _told(sheet.ignored),
        }
        return Answer(data=written(report), as_of=None, source=self._data_source)


def _cover(sorting: _Sorting, stored: Sequence[Transaction]) -> None:
    """Refuse new rows that take more coins than there are at that time.

    Raises:
        InvalidParameterError: what was stored before is no longer covered, because rows of the file took its coins earlier.
    """
    lines = {id(each.transaction): each for each in sorting.good}
    ledger, short = Ledger(), set[int]()
    with exactly():
        for transaction in in_order([*stored, *(each.transaction for each in sorting.good)]):
            try:
                ledger.apply(transaction)
            except ShortError as error:
                draft = lines.get(id(transaction))
                if draft is None:
                    reason = f"rows of the file leave a stored transaction {error}"
                    raise InvalidParameterError("text", reason, place="body") from error
                sorting.refuse(draft.line, "short", str(error))
                short.add(id(transaction))
    sorting.good = [each for each in sorting.good if id(each.transaction) not in short]


def _told(rows: Sequence[Refused]) -> list[dict[str, object]]:
    ordered = sorted(rows, key=lambda each: each.line)
    return [{"line": each.line, "code": each.code, "reason": each.reason} for each in ordered[:MOST_TOLD]]
