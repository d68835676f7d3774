"""Storing transfers: one transaction, COPY to staging, merge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shared.core.settings import DataSource
from shared.db.copying import Field, copy_rows
from shared.db.engine import Database
from shared.domain.cursors import from_microseconds
from shared.domain.datasets.stamping import stamp
from shared.records.flows import BlockSeen, Transfer

from . import merging, recall_statements
from .catalogue import coins, owner
from .datasets import chain_dataset, scan_dataset

if TYPE_CHECKING:
    from sqlalchemy import Connection

_TRANSFER_COLUMNS = (
    "chain",
    "transfer_id",
    "known_at",
    "latest",
    "status",
    "tx_hash",
    "position",
    "from_address",
    "to_address",
    "from_owner",
    "to_owner",
    "token_id",
    "amount",
    "usd",
    "at",
    "block_number",
    "block_hash",
    "provider",
)
_BLOCK_COLUMNS = ("chain", "block_number", "block_hash", "at", "scanned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What one source said to one request."""

    chains: tuple[str, ...]
    assets: str
    since: datetime
    provider: str
    transfers: Sequence[Transfer]
    blocks: Sequence[BlockSeen]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSnapshot:
    """What one run found."""

    scans: Sequence[Scan]
    refreshed_at: datetime
    data_source: DataSource


@dataclass(frozen=True, slots=True)
class Known:
    """What a run has to know before it asks."""

    prices: Mapping[str, tuple[Decimal, datetime]]
    """By token: the price and when it was observed."""
    scanned_at: Mapping[str, datetime]
    """By dataset."""
    blocks: Mapping[str, Mapping[int, str]]
    """By chain: hashes of the blocks scanned within a day."""


class FlowWriter:
    """The tables of flows, for the refresher, over a writing `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, token_ids: Sequence[str]) -> Known:
        """Return prices, when each scan was last done, and the blocks it saw.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        parameters = {"token_ids": list(token_ids)}
        prices = await self._database.fetch("flows.prices", recall_statements.prices, parameters)
        stamps = await self._database.fetch("flows.stamps", recall_statements.stamps, {})
        rows = await self._database.fetch("flows.blocks", recall_statements.blocks, {})
        blocks: dict[str, dict[int, str]] = {}
        for chain, number, name in rows:
            blocks.setdefault(chain, {})[number] = name
        return Known(
            {token_id: (price, at) for token_id, price, us in prices if (at := from_microseconds(us))},
            {dataset: at for dataset, us in stamps if (at := from_microseconds(us))},
            blocks,
        )

    async def store(self, snapshot: FlowSnapshot) -> int:
        """Store a run and return how many rows of transfers and flows it wrote; a second delivery writes none.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
            SettingsError: the database holds another kind of data: sandbox, replay and live never mix.
        """
        return await self._database.transaction(lambda connection: _store(connection, snapshot))


def _store(connection: "Connection", snapshot: FlowSnapshot) -> int:
    _run(connection, merging.ONE_AT_A_TIME)
    _stamp(connection, snapshot)
    for statement in merging.STAGE:
        _run(connection, statement)
    copy_rows(connection, "staged_transfers", _TRANSFER_COLUMNS, _transfer_rows(snapshot))
    copy_rows(connection, "staged_blocks", _BLOCK_COLUMNS, _block_rows(snapshot))
    at = {"known_at": snapshot.refreshed_at}
    _run(connection, merging.VALUE)
    rows = _run(connection, merging.REORG, **at)
    _run(connection, merging.NEWS, **at)
    _run(connection, merging.SUPERSEDE)
    rows += _run(connection, merging.TRANSFERS)
    _run(connection, merging.BLOCKS)
    _run(connection, merging.FORGET_BLOCKS, **at)
    return rows + _flows(connection, snapshot)


def _stamp(connection: "Connection", snapshot: FlowSnapshot) -> None:
    said: dict[str, set[str]] = {}
    for scan in snapshot.scans:
        for chain in scan.chains:
            for dataset in (scan_dataset(chain, scan.assets), chain_dataset(chain)):
                said.setdefault(dataset, set()).add(scan.provider)
    for dataset, sources in sorted(said.items()):
        stamp(
            connection,
            dataset,
            at=snapshot.refreshed_at,
            sources=sorted(sources),
            data_source=snapshot.data_source,
        )


def _flows(connection: "Connection", snapshot: FlowSnapshot) -> int:
    since: dict[str, datetime] = {}
    for scan in snapshot.scans:
        # A block that was replaced may lie a little before what was asked for.
        earliest = min((each.at for each in scan.transfers), default=scan.since)
        for chain in scan.chains:
            known = since.get(chain, scan.since)
            since[chain] = min(known, scan.since, earliest) - timedelta(hours=1)
    if not since:
        return 0
    return _run(
        connection,
        merging.FLOWS,
        known_at=snapshot.refreshed_at,
        chains=list(since),
        coins=[coins()[chain].token_id for chain in since],
        since=[moment.isoformat() for moment in since.values()],
    )


def _transfer_rows(snapshot: FlowSnapshot) -> Sequence[tuple[Field, ...]]:
    rows: dict[tuple[str, str], tuple[Field, ...]] = {}
    for scan in snapshot.scans:
        for each in scan.transfers:
            rows.setdefault((each.chain, each.id), _transfer_row(each, snapshot.refreshed_at))
    return list(rows.values())


def _transfer_row(transfer: Transfer, known_at: datetime) -> tuple[Field, ...]:
    return (
        transfer.chain,
        transfer.id,
        known_at,
        True,
        "confirmed",
        transfer.tx_hash,
        transfer.position,
        transfer.from_address,
        transfer.to_address,
        owner(transfer, transfer.from_address, transfer.from_owner),
        owner(transfer, transfer.to_address, transfer.to_owner),
        transfer.token_id,
        transfer.amount,
        None,
        transfer.at,
        transfer.block_number,
        transfer.block_hash,
        transfer.provider,
    )


def _block_rows(snapshot: FlowSnapshot) -> Sequence[tuple[Field, ...]]:
    blocks = {(block.chain, block.number): block for scan in snapshot.scans for block in scan.blocks}
    return [(each.chain, each.number, each.hash, each.at, each.scanned) for each in blocks.values()]


def _run(connection: "Connection", statement: str, **parameters: Any) -> int:
    from sqlalchemy import text

    return max(connection.execute(text(statement), parameters).rowcount, 0)
