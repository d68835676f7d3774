"""Answers about tokens: the catalogue, single tokens, contracts, and what a text may mean."""

from datetime import datetime
from urllib.parse import urlencode

from shared.core.clock import Clock
from shared.core.errors import InvalidParameterError, NotFoundError
from shared.domain.datasets.stamps import Stamp
from shared.domain.market.service import storable
from shared.records.answer import Answer, JsonScalar
from shared.records.platforms import CHAINS, address_of, chain_of
from shared.records.refresh import is_late

from .repository import TokenRepository
from .writing import DATASET


class TokenService:
    """Answers from the catalogue. Every method raises what `TokenRepository` raises."""

    def __init__(self, repository: TokenRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    async def page(self, *, category: str | None, chain: str | None, limit: int, offset: int) -> Answer:
        """Return a page of the catalogue, largest first; the order holds for an hour.

        Raises:
            NotFoundError: there is no such category, or no such chain.
        """
        place = None if chain is None else chain_of(storable(chain))
        group = None if category is None else storable(category)
        read = await self._repository.page(category=group, chain=place, limit=limit, offset=offset)
        data, total, has_category, has_chain = read.columns
        if category is not None and not has_category:
            raise NotFoundError("category", category)
        _check_chain(chain, place, has_chain)
        meta: dict[str, JsonScalar] = {"total": total}
        if offset + limit < total:
            filters = {name: value for name, value in (("category", group), ("chain", place)) if value is not None}
            meta["next"] = "?" + urlencode({"limit": limit, "offset": offset + limit, **filters})
        return self._answer(data, read.stamp, meta)

    async def token(self, token_id: str, *, as_of: datetime | None = None) -> Answer:
        """Return one token with its details, as it is or as it was known at `as_of`.

        Raises:
            InvalidParameterError: `as_of` is yet to come.
            NotFoundError: there is, or was known then, no such token.
        """
        self._check_past(as_of)
        read = await self._repository.single(storable(token_id), as_of=as_of)
        if read.columns[0] is None:
            raise NotFoundError("token", token_id)
        return self._answer(read.columns[0], read.stamp, {})

    async def contract(self, chain: str, address: str, *, as_of: datetime | None = None) -> Answer:
        """Return the token that a contract belongs to; of several that claim it the largest, and `meta` names the others.

        Raises:
            InvalidParameterError: `as_of` is yet to come.
            NotFoundError: no such chain, or no such contract on it.
        """
        self._check_past(as_of)
        place, written = chain_of(storable(chain)), address_of(storable(address))
        read = await self._repository.by_contract(place, written, as_of=as_of)
        data, ids, has_chain = read.columns
        _check_chain(chain, place, has_chain)
        if data is None:
            raise NotFoundError("contract", f"{chain}/{address}")
        return self._answer(data, read.stamp, _claims(place, written, ids.split(",")))

    async def resolve(self, text: str, *, limit: int) -> Answer:
        """Return the tokens that a text may mean, the likeliest first; several exact ones, or none, are ambiguous."""
        wanted = " ".join(storable(text).split())
        if not wanted:
            raise InvalidParameterError("q", "is blank", text)
        read = await self._repository.resolve(wanted.casefold(), address_of(wanted), limit=limit)
        data, total, exact = read.columns
        ambiguous = exact > 1 or (exact == 0 and total > 1)
        return self._answer(data, read.stamp, {"total": total, "exact": exact, "ambiguous": ambiguous})

    def _check_past(self, as_of: datetime | None) -> None:
        if as_of is not None and as_of > self._clock.now():
            raise InvalidParameterError("as_of", "is yet to come", as_of.isoformat())

    def _answer(self, data: str, stamp: Stamp, meta: dict[str, JsonScalar]) -> Answer:
        return Answer(
            data=data,
            as_of=stamp.refreshed_at,
            source=stamp.data_source,
            sources=stamp.sources,
            stale=is_late(DATASET, stamp.refreshed_at, now=self._clock.now()),
            meta=meta,
        )


def _claims(chain: str, address: str, ids: list[str]) -> dict[str, JsonScalar]:
    others = ",".join(ids[1:])
    return {"chain": chain, "address": address, "ambiguous": len(ids) > 1, "others": others or None}


def _check_chain(asked: str | None, chain: str | None, known: bool) -> None:
    if asked is not None and not known and chain not in CHAINS:
        raise NotFoundError("chain", asked)
