"""Makes transfers and scans with everything that a test does not care about filled in, and stores them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.core.settings import DataSource
from shared.db.engine import Database
from shared.domain.flows.writing import FlowSnapshot, FlowWriter, Scan
from shared.records.flows import BlockSeen, Transfer
from tests.clocks import NOON
from tests.databases import Place

BINANCE = "bc1qm34lsc65zpw79lxes69zkqmk6ee3ewf0j77s3h"
BITFINEX = "1Kr6QSydW9bFQG1mXiPNNu6WpJGmUa9i1g"
NOBODY = "bc1qnobody"


def hash_of(number: int) -> str:
    return f"{number:064x}"


def transfer(number: int = 1, **more: Any) -> Transfer:
    values: dict[str, Any] = {
        "chain": "bitcoin",
        "tx_hash": hash_of(number),
        "from_address": NOBODY,
        "to_address": BINANCE,
        "token_id": "bitcoin",
        "amount": Decimal(100),
        "at": NOON - timedelta(minutes=10),
        "block_number": 900_000,
        "block_hash": hash_of(7),
        "provider": "mempool_space",
        "fetched_at": NOON,
    }
    return Transfer(**values | more)


def block(number: int = 900_000, name: int = 7, *, scanned: bool = True, chain: str = "bitcoin") -> BlockSeen:
    return BlockSeen(chain=chain, number=number, hash=hash_of(name), at=NOON - timedelta(minutes=10), scanned=scanned)


async def store(
    place: Place,
    transfers: Sequence[Transfer],
    *,
    at: datetime = NOON,
    since: datetime | None = None,
    blocks: Sequence[BlockSeen] = (),
    chains: tuple[str, ...] = ("bitcoin",),
    data_source: DataSource = "live",
) -> int:
    scan = Scan(
        chains=chains,
        assets="native",
        since=since or at - timedelta(minutes=30),
        provider="mempool_space",
        transfers=transfers,
        blocks=blocks,
    )
    database = Database(place.writer, read_only=False)
    try:
        return await FlowWriter(database).store(FlowSnapshot(scans=[scan], refreshed_at=at, data_source=data_source))
    finally:
        await database.close()


def price(place: Place, token_id: str = "bitcoin", usd: int = 20_000, *, at: datetime = NOON) -> None:
    """Store a price of a token every five minutes of the three hours before."""
    moment = f"timestamptz '{at.isoformat()}' - n * interval '5 min'"
    place.run(
        f"INSERT INTO price_points SELECT 300, '{token_id}', {moment}, {moment}, {usd}, NULL, NULL"  # noqa: S608
        " FROM generate_series(0, 40) AS n ON CONFLICT DO NOTHING"
    )
    place.run(
        "INSERT INTO tokens (token_id, symbol, name, provisional, first_seen_at, last_seen_at)"  # noqa: S608
        f" VALUES ('{token_id}', upper(left('{token_id}', 3)), '{token_id}', false, '{at}', '{at}') ON CONFLICT DO NOTHING"
    )
    place.run(
        "INSERT INTO quotes (token_id, price_usd, as_of, priced_at, facts_provider, sources, source_prices, data_source,"  # noqa: S608
        f" refreshed_at) VALUES ('{token_id}', {usd}, '{at}', '{at}', 'coingecko', '{{coingecko}}', '[]', 'sandbox', '{at}')"
        f" ON CONFLICT (token_id) DO UPDATE SET priced_at = '{at}', price_usd = {usd}"
    )
