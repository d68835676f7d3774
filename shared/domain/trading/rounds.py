"""One round over everybody's resting orders: each is matched with its token's past, in a commit of its own.

A round that is cut off anywhere, or done twice, fills nothing twice: an order keeps how far it has been matched in the same commit
as its fills, whose names are derived from it and the moment, over the version of the account that was read.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from shared.core.clock import Clock
from shared.core.errors import NotFoundError
from shared.records.trading import Account, Order

from .bars import Past
from .keeping import TradingDocuments
from .matching import Matched, concerned, matched
from .placing import ended

log = logging.getLogger(__name__)

ATTEMPTS = 5
"""To change an account that its owner changes at the same time."""


@dataclass(slots=True)
class Round:
    """What a round did."""

    fills: int = 0
    ended: int = 0
    triggered: int = 0
    left: set[str] = field(default_factory=set)
    """Tokens of orders that could not be dealt with; their past is looked at again."""


class Matcher:
    """Matches orders over their documents."""

    def __init__(self, documents: TradingDocuments, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock

    async def match(self, orders: Sequence[Order], past: Mapping[str, Past], *, until: float) -> Round:
        """Match every order whose stop or limit was touched, and end those that have rested too long.

        Args:
            orders: Live ones, as listed.
            past: By token.
            until: On the monotonic clock, when to leave the rest to the next round.
        """
        done = Round()
        for order in sorted(orders, key=lambda each: (each.owner, each.account_id, each.number)):
            token = past[order.token_id]
            expired = order.rests_until <= self._clock.now()
            if not expired and not concerned(order, token.bars):
                continue
            if self._clock.monotonic() > until or not await self._dealt_with(order, token, done):
                done.left.add(order.token_id)
        return done

    async def _dealt_with(self, order: Order, past: Past, done: Round) -> bool:
        try:
            return await self._advance(order, past, done)
        except ArithmeticError:
            # A number that cannot be exact stops its own order and nobody else's.
            log.exception("trading.unmatched", extra={"account": order.account_id, "order": order.order_id})
            return False

    async def _advance(self, listed: Order, past: Past, done: Round) -> bool:
        """Return whether the order was dealt with; `False` when others kept changing its account."""
        for _ in range(ATTEMPTS):
            try:
                kept = await self._documents.account(listed.owner, listed.account_id)
                order = await self._documents.order(listed.owner, listed.account_id, listed.order_id)
            except NotFoundError:
                return True
            if not order.live:
                return True
            came = self._matched(kept.account, order, past)
            if came.order == order:
                return True
            account = replace(came.account, updated_at=self._clock.now())
            if await self._documents.change(kept, account, [came.order], came.fills):
                _count(done, order, came)
                return True
        return False

    def _matched(self, account: Account, order: Order, past: Past) -> Matched:
        came = matched(account, order, past.bars, past.conditions)
        now = self._clock.now()
        if came.order.live and came.order.rests_until <= now:
            return Matched(*ended(came.account, came.order, "expired", "rested_too_long", now=now), came.fills)
        return came


def _count(done: Round, before: Order, came: Matched) -> None:
    done.fills += len(came.fills)
    done.ended += not came.order.live
    done.triggered += before.triggered_at is None and came.order.triggered_at is not None
