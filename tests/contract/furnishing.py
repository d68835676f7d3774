"""What each function's tables need before it answers: a database furnished as the refreshes would, by function."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from functions.refresh_regime.refresh import RegimeRefresh
from shared.cache.embedded import EmbeddedDocuments
from shared.db.engine import Database
from shared.domain.candles.writing import CandleWriter
from shared.domain.chains.writing import ChainMetricsWriter
from shared.domain.regime.writing import RegimeWriter
from shared.http.refresh import Occasion
from shared.records.chains import ChainMetric
from tests import flows, models, panels, predictions, scored, screened, signals
from tests.candles import series
from tests.catalogues import list_run, storing
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.functions.quoting import store as store_quotes
from tests.functions.test_market_discovery import category, place_of, run
from tests.functions.test_news import SAID, tell
from tests.indices import refresh_once, stored_market
from tests.sentiments import own, quoted
from tests.sentiments import store as store_sentiments
from tests.snapshots import snapshot

Furnish = Callable[[Place, Path], Coroutine[Any, Any, None]]


async def quotes(place: Place, folder: Path) -> None:
    """Prices of this minute: at older ones nothing is traded."""
    await store_quotes(place, snapshot(at=datetime.now(UTC), data_source="sandbox"))


async def old_quotes(place: Place, folder: Path) -> None:
    await store_quotes(place, snapshot(data_source="sandbox"))


async def catalogue(place: Place, folder: Path) -> None:
    await old_quotes(place, folder)
    async with storing(place) as writers:
        await writers.catalogue(list_run())


async def market(place: Place, folder: Path) -> None:
    await catalogue(place, folder)
    async with storing(place) as writers:
        await writers.grouped.store(run([category("coins")], {"coins": ["ethereum", "bitcoin"]}))
        await writers.grouped.compute(at=NOON)
        await writers.grouped.store_trending([place_of(1, "ethereum")], at=NOON, data_source="live")
    database = Database(place.writer, read_only=False)
    await CandleWriter(database).store(series(3), at=NOON, data_source="live")
    await database.close()


async def news(place: Place, folder: Path) -> None:
    await tell(place, *SAID)


async def chains(place: Place, folder: Path) -> None:
    day = timedelta(days=1)
    told = ChainMetric(
        chain="ethereum",
        metric="tvl_usd",
        resolution="day",
        observed_at=NOON - day,
        known_at=NOON,
        value=Decimal(5),
        source="defillama",
    )
    database = Database(place.writer, read_only=False)
    await ChainMetricsWriter(database).store(
        [told], dataset="refresh_onchain", at=NOON, sources=["defillama"], data_source="sandbox"
    )
    await database.close()
    flows.price(place)
    await flows.store(place, [flows.transfer()], chains=("bitcoin", "ethereum"))


async def scores(place: Place, folder: Path) -> None:
    scored.stored(place, scored.market())
    await scored.scored(place, SteppingClock(NOON))


async def screener(place: Place, folder: Path) -> None:
    screened.store(place, screened.rows(10))
    await screened.built(place, SteppingClock(NOON))


async def signal(place: Place, folder: Path) -> None:
    panels.store(place, signals.rising())
    signals.quoted_at(place, NOON)
    async with signals.signals_over(place, folder) as refreshing:
        await refreshing.run()


async def regime(place: Place, folder: Path) -> None:
    panels.store(place, panels.walks(400, 8))
    documents = EmbeddedDocuments(folder / "regime.sqlite", clock=SteppingClock(NOON))
    database = Database(place.writer, read_only=False)
    refresh = RegimeRefresh(
        writer=RegimeWriter(database), documents=documents, clock=SteppingClock(NOON), source="sandbox"
    )
    await refresh.run(Occasion("furnishing"))
    await database.close()
    await documents.close()


async def sentiment(place: Place, folder: Path) -> None:
    await old_quotes(place, folder)
    values = [quoted(22, NOON.replace(hour=0)), own({"momentum": 61.0, "volatility": 40.0}, NOON)]
    await store_sentiments(place, values)


async def indices(place: Place, folder: Path) -> None:
    await asyncio.to_thread(stored_market, place)
    await refresh_once(place, folder)


async def ml(place: Place, folder: Path) -> None:
    models.stored(place, models.artifact("of-old", version="0"), state="retired")
    models.stored(place, models.artifact())
    panels.store(place, predictions.market())
    await predictions.predicted(place, SteppingClock(NOON))


FURNISHED: Mapping[str, Furnish] = {
    "alerts": quotes,
    "auth": quotes,
    "indices": indices,
    "market": market,
    "ml": ml,
    "news": news,
    "on_chain": chains,
    "portfolio": quotes,
    "prices": old_quotes,
    "regime": regime,
    "scores": scores,
    "screener": screener,
    "sentiment": sentiment,
    "signals": signal,
    "system": quotes,
    "tokens": catalogue,
    "trading": quotes,
}
"""How, by function."""
