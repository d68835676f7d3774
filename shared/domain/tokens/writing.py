"""Storing the catalogue: one transaction for each part, COPY to staging, merge."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.core.settings import DataSource
from shared.db.copying import Field, copy_rows
from shared.db.engine import Database
from shared.domain.datasets.stamping import stamp
from shared.domain.market import recall
from shared.records.tokens import TokenDetails

from . import merging
from .naming import Catalogue, CatalogueToken, canonical_providers, is_canonical

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement, Connection

DATASET = "refresh_tokens"


@dataclass(frozen=True, slots=True)
class Due:
    """A token whose details are to be looked at."""

    token_id: str
    provisional: bool
    paprika_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRun:
    """One provider's whole list under our ids."""

    tokens: Sequence[CatalogueToken]
    provider: str
    at: datetime
    """When the run began."""
    data_source: DataSource


class CatalogueWriter:
    """The catalogue's tables, for the refresher, over a writing `database`. Every method raises `DatabaseUnavailableError`
    when PostgreSQL does not answer, and those that store `SettingsError` when the database holds another kind of data."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self) -> Catalogue:
        """Return the tokens held, else those of the market, and the providers' names for them."""
        ((tokens, names),) = await self._database.fetch("market.catalogue", recall.catalogue_statement, {})
        market = recall.known_tokens(tokens, names)
        rows = await self._database.fetch("tokens.held", _held, {})
        held = {row[0]: CatalogueToken(token_id=row[0], symbol=row[1], name=row[2], provisional=row[3]) for row in rows}
        others = {
            each.token_id: CatalogueToken(
                token_id=each.token_id, symbol=each.symbol, name=each.name, provisional=each.provisional
            )
            for each in market.tokens.values()
        }
        return Catalogue({**others, **held}, market.provider_ids)

    async def held(self) -> int:
        """Return how many tokens the catalogue has."""
        return await self._database.transaction(lambda connection: int(_run(connection, merging.HELD).scalar_one()))

    async def store_list(self, run: ListRun) -> int:
        """Store a list and return how many rows were written; one that is not newer than the stored one writes nothing."""
        return await self._database.transaction(lambda connection: _store_list(connection, run))

    async def order(self) -> None:
        """Put the tokens in the order of their market caps as they are now, for pages."""
        await self._database.transaction(_order)

    async def due(self, size: int, *, at: datetime) -> list[Due]:
        """Return up to `size` tokens whose details are to be looked at, most urgent first."""

        def work(connection: "Connection") -> list[Due]:
            return [Due(*row) for row in _run(connection, merging.QUEUE, at=at, size=size)]

        return await self._database.transaction(work)

    async def store_details(
        self, found: Sequence[tuple[str, TokenDetails]], checked: Sequence[str], *, at: datetime
    ) -> int:
        """Store details by token id, note which tokens were looked at, and return how many rows were written."""
        return await self._database.transaction(lambda connection: _store_details(connection, found, checked, at))


def _store_list(connection: "Connection", run: ListRun) -> int:
    _run(connection, merging.ONE_AT_A_TIME)
    stored_at = _run(connection, merging.STORED_AT, dataset=DATASET).scalar_one_or_none()
    if stored_at is not None and stored_at >= run.at:
        return 0
    stamp(connection, DATASET, at=run.at, sources=[run.provider], data_source=run.data_source)
    for statement in merging.STAGE_LIST:
        _run(connection, statement)
    copy_rows(connection, "staged_tokens", merging.TOKEN_COLUMNS, map(_token_row, run.tokens))
    copy_rows(connection, "staged_contracts", merging.CONTRACT_COLUMNS, _contract_rows(run.tokens))
    _run(connection, merging.ANALYZE)
    canonical = is_canonical(run.provider)
    values: dict[str, Any] = {"at": run.at, "provider": run.provider, "canonical": canonical}
    written = _count(connection, merging.RENAMED, **values, family=canonical_providers())
    if canonical:
        # Only whoever names the tokens can say that one is gone.
        written += _count(connection, merging.DELISTED, at=run.at) + _count(connection, merging.WITHDRAWN, at=run.at)
    written += _count(connection, merging.LISTED, at=run.at, provider=run.provider)
    return written + _count(connection, merging.DEPLOYED, **values)


def _order(connection: "Connection") -> None:
    _run(connection, merging.ONE_AT_A_TIME)
    _run(connection, merging.PLACES)
    _run(connection, merging.UNPLACED)


def _store_details(
    connection: "Connection", found: Sequence[tuple[str, TokenDetails]], checked: Sequence[str], at: datetime
) -> int:
    _run(connection, merging.ONE_AT_A_TIME)
    _run(connection, merging.CHECKED, token_ids=list(checked), at=at)
    _run(connection, merging.STAGE_DETAILS)
    _run(connection, merging.STAGE_DECIMALS)
    copy_rows(connection, "staged_details", merging.DETAIL_COLUMNS, (_detail_row(*each) for each in found))
    copy_rows(connection, "staged_decimals", merging.DECIMAL_COLUMNS, _decimal_rows(found))
    statements = (
        merging.DETAILS_CHANGED,
        merging.DETAILS_LEARNT,
        merging.DECIMALS_AT_ONCE,
        merging.DECIMALS_CHANGED,
        merging.DECIMALS_LEARNT,
        merging.GROUPED,
    )
    return sum(_count(connection, statement, at=at) for statement in statements)


def _token_row(token: CatalogueToken) -> tuple[Field, ...]:
    folded = (token.token_id.casefold(), token.symbol.casefold(), token.name.casefold())
    return (token.token_id, token.symbol, token.name, token.provisional, *folded)


def _contract_rows(tokens: Sequence[CatalogueToken]) -> Iterator[tuple[Field, ...]]:
    for token in tokens:
        for contract in token.contracts:
            yield (token.token_id, contract.chain, contract.address)


def _detail_row(token_id: str, details: TokenDetails) -> tuple[Field, ...]:
    return (
        token_id,
        details.provider,
        details.observed_at,
        details.description,
        json.dumps({kind: list(each) for kind, each in details.links.items()}),
        text_array(details.categories),
        details.genesis_date,
        details.hashing_algorithm,
        details.image_url,
    )


def _decimal_rows(found: Sequence[tuple[str, TokenDetails]]) -> Iterator[tuple[Field, ...]]:
    for token_id, details in found:
        for contract in details.contracts:
            if contract.decimals is not None:
                yield (token_id, contract.chain, contract.address, contract.decimals, details.provider)


def text_array(names: Sequence[str]) -> str:
    """Return texts as PostgreSQL reads an array of them."""
    quoted = (name.replace("\\", "\\\\").replace('"', '\\"') for name in names)
    return "{" + ",".join(f'"{name}"' for name in quoted) + "}"


def _held() -> "ClauseElement":
    from sqlalchemy import select

    from shared.db.tables.token_catalogue import token_catalogue

    columns = token_catalogue.c
    held = select(columns.token_id, columns.symbol, columns.name, columns.provisional)
    return held.where(columns.held_until.is_(None))


def _run(connection: "Connection", statement: str, **parameters: Any) -> Any:
    from sqlalchemy import text

    return connection.execute(text(statement), parameters)


def _count(connection: "Connection", statement: str, **parameters: Any) -> int:
    return max(int(_run(connection, statement, **parameters).rowcount), 0)
