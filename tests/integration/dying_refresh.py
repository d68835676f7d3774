"""One instance of refresh_market that kills itself, as `kill -9` would, when a given step begins.

python -m tests.integration.dying_refresh UPSTREAM SOCKET DATABASE DOCUMENTS KEY STEP
"""

import asyncio
import os
import signal
import sys

from functions.refresh_market.refresh import MarketRefresh
from shared.cache.embedded import EmbeddedDocuments
from shared.core.clock import SystemClock
from shared.core.settings import DatabaseSettings
from shared.db.engine import Database
from shared.domain.market.writing import MarketWriter
from shared.http.refresh import Occasion
from shared.providers.quotes import QuoteProviders
from tests.addresses import settings_over


async def die(upstream: str, socket: str, database: str, documents_file: str, key: str, step: str) -> None:
    def kill_at(begun: str) -> None:
        if begun == step:
            os.kill(os.getpid(), signal.SIGKILL)

    clock = SystemClock()
    documents = EmbeddedDocuments(documents_file, clock=clock)
    place = DatabaseSettings(
        instance=None,
        socket_path=socket,
        host=None,
        port=5432,
        name=database,
        user="cryptoprism_writer",
        pool_size=2,
        max_overflow=0,
        pre_ping=True,
    )
    refresh = MarketRefresh(
        providers=QuoteProviders(settings_over(upstream), documents, clock),
        writer=MarketWriter(Database(place, read_only=False)),
        documents=documents,
        clock=clock,
        source="sandbox",
        tokens=60,
        on_step=kill_at,
    )
    await refresh.run(Occasion(key))


if __name__ == "__main__":
    asyncio.run(die(*sys.argv[1:7]))
