"""Makes catalogues of tokens and stores them, with everything that a test does not care about filled in."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from shared.core.settings import DataSource
from shared.db.engine import Database
from shared.domain.tokens.category_writing import CategoryWriter
from shared.domain.tokens.naming import CatalogueToken
from shared.domain.tokens.writing import CatalogueWriter, ListRun
from shared.records.tokens import Contract, TokenDetails
from tests.clocks import NOON
from tests.databases import Place

USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
SHARED = "0x00000000000000000000000000000000000000aa"


def listed(token_id: str, symbol: str, name: str, **contracts: str) -> CatalogueToken:
    """Return one token with an address by chain."""
    places = tuple(Contract(chain=chain, address=address) for chain, address in contracts.items())
    return CatalogueToken(token_id=token_id, symbol=symbol, name=name, contracts=places)


TOKENS = (
    listed("bitcoin", "BTC", "Bitcoin"),
    listed("ethereum", "ETH", "Ethereum"),
    listed("ripple", "XRP", "XRP"),
    listed("tether", "USDT", "Tether", ethereum=USDT, tron="TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", xdai="0xDAI"),
    listed("dust", "DST", "Dust", ethereum=SHARED),
    listed("dust-2", "DST", "Dust Two", bsc=SHARED, ethereum="0x00000000000000000000000000000000000000bb"),
)


def list_run(
    tokens: Sequence[CatalogueToken] = TOKENS,
    *,
    at: datetime = NOON,
    provider: str = "coingecko",
    data_source: DataSource = "live",
) -> ListRun:
    return ListRun(tokens=tokens, provider=provider, at=at, data_source=data_source)


def details(provider_id: str, *, at: datetime = NOON, **changed: Any) -> TokenDetails:
    values: dict[str, Any] = {
        "provider": "coingecko",
        "provider_id": provider_id,
        "symbol": provider_id[:3].upper(),
        "name": provider_id.title(),
        "description": f"What {provider_id} is for.",
        "links": {"homepage": (f"https://{provider_id}.example/",)},
        "categories": ("Layer 1",),
        "genesis_date": "2009-01-03",
        "hashing_algorithm": None,
        "image_url": None,
        "contracts": (),
        "observed_at": at,
        "fetched_at": at,
    }
    return TokenDetails(**values | changed)


class Storing:
    """The writers over one place."""

    def __init__(self, database: Database) -> None:
        self.tokens = CatalogueWriter(database)
        self.grouped = CategoryWriter(database)

    async def catalogue(self, *runs: ListRun) -> None:
        for run in runs:
            await self.tokens.store_list(run)
        await self.tokens.order()


@asynccontextmanager
async def storing(place: Place) -> AsyncIterator[Storing]:
    database = Database(place.writer, read_only=False)
    yield Storing(database)
    await database.close()
