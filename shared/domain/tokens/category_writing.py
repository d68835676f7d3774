"""Storing categories, their tokens and the trending lists, for the refresher."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.core.settings import DataSource
from shared.db.copying import Field, copy_rows
from shared.db.engine import Database
from shared.domain.datasets.stamping import stamp
from shared.records.tokens import CategoryRecord, TrendingToken

from . import category_merging as merging
from .merging import ONE_AT_A_TIME, STORED_AT
from .naming import canonical_providers, is_canonical
from .trending import Traded

if TYPE_CHECKING:
    from sqlalchemy import Connection

CATEGORIES, TRENDING = "refresh_tokens.categories", "refresh_tokens.trending"


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRun:
    """What one provider told of categories."""

    categories: Sequence[CategoryRecord]
    members: Mapping[str, Sequence[str]]
    """Token ids by category, where the provider told all of them along."""
    provider: str
    at: datetime
    """When the run began."""
    data_source: DataSource


class CategoryWriter:
    """The tables of categories and trending lists over a writing `database`. Every method raises `DatabaseUnavailableError`
    when PostgreSQL does not answer, and those that stamp `SettingsError` when the database holds another kind of data."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(self, run: CategoryRun) -> int:
        """Store all categories of a provider and return how many rows were written."""
        return await self._database.transaction(lambda connection: _store(connection, run))

    async def due(self, size: int, *, at: datetime) -> list[str]:
        """Return up to `size` categories of CoinGecko whose tokens are to be asked for, most urgent first."""

        def work(connection: "Connection") -> list[str]:
            return [row[0] for row in _run(connection, merging.QUEUE, at=at, size=size, family=canonical_providers())]

        return await self._database.transaction(work)

    async def store_members(
        self, members: Mapping[str, Sequence[str]], *, whole: Mapping[str, bool], provider: str, at: datetime
    ) -> int:
        """Store the tokens of categories; `whole` says of which they are all."""

        def work(connection: "Connection") -> int:
            _run(connection, ONE_AT_A_TIME)
            _stage(connection, [_named(name, whole[name]) for name in members], members)
            return _merge_members(connection, provider, at)

        return await self._database.transaction(work)

    async def note_unknown(self, category_ids: Sequence[str], *, at: datetime) -> None:
        """Note that categories were asked for in vain, so that others come first."""
        values = {"category_ids": list(category_ids), "at": at}
        await self._database.transaction(lambda connection: _run(connection, merging.ASKED_IN_VAIN, **values) and None)

    async def compute(self, *, at: datetime) -> None:
        """Work out each category from our own quotes, and keep what is shown of it from now on."""

        def work(connection: "Connection") -> None:
            _run(connection, ONE_AT_A_TIME)
            for statement in (merging.COMPUTE, merging.SHOW, merging.POINTS):
                _run(connection, statement, at=at)

        await self._database.transaction(work)

    async def market(self, *, at: datetime) -> list[Traded]:
        """Return how each ranked token is traded that has a quote of the last hour."""

        def work(connection: "Connection") -> list[Traded]:
            return [_traded(row) for row in _run(connection, merging.MARKET, at=at)]

        return await self._database.transaction(work)

    async def store_trending(self, listed: Sequence[TrendingToken], *, at: datetime, data_source: DataSource) -> int:
        """Store a list, of one provider and not empty, and return how many places it has."""
        values = [_place(each, at) for each in listed]

        def work(connection: "Connection") -> int:
            _run(connection, ONE_AT_A_TIME)
            if _overtaken(connection, TRENDING, at):
                return 0
            stamp(connection, TRENDING, at=at, sources=[listed[0].provider], data_source=data_source)
            for each in values:
                _run(connection, merging.TRENDING, **each)
            return len(values)

        return await self._database.transaction(work)


def _store(connection: "Connection", run: CategoryRun) -> int:
    _run(connection, ONE_AT_A_TIME)
    if _overtaken(connection, CATEGORIES, run.at):
        return 0
    stamp(connection, CATEGORIES, at=run.at, sources=[run.provider], data_source=run.data_source)
    _stage(connection, [_row(each, each.category_id in run.members) for each in run.categories], run.members)
    if is_canonical(run.provider):
        _run(connection, merging.GONE)
    else:
        # The others' tags stand beside CoinGecko's categories for as long as it is away.
        _run(connection, merging.KNOWN_ALREADY, family=[run.provider])
    written = _count(connection, merging.MERGE, at=run.at, provider=run.provider)
    return written + (_merge_members(connection, run.provider, run.at) if run.members else 0)


def _merge_members(connection: "Connection", provider: str, at: datetime) -> int:
    written = _count(connection, merging.LEFT, at=at) + _count(connection, merging.JOINED, at=at, provider=provider)
    _run(connection, merging.ASKED, at=at)
    return written


def _stage(connection: "Connection", rows: Sequence[tuple[Field, ...]], members: Mapping[str, Sequence[str]]) -> None:
    _run(connection, merging.STAGE)
    _run(connection, merging.STAGE_MEMBERS)
    copy_rows(connection, "staged_categories", merging.COLUMNS, rows)
    pairs = ((name, token_id) for name, tokens in members.items() for token_id in dict.fromkeys(tokens))
    copy_rows(connection, "staged_members", merging.MEMBER_COLUMNS, pairs)


def _row(category: CategoryRecord, whole: bool) -> tuple[Field, ...]:
    return (
        category.category_id,
        category.name,
        category.description,
        category.market_cap_usd,
        category.volume_24h_usd,
        category.market_cap_change_24h_pct,
        category.observed_at,
        re.sub(r"[^a-z0-9]", "", category.name.lower()),
        whole,
    )


def _named(category_id: str, whole: bool) -> tuple[Field, ...]:
    return (category_id, category_id, None, None, None, None, None, category_id, whole)


def _place(each: TrendingToken, at: datetime) -> dict[str, Any]:
    told = {name: each.told.get(name) for name in ("price_usd", "market_cap_usd", "volume_24h_usd", "change_24h_pct")}
    return {
        "at": at,
        "position": each.position,
        "token_id": each.token_id,
        "symbol": each.symbol,
        "name": each.name,
        "image_url": each.image_url,
        "provider": each.provider,
        "score": each.score,
        "turnover_score": each.turnover_score,
        "movement_score": each.movement_score,
        **told,
    }


def _traded(row: Sequence[Any]) -> Traded:
    token_id, symbol, name, image_url, price, market_cap, volume, change, turnover = row
    return Traded(
        token_id=token_id,
        symbol=symbol,
        name=name,
        image_url=image_url,
        price_usd=price,
        market_cap_usd=market_cap,
        volume_24h_usd=volume,
        change_24h_pct=change,
        past_turnover_log=None if turnover is None else float(turnover),
    )


def _overtaken(connection: "Connection", dataset: str, at: datetime) -> bool:
    stored_at = _run(connection, STORED_AT, dataset=dataset).scalar_one_or_none()
    return stored_at is not None and stored_at >= at


def _run(connection: "Connection", statement: str, **parameters: Any) -> Any:
    from sqlalchemy import text

    return connection.execute(text(statement), parameters)


def _count(connection: "Connection", statement: str, **parameters: Any) -> int:
    return max(int(_run(connection, statement, **parameters).rowcount), 0)
