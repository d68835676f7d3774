"""Accounts: opened, valued, closed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from secrets import token_hex
from typing import Any

from shared.core.clock import Clock
from shared.core.errors import ConflictError
from shared.core.settings import DataSource
from shared.domain.idempotency import Attempt, IdempotencyKeys
from shared.domain.market.service import STALE_AFTER
from shared.records.answer import Answer, JsonField
from shared.records.trading import Account, FeeModel, RiskLimits, SlippageModel

from .desk import ATTEMPTS, Accepted
from .keeping import MOST_ACCOUNTS, TradingDocuments
from .money import STEP, rounded_ratio, text_of
from .prices import KnowsMarkets, LastPrice
from .risk import equity_of
from .showing import account_shown, iso, position_shown, valued_shown, written


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The account that a caller wants."""

    name: str
    starting_cash_usd: Decimal
    fees: FeeModel
    slippage: SlippageModel
    limits: RiskLimits


class TradingAccounts:
    """Every method raises `NotFoundError` where the account is not the owner's, and `DocumentsUnavailableError`; those that tell
    what coins are worth raise `NoDataError` and `DatabaseUnavailableError` as well."""

    def __init__(
        self,
        documents: TradingDocuments,
        keys: IdempotencyKeys,
        markets: KnowsMarkets,
        clock: Clock,
        *,
        data_source: DataSource,
    ) -> None:
        self._documents = documents
        self._keys = keys
        self._markets = markets
        self._clock = clock
        self._data_source = data_source

    async def open(self, owner: str, opening: Opening, key: str | None) -> Accepted:
        """Open an account.

        Raises:
            ConflictError: the owner has as many as one may have, or the key was used for something else.
        """
        attempt = Attempt.of("trading", owner, key, "accounts", asdict(opening))
        for _ in range(ATTEMPTS):
            recalled = await self._keys.recall(attempt)
            if recalled.answer is not None:
                return Accepted(self._answer(recalled.answer), replayed=True)
            last = await self._documents.last_made(owner)
            if len(await self._documents.accounts(owner)) >= MOST_ACCOUNTS:
                raise ConflictError("too_many_accounts", f"At most {MOST_ACCOUNTS} accounts may be open")
            now = self._clock.now()
            account = _opened(owner, opening, now)
            answer = written(account_shown(account))
            more = [last.replaced_by(account.account_id), *recalled.writes(answer, now)]
            if await self._documents.create(account, *more):
                return Accepted(self._answer(answer), replayed=False)
        raise ConflictError("account_busy", "The same request is being done; try again")

    async def all(self, owner: str) -> Answer:
        """Return the owner's accounts, oldest first."""
        found = await self._documents.accounts(owner)
        return self._answer(written(map(account_shown, found)), meta={"total": len(found)})

    async def one(self, owner: str, account_id: str) -> Answer:
        """Return an account and what it is worth."""
        account = (await self._documents.account(owner, account_id)).account
        last = await self._markets.last(account.positions)
        return self._answer(written(valued_shown(account, last)), last)

    async def positions(self, owner: str, account_id: str) -> Answer:
        """Return an account's coins, by the names of the tokens."""
        account = (await self._documents.account(owner, account_id)).account
        last = await self._markets.last(account.positions)
        rows = [
            position_shown(account, token_id, last.get(token_id), stale=self._is_stale(last.get(token_id)))
            for token_id in sorted(account.positions)
        ]
        return self._answer(written(rows), last, meta={"total": len(rows)})

    async def equity(self, owner: str, account_id: str, *, days: int) -> Answer:
        """Return an account's equity at the beginnings of days, oldest first; what it is now, `meta` says."""
        account = (await self._documents.account(owner, account_id)).account
        last = await self._markets.last(account.positions)
        prices = {token_id: each.price_usd for token_id, each in last.items()}
        points = [(account.created_at, account.starting_cash_usd)]
        points += reversed(await self._documents.equity(account, limit=days))
        rows = [{"at": iso(at), "equity_usd": text_of(equity)} for at, equity in points[-days:]]
        now = text_of(rounded_ratio(equity_of(account, prices), Decimal(1), STEP))
        return self._answer(written(rows), last, meta={"total": len(rows), "equity_usd": now})

    async def close(self, owner: str, account_id: str) -> None:
        """Remove an account with its orders and fills.

        Raises:
            ConflictError: others change it without a pause.
        """
        for _ in range(ATTEMPTS):
            if await self._documents.remove(await self._documents.account(owner, account_id)):
                return
        raise ConflictError("account_busy", "The account is being changed by other requests; try again")

    def _answer(
        self, data: str, last: Mapping[str, LastPrice] | None = None, meta: dict[str, JsonField] | None = None
    ) -> Answer:
        """Return an answer that is as old as the oldest price in it."""
        prices = list((last or {}).values())
        providers: dict[str, Any] = dict.fromkeys(name for each in prices for name in each.providers)
        return Answer(
            data=data,
            as_of=min((each.priced_at for each in prices), default=None),
            source=self._data_source,
            sources=tuple(providers),
            stale=any(self._is_stale(each) for each in prices),
            meta=meta or {},
        )

    def _is_stale(self, last: LastPrice | None) -> bool:
        return last is None or self._clock.now() - last.priced_at > STALE_AFTER


def _opened(owner: str, opening: Opening, now: datetime) -> Account:
    return Account(
        # Drawn, not counted: the names of a closed account's documents are never used again.
        account_id=token_hex(8),
        owner=owner,
        name=opening.name,
        starting_cash_usd=opening.starting_cash_usd,
        cash_usd=opening.starting_cash_usd,
        created_at=now,
        updated_at=now,
        fees=opening.fees,
        slippage=opening.slippage,
        limits=opening.limits,
    )
